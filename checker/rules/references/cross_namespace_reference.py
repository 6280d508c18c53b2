"""A reference into another namespace.

What it does
    Reports `from.namespace` that differs from the namespace of the object that
    refers, unless the cell says that its controller allows it:
    `ack: {crossNamespaceReferences: allowed}` in checker.yaml.

Why it matters
    The controller refuses such references by default since v1.10.0. None of
    the object's references is resolved then, and nothing of it is reconciled
    any more.

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

from ...findings.place import at
from ...findings.problem import Problem
from ...inventory.objects import called
from ..facts import Facts
from ..rule import About

ABOUT = About("cross-namespace-reference", "error", asks_the_cell=True)


def check_project(facts: Facts) -> Iterator[Problem]:
    inventory = facts.project.inventory
    references = [item for role in inventory.roles for item in (*role.policy_refs, role.boundary_ref)]
    references += [item for giver in inventory.associations for item in (giver.role_ref, giver.hop_ref)]
    for reference in () if facts.names.crosses_namespaces else filter(None, references):
        owner = reference.owner
        if reference.namespace and owner.namespace and reference.namespace != owner.namespace:
            yield Problem(
                at(owner, (*reference.path, "namespace")),
                f"{called(owner)}: the reference goes to namespace {reference.namespace}",
                "the controller refuses it by default, and then changes nothing of the object",
                f"keep what it needs in namespace {owner.namespace}; where the controller allows it, say so:"
                " ack: {crossNamespaceReferences: allowed} in the cell",
                owner,
                value=reference.namespace,
            )
