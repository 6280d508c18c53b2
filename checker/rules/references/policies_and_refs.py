"""A Role with both a list of ARNs and a list of references, which the controller refuses.

What it does
    Reports a Role with entries in both `policies` and `policyRefs`, or with
    both `permissionsBoundary` and `permissionsBoundaryRef`.

Why it matters
    The controller stops at "both resource reference wrapper and ID cannot be
    used together" and reconciles nothing on the role any more: no later fix to
    its policies arrives, while the object may look healthy.

Example
        policies: [arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess]
        policyRefs: [{from: {name: auth-keys-read}}]

Use instead
        One of the two; an AWS-managed policy can be replaced by an inline policy beside policyRefs.

Source
    iam-controller, pkg/resource/role/references.go (validateReferenceFields);
    community issue 2422.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.place import at
from ...findings.problem import Problem, Related
from ...inventory.objects import called
from ...project.project import DocumentFacts
from ..rule import About

ABOUT = About("policies-and-refs", "error")

_PAIRS = (("policies", "policyRefs"), ("permissionsBoundary", "permissionsBoundaryRef"))


def check_document(document: DocumentFacts) -> Iterator[Problem]:
    for role in document.inventory.roles:
        spec = role.object.data.get("spec")
        for plain, reference in _PAIRS:
            # Lists exclude each other only when both have entries; the boundary pair as soon as both are present.
            if not isinstance(spec, dict) or not spec.get(plain) or not _present(spec, reference):
                continue
            yield Problem(
                place=at(role.object, ("spec", reference), "key"),
                message=f"{called(role.object)}: {plain} and {reference} cannot be used together",
                why="the controller then reconciles nothing on this role, and no grant in it arrives",
                help=f"keep {plain} or {reference}; what is dropped can become an inline policy",
                subject=role.object,
                related=(Related(at(role.object, ("spec", plain), "key"), f"{plain} here"),),
            )


def _present(spec: dict[str, object], name: str) -> bool:
    return bool(spec.get(name)) or (name == "permissionsBoundaryRef" and name in spec)
