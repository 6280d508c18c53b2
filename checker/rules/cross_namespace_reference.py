"""A reference into another namespace.

What it does
    Reports `from.namespace` that differs from the namespace of the object that
    refers, unless the cell says that its controller allows it:
    `ack: {crossNamespaceReferences: allowed}` in checker.yaml.

Why it matters
    The controller refuses such references by default since v1.10.0. None of
    the role's references is resolved then, and nothing of the role is
    reconciled any more.

Example
        policyRefs: [{from: {name: auth-keys-read, namespace: shared}}]

Use instead
        A copy of the Policy in the role's own namespace, or an inline policy
        in the role.

Source
    iam-controller v1.10.0, release notes ("expect cross-namespace policy
    references to be rejected by default"); community issue 3031,
    iam-controller issue 175; EKS API, AckConfigRequest.enableCrossNamespace
    (default false).
"""

from __future__ import annotations

from collections.abc import Iterator

from .problem import Facts, Problem, at, called

ID = "cross-namespace-reference"
SEVERITY = "error"
ASKS_THE_CELL = True


def check(facts: Facts) -> Iterator[Problem]:
    for role in () if facts.names.crosses_namespaces else facts.project.inventory.roles:
        for reference in (*role.policy_refs, *([role.boundary_ref] if role.boundary_ref else [])):
            if reference.namespace and role.object.namespace and reference.namespace != role.object.namespace:
                yield Problem(
                    at(reference.owner, (*reference.path, "namespace")),
                    f"{called(role.object)}: the reference goes to namespace {reference.namespace}",
                    "the controller refuses it by default, and then changes nothing of the role",
                    f"keep a copy in namespace {role.object.namespace}, or write an inline policy; where the controller"
                    " allows it, say so: ack: {crossNamespaceReferences: allowed} in the cell",
                    role.object,
                    value=reference.namespace,
                )
