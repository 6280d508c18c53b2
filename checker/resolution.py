"""What a name or an ARN in a manifest stands for, over the whole project.

References go by metadata.name and namespace (iam-controller, references.go), ARNs by the IAM name and path. A
repository often holds the same object several times, once a cell or environment; the one nearest to the reference is
meant: in the same file, else in the folder that shares the longest path.
"""

from __future__ import annotations

import os
from typing import NamedTuple, TypeVar

from .inventory import Association, Inventory, Object, Policy, Reference, Role, ServiceAccount

T = TypeVar("T", Policy, Role, ServiceAccount)


class Resolved(NamedTuple):
    """The policies a reference may mean: none, one, or several that are equally near and differ.

    `elsewhere` are namesakes in other namespaces; `unread` says that a template stands where the target should be.
    """

    policies: tuple[Policy, ...]
    elsewhere: tuple[Policy, ...] = ()
    unread: bool = False


def resolve_policy(inventory: Inventory, reference: Reference) -> Resolved:
    """The Policy a reference means. A manifest without a namespace may end up in any, so it matches all."""
    namespace = reference.namespace or reference.owner.namespace
    named = [policy for policy in inventory.policies if policy.object.name == reference.name]
    here = [policy for policy in named if _same_namespace(policy.object.namespace, namespace)]
    exact = [policy for policy in here if policy.object.namespace == namespace]
    elsewhere = tuple(policy for policy in named if policy not in here)
    unread = any(
        item.kind == "Policy" and (item.name == reference.name or "$" in item.name or "{" in item.name)
        for item in inventory.unread
    )
    return Resolved(nearest(tuple(exact or here), reference.owner), elsewhere, unread)


def policies_by_arn(inventory: Inventory, arn: str, owner: Object) -> tuple[Policy, ...]:
    """The Policies of the project that this customer-managed ARN can mean."""
    path_and_name = arn.split(":", 5)[-1].removeprefix("policy")
    return nearest(
        tuple(policy for policy in inventory.policies if policy.iam_path + policy.name == path_and_name), owner
    )


def roles_by_arn(inventory: Inventory, arn: str, owner: Object) -> tuple[Role, ...]:
    """The Roles of the project that this role ARN can mean; IAM names are unique whatever their path and case."""
    name = arn.rpartition("/")[2].lower()
    return nearest(tuple(role for role in inventory.roles if role.name.lower() == name), owner)


def role_of_association(inventory: Inventory, association: Association) -> tuple[Role, ...]:
    """The Roles that a Pod Identity association can mean, by reference or by ARN."""
    if association.role_ref is not None:
        namespace = association.role_ref.namespace or association.object.namespace
        named = (role for role in inventory.roles if role.object.name == association.role_ref.name)
        return nearest(
            tuple(role for role in named if _same_namespace(role.object.namespace, namespace)), association.object
        )
    return roles_by_arn(inventory, association.role_arn, association.object) if association.role_arn else ()


def nearest(candidates: tuple[T, ...], owner: Object) -> tuple[T, ...]:
    """The candidates whose file is nearest to the owner's."""
    if len(candidates) < 2:
        return candidates
    ranked = [(_distance(item.object.origin.file, owner.origin.file), item) for item in candidates]
    least = min(distance for distance, _ in ranked)
    return tuple(item for distance, item in ranked if distance == least)


def _distance(one: str, other: str) -> int:
    if one == other:
        return -1
    left, right = os.path.dirname(one).split(os.sep), os.path.dirname(other).split(os.sep)
    shared = 0
    for one_part, other_part in zip(left, right, strict=False):
        if one_part != other_part:
            break
        shared += 1
    return len(left) + len(right) - 2 * shared


def _same_namespace(one: str, other: str) -> bool:
    return one == other or not one or not other
