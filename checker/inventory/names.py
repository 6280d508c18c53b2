"""What a name or an ARN in a manifest stands for, over the whole project.

References go by metadata.name and namespace (iam-controller, references.go), ARNs by the IAM name and path. A
repository often holds the same object several times, once a cell or environment; the one nearest to the reference is
meant: in the same file, else in the folder that shares the longest path.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeVar

from ..iam.arns import parse_arn
from ..iam.documents.holes import has_hole
from ..iam.documents.regions import partition_in, partition_of
from ..iam.expressions import expression
from ..iam.values import NamedTuple
from .objects import Association, Inventory, Key, Object, Policy, Reference, Role, Table

T = TypeVar("T", Policy, Role, Table, Key)
_NONE: Mapping[str, str] = MappingProxyType({})


class Names(NamedTuple):
    """The inventory by the names that references and ARNs use. IAM names are folded: IAM ignores their case.

    `account` is the account the objects go to, 12 digits, or None if it is not known; `partition` the one it is in, ""
    if it is not known. `crosses_namespaces`: the cell's controller resolves references into other namespaces.
    `selectors` are the IAMRoleSelectors; `cluster` and `region` are the cell's, "" where they are not known.
    """

    inventory: Inventory
    account: str | None
    partition: str
    crosses_namespaces: bool
    policies: dict[str, list[Policy]]
    policies_by_arn: dict[str, list[Policy]]
    roles: dict[str, list[Role]]
    roles_by_arn: dict[str, list[Role]]
    selectors: tuple[Object, ...] = ()
    cluster: str = ""
    region: str = ""


class Resolved(NamedTuple):
    """The policies a reference may mean: none, one, or several that are equally near and differ.

    `elsewhere` are namesakes in other namespaces; `unread` says that there is none here, and that an object which a
    template has yet to fill in may be the target.
    """

    policies: tuple[Policy, ...]
    elsewhere: tuple[Policy, ...] = ()
    unread: bool = False


CROSSING = "ack.crossNamespaceReferences"
"""The parameter that says whether the cell's controller was told to allow references into other namespaces."""


def names_of(inventory: Inventory, account: str | None, parameters: Mapping[str, str] = _NONE) -> Names:
    """Everything by name, once for the whole run; `parameters` are the cell's."""
    return Names(
        inventory=inventory,
        account=account,
        partition=partition_of(parameters.get("region", "")),
        crosses_namespaces=parameters.get(CROSSING) == "allowed",
        policies=_by_all_names(inventory.policies),
        policies_by_arn=_by(inventory.policies, lambda policy: policy.iam_path + policy.name.lower()),
        roles=_by(inventory.roles, lambda role: role.object.name),
        roles_by_arn=_by(inventory.roles, lambda role: role.iam_path + role.name),
        cluster=parameters.get("cluster", ""),
        region=parameters.get("region", ""),
        selectors=tuple(item for item in inventory.objects if item.kind == "IAMRoleSelector"),
    )


def _by_all_names(policies: tuple[Policy, ...]) -> dict[str, list[Policy]]:
    """Policies by metadata.name, and by the names that kustomizations may give them instead."""
    by_name = _by(policies, lambda policy: policy.object.name)
    for policy in policies:
        for name in policy.object.built_names:
            if policy not in by_name.setdefault(name, []):
                by_name[name].append(policy)
    return by_name


def resolve_policy(names: Names, reference: Reference) -> Resolved:
    """The Policy a reference means. A manifest without a namespace may end up in any, so it matches all."""
    namespace = reference.namespace or reference.owner.namespace
    named = _in_scope(names.policies.get(reference.name, []), reference.owner, reference.name, namespace)
    here = [policy for policy in named if _same_namespace(policy.object.namespace, namespace)]
    exact = [policy for policy in here if policy.object.namespace == namespace]
    elsewhere = tuple(policy for policy in named if policy not in here)
    unread = not here and may_be_a_template(names.inventory, reference)
    return Resolved(nearest(exact or here, reference.owner), elsewhere, unread)


def may_be_a_template(inventory: Inventory, reference: Reference) -> bool:
    """Whether the target may be an object that a template has yet to fill in: by its name, or by one still open."""
    names = (item.name for item in inventory.unread if item.kind == reference.kind)
    return any(name == reference.name or "$" in name or "{" in name for name in names)


def policies_by_arn(names: Names, arn: str, owner: Object) -> tuple[Policy, ...]:
    """The Policies of the project that this customer-managed ARN can mean."""
    named = names.policies_by_arn.get(_path_and_name(names, arn, "policy", owner), [])
    return nearest(_in_scope(named, owner, arn), owner)


def roles_by_arn(names: Names, arn: str, owner: Object) -> tuple[Role, ...]:
    """The Roles of the project that this role ARN can mean. STS takes only the whole ARN, with account and path."""
    named = names.roles_by_arn.get(_path_and_name(names, arn, "role", owner), [])
    return nearest(_in_scope(named, owner, arn), owner)


def _path_and_name(names: Names, arn: str, kind: str, owner: Object) -> str:
    """Path and name of an IAM ARN, that of a policy folded; "" for one of another account or partition, which means
    nothing in the project. An account or a partition that is filled in later is taken for the cell's."""
    named = parse_arn(arn)
    if named is None:
        return ""
    if names.account is not None and named.account != names.account and not has_hole(named.account, owner.holes):
        return ""
    if (
        names.partition
        and partition_in(arn) not in ("", names.partition)
        and not has_hole(named.partition, owner.holes)
    ):
        return ""
    path, slash, name = named.resource.removeprefix(kind).rpartition("/")
    # "Role names are case sensitive when you assume a role" (IAM User Guide, "Troubleshoot IAM roles").
    return path + slash + (name if kind == "role" else name.lower())


def _in_scope(found: list[T], owner: Object, *texts: str) -> list[T]:
    """Those of the objects for which the holes in these texts surely have the same value as for the owner: in a kro
    graph, those of the same graph; else those of the same folder, or, where a helm hole depends on where it stands,
    those within the same blocks of one file. None where a hole may vary (`_VARYING`)."""
    holes = [hole for hole in owner.holes for text in texts if hole in text]
    if not holes and not (owner.holes and owner.origin.path and not owner.namespace):
        return found
    if owner.origin.path:
        return [item for item in found if item.object.origin[:2] == owner.origin[:2]]
    folder = os.path.dirname(owner.origin.file)
    near = [
        item for item in found if os.path.dirname(item.object.origin.file) == folder and not item.object.origin.path
    ]
    if all(not hole.startswith("{{") or _ABSOLUTE.fullmatch(hole) for hole in holes):
        return near
    if any(_VARYING.search(hole) for hole in holes):
        return []
    return [item for item in near if (item.object.origin.file, item.object.within) == (owner.origin.file, owner.within)]


_ABSOLUTE = expression(r"\{\{-?\s*\$?\.(?:Values|Release|Chart)\.[\w.]+(?:\s*\|\s*(?:quote|lower|toString))*\s*-?\}\}")
_VARYING = expression(r"\$\w|rand|uuid|now\b|gen[A-Z]|lookup")
"""What may have a different value at each occurrence: variables, which templates set anew, and functions."""


def role_of_association(names: Names, association: Association) -> tuple[Role, ...]:
    """The Roles that a Pod Identity association can mean, by reference or by ARN."""
    return _roles(names, association.role_ref, association.role_arn, association.object)


def hop_of_association(names: Names, association: Association) -> tuple[Role, ...]:
    """The Roles that the first role of an association, which only assumes the target role, can mean."""
    return _roles(names, association.hop_ref, association.hop_arn, association.object)


def is_of_the_cell(names: Names, association: Association) -> bool:
    """Whether an association may be in the cell's cluster: not where it names another one, or is made in another
    region. The controller takes the region from the object's annotation, else from that of its namespace."""
    spec, item = association.object.data.get("spec"), association.object
    cluster = spec.get("clusterName") if isinstance(spec, dict) else None
    around = names.inventory.namespaces.get(item.namespace, {})
    region = item.annotations.get("services.k8s.aws/region") or around.get("services.k8s.aws/default-region") or ""
    pairs = ((cluster, names.cluster), (region, names.region))
    return all(
        not stated or not due or not isinstance(stated, str) or stated == due or has_hole(stated, item.holes)
        for stated, due in pairs
    )


def role_of_pods(names: Names, association: Association) -> tuple[Role, ...]:
    """The Roles that EKS Pod Identity itself can assume for an association: of a chain, the first."""
    is_chained = association.hop_arn is not None or association.hop_ref is not None
    return (hop_of_association if is_chained else role_of_association)(names, association)


def arn_of_role(names: Names, role: Role) -> str:
    """The ARN of a role of the project; "" where the account is not known."""
    if names.account is None:
        return ""
    return f"arn:{names.partition or 'aws'}:iam::{names.account}:role{role.iam_path}{role.name}"


def _roles(names: Names, reference: Reference | None, arn: str | None, owner: Object) -> tuple[Role, ...]:
    if reference is not None:
        namespace = reference.namespace or owner.namespace
        named = _in_scope(names.roles.get(reference.name, []), owner, reference.name, namespace)
        here = [role for role in named if _same_namespace(role.object.namespace, namespace)]
        return nearest(here, owner)
    return roles_by_arn(names, arn, owner) if arn else ()


def _by(items: tuple[T, ...], key: Callable[[T], str]) -> dict[str, list[T]]:
    groups: dict[str, list[T]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups


def nearest(candidates: list[T], owner: Object) -> tuple[T, ...]:
    """The candidates that were rendered together with the owner, else those that nothing renders; of these, the ones
    whose file is nearest to the owner's. What was rendered apart from the owner is not applied with it."""
    together = [item for item in candidates if item.object.pool == owner.pool]
    candidates = together or ([item for item in candidates if not item.object.pool] if owner.pool else candidates)
    if len(candidates) < 2:
        return tuple(candidates)
    ranked = [(_distance(item.object.origin.file, owner.origin.file), item) for item in candidates]
    least = min(distance for distance, _ in ranked)
    return tuple(item for distance, item in ranked if distance == least)


def _distance(one: str, other: str) -> int:
    if one == other:
        return -1
    left, right = (os.path.dirname(os.path.abspath(path)).split(os.sep) for path in (one, other))
    shared = 0
    for one_part, other_part in zip(left, right, strict=False):
        if one_part != other_part:
            break
        shared += 1
    return len(left) + len(right) - 2 * shared


def _same_namespace(one: str, other: str) -> bool:
    return one == other or not one or not other
