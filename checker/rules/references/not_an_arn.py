"""A field that must hold an ARN and holds something else.

What it does
    Checks the entries of `policies`, `permissionsBoundary`, `roleARN` and the
    annotation eks.amazonaws.com/role-arn for the form of an IAM ARN:
    partition, 12-digit account (or `aws` for AWS-managed policies), `policy/…`
    or `role/…`.

Why it matters
    IAM answers InvalidInput. For a Role this is terminal: policies are
    attached before inline policies are written, so even a correct grant in the
    same Role never arrives. A malformed annotation is passed on to the pod as
    it is, and STS refuses it.

Example
        policies: [AmazonDynamoDBReadOnlyAccess]

Use instead
        policies: ["arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess"]

Source
    iam-controller, generator.yaml (terminal codes) and
    pkg/resource/role/sdk.go (order of updates); amazon-eks-pod-identity-
    webhook, pkg/handler (a malformed ARN is injected all the same); community
    issue 2422.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...ack.kinds import ROLE_ARN_ANNOTATION
from ...findings.place import at
from ...findings.problem import Problem
from ...iam.documents.paths import Path
from ...iam.expressions import expression
from ...inventory.objects import Inventory, Object, called
from ...managed import find as find_managed
from ...project.project import DocumentFacts
from ..rule import About

ABOUT = About("not-an-arn", "error")

_ARNS = {
    "policy": expression(r"arn:aws(-[a-z]+)*:iam::(\d{12}|aws):policy/[!-~]*[\w+=,.@-]+"),
    "role": expression(r"arn:aws(-[a-z]+)*:iam::\d{12}:role/[!-~]*[\w+=,.@-]+"),
}


def check_document(document: DocumentFacts) -> Iterator[Problem]:
    for item, path, kind, text in _fields(document.inventory):
        if is_arn(kind, text):
            continue
        managed = f"arn:aws:iam::aws:policy/{text}"
        known = kind == "policy" and find_managed(managed) is not None
        yield Problem(
            at(item, path),
            f"{called(item)}: {text!r} is not the ARN of an IAM {kind}",
            "AWS refuses it, and nothing that follows in this object is applied",
            f"write {managed}" if known else f"write arn:aws:iam::ACCOUNT:{kind}/NAME, with 12 digits for the account",
            item,
            value=text,
        )


def is_arn(kind: str, text: str) -> bool:
    """Whether a text is the ARN of an IAM policy or role (`kind`)."""
    return _ARNS[kind].fullmatch(text) is not None


def _fields(inventory: Inventory) -> Iterator[tuple[Object, Path, str, str]]:
    for role in inventory.roles:
        for managed in (*role.policy_arns, *([role.boundary_arn] if role.boundary_arn else [])):
            yield managed.owner, managed.path, "policy", managed.arn
    for association in inventory.associations:
        spec = association.object.data.get("spec")
        for field in ("roleARN", "targetRoleARN"):
            arn = spec.get(field) if isinstance(spec, dict) else None
            if isinstance(arn, str):
                yield association.object, ("spec", field), "role", arn
    for account in inventory.service_accounts:
        # An empty annotation switches IRSA off; that is a choice, not a mistake.
        if account.role_arn:
            yield account.object, ("metadata", "annotations", ROLE_ARN_ANNOTATION), "role", account.role_arn
