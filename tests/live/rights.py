"""What deploy/ grants, in the words that the tests count calls in."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

DEPLOY = Path(__file__).parent.parent.parent / "deploy"


def allowed_calls() -> set[str]:
    """The actions of the AWS policy: `iam:GetRole`."""
    policy = json.loads((DEPLOY / "aws-policy.json").read_text(encoding="utf-8"))
    return {action for statement in policy["Statement"] for action in statement["Action"]}


def allowed_reads() -> set[str]:
    """The verbs and resources of the ClusterRole: `get pods/log`."""
    return _allowed("kubernetes.yaml")


def allowed_writes() -> set[str]:
    """Those of the ClusterRole for people who apply fixes."""
    return _allowed("fixer.yaml")


def _allowed(name: str) -> set[str]:
    role = next(yaml.safe_load_all((DEPLOY / name).read_text(encoding="utf-8")))
    return {f"{verb} {resource}" for rule in role["rules"] for resource in rule["resources"] for verb in rule["verbs"]}
