"""Small projects that show every way a run can end, for all formats alike."""

from __future__ import annotations

from pathlib import Path

ROLE = """\
apiVersion: iam.services.k8s.aws/v1alpha1
kind: Role
metadata:
  name: {name}
  namespace: tenant-{name}
spec:
  name: {name}-reverse-proxy
  assumeRolePolicyDocument: |
    {{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"Service": "pods.eks.amazonaws.com"}},
     "Action": ["sts:AssumeRole", "sts:TagSession"]}}]}}
  inlinePolicies:
    auth-keys: |{comment}
      {{"Version": "2012-10-17", "Statement": [{{"Sid": "Read", "Effect": "Allow",
        "Action": [{actions}],
        "Resource": "arn:aws:dynamodb:us-east-1:111122223333:table/cell2-auth-keys"}}]}}
"""
BOTH = '"dynamodb:GetItem", "dynamodb:Query"'
ONE = '"dynamodb:GetItem"'
WIDE = '"dynamodb:Get*", "dynamodb:Query"'

CONFIG = """\
version: 1
manifests: [manifests]
cells:
  cell2:
    region: us-east-1
    account: "111122223333"
    parameters: {authKeysTable: cell2-auth-keys}
"""


def role(name: str, actions: str, comment: str = "") -> str:
    """A role that a requirement selects."""
    return ROLE.format(name=name, actions=actions, comment=comment)


def lay_out(world: str) -> list[str]:
    """Writes a world into the working folder; further arguments of `checker static` for it."""
    manifests = Path("manifests")
    manifests.mkdir()
    Path("checker.yaml").write_text(CONFIG, encoding="utf-8")
    (manifests / "acme.yaml").write_text(role("acme", BOTH), encoding="utf-8")
    if world == "findings":
        (manifests / "acme.yaml").write_text(role("acme", ONE), encoding="utf-8")
        (manifests / "bórealis.yaml").write_text(role("borealis", WIDE), encoding="utf-8")
    elif world == "suppressed":
        note = "  # checker: ignore[missing-grant] moves in March"
        (manifests / "acme.yaml").write_text(role("acme", ONE, note), encoding="utf-8")
        (manifests / "borealis.yaml").write_text(role("borealis", WIDE), encoding="utf-8")
        entry = (
            "ignore:\n  - {rule: broad-action, subject: borealis, sid: Read, reason: reads all, until: 2999-01-01}\n"
        )
        Path("checker.yaml").write_text(CONFIG + entry, encoding="utf-8")
    elif world == "could-not-check":
        (manifests / "gone.yaml").symlink_to("nowhere.yaml")
    elif world == "nothing":
        (manifests / "acme.yaml").write_text("kind: ConfigMap\n", encoding="utf-8")
        return ["manifests/acme.yaml"]
    return []


WORLDS = {"clean": 0, "findings": 1, "suppressed": 0, "could-not-check": 3, "nothing": 0}
"""Each world and the exit code it ends with."""
