"""Manifests of one index in every style that people write, whole or with something wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from checker.fix.planning.repair import Repair, repair
from checker.gate.options import GateOptions
from checker.gate.prepare import prepare
from checker.gate.prepared import Material, Prepared
from checker.project.file_facts import facts_of
from checker.text.source import Source
from tests.conftest import CELL

ISSUER = CELL["oidcIssuer"].removeprefix("https://")
TABLE = f"arn:aws:dynamodb:us-east-1:{CELL['account']}:table/{CELL['authKeysTable']}"
ROLE_ARN = f"arn:aws:iam::{CELL['account']}:role/acme-reverse-proxy"


def trust(**claims: str) -> dict[str, Any]:
    stated = {
        f"{ISSUER}:aud": "sts.amazonaws.com",
        f"{ISSUER}:sub": "system:serviceaccount:tenant-acme:reverse-proxy-acme",
    }
    stated |= {f"{ISSUER}:{name}": value for name, value in claims.items()}
    principal = {"Federated": f"arn:aws:iam::{CELL['account']}:oidc-provider/{ISSUER}"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRoleWithWebIdentity"}
    return {"Version": "2012-10-17", "Statement": [{**statement, "Condition": {"StringEquals": stated}}]}


def grant(actions: Any = ("dynamodb:GetItem", "dynamodb:Query"), resource: Any = TABLE, **more: Any) -> dict[str, Any]:
    listed = list(actions) if isinstance(actions, tuple) else actions
    return {"Sid": "ReadAuthKeys", "Effect": "Allow", "Action": listed, "Resource": resource, **more}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements) or [grant()]}


def indented(text: str, columns: int) -> str:
    return "\n".join(" " * columns + line if line else line for line in text.split("\n"))


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _one_by_one(value: Any) -> str:
    """Arrays on one line inside an indented document."""
    return (
        json.dumps(value, indent=2)
        .replace('[\n        "', '["')
        .replace('",\n        "', '", "')
        .replace('"\n      ]', '"]')
    )


STYLES: dict[str, Callable[[Any], str]] = {
    "literal": lambda value: "|\n" + indented(json.dumps(value, indent=2), 6),
    "literal, stripped": lambda value: "|-\n" + indented(json.dumps(value, indent=2), 6),
    "literal, kept": lambda value: "|+\n" + indented(json.dumps(value, indent=2), 6) + "\n",
    "literal, on one line": lambda value: "|\n" + indented(json.dumps(value), 6),
    "literal, by tabs": lambda value: "|\n" + indented(json.dumps(value, indent="\t"), 6),
    "literal, wide": lambda value: "|\n" + indented(json.dumps(value, indent=4), 6),
    "literal, compact arrays": lambda value: "|\n" + indented(_one_by_one(value), 6),
    "literal, indicated": lambda value: "|2\n" + indented(" " + json.dumps(value, indent=2), 6),
    "folded": lambda value: ">\n" + indented(json.dumps(value, indent=2), 6),
    "folded, on one line": lambda value: ">-\n" + indented(json.dumps(value), 6),
    "single quotes": lambda value: "'" + json.dumps(value) + "'",
    "single quotes, tight": lambda value: "'" + _compact(value) + "'",
    "single quotes, several lines": lambda value: "'" + indented(json.dumps(value, indent=1), 6).lstrip() + "'",
    "double quotes": lambda value: json.dumps(json.dumps(value)),
    "double quotes, escaped lines": lambda value: json.dumps(json.dumps(value, indent=2)),
    "double quotes, continued": lambda value: json.dumps(_compact(value)).replace("Statement", "Sta\\\n        tement"),
}


def manifest(document: str, trusting: str | None = None, *, more: str = "", account: str = ROLE_ARN) -> str:
    """A Role, as far as `spec.inlinePolicies` in the given text, and its ServiceAccount, comments between them."""
    shown = trusting or STYLES["literal"](trust())
    return f"""\
# ── the reverse proxy of acme ── 鍵を読む
apiVersion: iam.services.k8s.aws/v1alpha1
kind: Role
metadata:
  name: acme-reverse-proxy      # referred to by name
  namespace: tenant-acme
spec:
  # the name in IAM
  name: acme-reverse-proxy
  assumeRolePolicyDocument: {shown}
{more}  inlinePolicies:
    # what it may read
    auth-keys: {document}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: reverse-proxy-acme
  namespace: tenant-acme
  annotations:
    eks.amazonaws.com/role-arn: {account}
"""


def mend(*texts: str, unsafe: bool = False, **parameters: str) -> Repair:
    """The repair of these files (f0.yaml, f1.yaml, …) for the cell of the tests."""
    made = prepare(GateOptions((__file__,), parameters={**CELL, **parameters}))
    sources = tuple(Source(f"f{number}.yaml", text) for number, text in enumerate(texts))
    from checker.config.choices import choose_requirements
    from checker.config.file import Config

    requirements = choose_requirements(Config(), ())
    terms = made.terms._replace(
        requirements=requirements, asked=requirements.requirements, parameters={**CELL, **parameters}, files=None
    )
    made = Prepared(Material(facts_of(sources)), terms)
    return repair(made, lambda plan: unsafe or plan.is_safe)


def texts(found: Repair, *before: str) -> list[str]:
    """The files after the repair."""
    changed = {change.file: change.after for change in found.changes}
    return [changed.get(f"f{number}.yaml", text) for number, text in enumerate(before)]
