"""Which roles a requirement speaks of, and through which service account."""

from __future__ import annotations

from typing import NamedTuple

from ..iam.globs import matches, wildcard_glob
from ..inventory import Object, PolicyText, Role
from ..resolution import Index, role_of_association, roles_by_arn
from .model import Requirement, Selector


class Selected(NamedTuple):
    """One way in which a role is used.

    `service_account` is (namespace, name) where one is known, `session` the policy that its Pod Identity association
    puts on top, `giver` the object that gives the role to the service account.
    """

    role: Role
    service_account: tuple[str, str] | None = None
    session: PolicyText | None = None
    giver: Object | None = None


class Unseen(NamedTuple):
    """A selected service account whose role has no manifest in the project: the object that names it, and the name, ""
    where nothing in the project gives it a role at all."""

    object: Object
    role: str


class User(NamedTuple):
    """A service account and what gives it a role: itself (IRSA) or a Pod Identity association."""

    namespace: str
    name: str
    labels: dict[str, str]
    giver: Object
    roles: tuple[Role, ...]
    role_named: str
    session: PolicyText | None


def select(requirement: Requirement, index: Index) -> tuple[tuple[Selected, ...], tuple[Unseen, ...]]:
    """The roles that the requirement's selectors pick, and the selected service accounts whose role is not to be seen.

    A role comes once for each way it is used: by the service accounts that are selected themselves, else by all of
    them. Ways that differ in nothing that bears on access (no session policy) are one.
    """
    users = users_of(index)
    wanted = [user for user in users if selects(requirement.service_accounts, (user.name,), user.labels)]
    by_role: dict[int, list[User]] = {}
    for user in users:
        for role in user.roles:
            by_role.setdefault(id(role), []).append(user)
    chosen = set(map(id, wanted))
    through_accounts = {id(role) for user in wanted for role in user.roles}
    picked: list[Selected] = []
    for role in index.inventory.roles:
        names = (role.object.name, role.name, *role.object.built_names)
        by_itself = selects(requirement.roles, names, role.object.labels)
        if by_itself or id(role) in through_accounts:
            using = by_role.get(id(role), [])
            picked += _ways(role, [user for user in using if id(user) in chosen] or using)
    unseen = [Unseen(user.giver, user.role_named) for user in wanted if not user.roles]
    return tuple(picked), (*unseen, *_without_role(requirement, index, users))


def _without_role(requirement: Requirement, index: Index, users: list[User]) -> list[Unseen]:
    """Selected service accounts, defined or only run as by a workload, to which nothing in the project gives a role.

    Not where a role of their namespace trusts EKS Pod Identity: associations are often made outside of manifests, and
    the role is then selected by its own name.
    """
    served = {(user.namespace, user.name) for user in users}
    with_pod_identity = {role.object.namespace for role in index.inventory.roles if _trusts_pod_identity(role)}
    found: dict[tuple[str, str], Unseen] = {}
    accounts = [(item.object, item.object.name) for item in index.inventory.service_accounts]
    accounts += [(item.object, item.service_account) for item in index.inventory.workloads]
    for item, name in accounts:
        key = (item.namespace, name)
        labels = item.labels if item.kind == "ServiceAccount" else {}
        is_open = key not in served and item.namespace not in with_pod_identity
        if is_open and selects(requirement.service_accounts, (name,), labels):
            found.setdefault(key, Unseen(item, ""))
    return list(found.values())


def _trusts_pod_identity(role: Role) -> bool:
    document = role.trust.parsed.document if role.trust else None
    statements = document.statements if document else ()
    return any(item.entry.text == "pods.eks.amazonaws.com" for statement in statements for item in statement.principals)


def selects(selector: Selector, names: tuple[str, ...], labels: dict[str, str]) -> bool:
    """Whether one of the names fits one of the globs, or all labels fit."""
    if any(matches(wildcard_glob(pattern), name) for pattern in selector.names for name in names):
        return True
    wanted = selector.labels
    return bool(wanted) and all(key in labels and matches(wildcard_glob(glob), labels[key]) for key, glob in wanted)


def _ways(role: Role, users: list[User]) -> list[Selected]:
    ways: dict[int, Selected] = {}
    for user in users:
        ways.setdefault(id(user.session), Selected(role, (user.namespace, user.name), user.session, user.giver))
    return list(ways.values()) or [Selected(role)]


def users_of(index: Index) -> list[User]:
    """Every service account to which the project gives a role, by annotation or by Pod Identity association."""
    users = [
        User(
            account.object.namespace,
            account.object.name,
            account.object.labels,
            account.object,
            roles_by_arn(index, account.role_arn, account.object),
            account.role_arn,
            None,
        )
        for account in index.inventory.service_accounts
        if account.role_arn
    ]
    for association in index.inventory.associations:
        named = association.role_arn or (association.role_ref.name if association.role_ref else "")
        roles = role_of_association(index, association)
        giver, session = association.object, association.session
        users.append(User(association.namespace, association.service_account, {}, giver, roles, named, session))
    return users
