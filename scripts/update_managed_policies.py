"""Writes checker/managed/policies.tsv: AWS's managed policies as they were when moto's data was collected.

Usage: python scripts/update_managed_policies.py   (needs the package moto; prints what it wrote)

One policy a line: ARN, default version, minified document, separated by tabs; the first line says where the data is
from.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

from moto.iam.aws_managed_policies import aws_managed_policies_data

TARGET = Path(__file__).parent.parent / "checker" / "managed" / "policies.tsv"


def main() -> int:
    policies = json.loads(aws_managed_policies_data)
    lines = []
    for name, policy in policies.items():
        arn = f"arn:aws:iam::aws:policy{policy.get('Path', '/')}{name}"
        document = json.dumps(policy["Document"], separators=(",", ":"), sort_keys=True)
        lines.append(f"{arn}\t{policy['DefaultVersionId']}\t{document}\n")
    newest = max(str(policy.get("UpdateDate", policy["CreateDate"])) for policy in policies.values())
    header = f"# AWS-managed policies from moto {version('moto')} (Apache-2.0); newest change {newest[:10]}\n"
    TARGET.write_text(header + "".join(sorted(lines)), encoding="utf-8")
    print(f"{len(lines)} policies, {TARGET.stat().st_size} bytes: {header.strip('# ')}", end="")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
