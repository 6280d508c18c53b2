"""A reference into another namespace.

What it does
    Reports `from.namespace` that differs from the namespace of the object that
    refers.

Why it matters
    Today the controller allows it with an Advisory condition. Cross-namespace
    references are announced to be off by default (after 2026-09-28); from then
    on the reference does not resolve, and the role no longer reconciles.

Example
        policyRefs: [{from: {name: auth-keys-read, namespace: shared}}]

Use instead
        A Policy in the role's own namespace, or an inline policy in the role.

Source
    iam-controller, references.go (ValidateCrossNamespaceReference); community
    issue 3031.
"""

from __future__ import annotations

from collections.abc import Iterator

from .problem import Facts, Problem, at, called

ID = "cross-namespace-reference"
SEVERITY = "warning"


def check(facts: Facts) -> Iterator[Problem]:
    for role in facts.project.inventory.roles:
        for reference in (*role.policy_refs, *([role.boundary_ref] if role.boundary_ref else [])):
            if reference.namespace and role.object.namespace and reference.namespace != role.object.namespace:
                yield Problem(
                    at(reference.owner, (*reference.path, "namespace")),
                    f"{called(role.object)}: the reference goes to namespace {reference.namespace}",
                    "ACK turns cross-namespace references off by default; the role then stops reconciling",
                    f"keep a Policy in namespace {role.object.namespace}, or write an inline policy",
                    role.object,
                    value=reference.namespace,
                )
