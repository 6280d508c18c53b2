"""Which roles a requirement speaks of, and through which service account."""

from __future__ import annotations

from typing import NamedTuple

from ..iam.globs import matches, wildcard_glob
from ..inventory import Object, Role
from ..resolution import Index, role_of_association, roles_by_arn
from .model import Requirement, Selector


class Selected(NamedTuple):
    """A role that a requirement speaks of. `service_account` is (namespace, name) where one is known to use the
    role.
    """

    role: Role
    service_account: tuple[str, str] | None


class Unseen(NamedTuple):
    """A selected service account whose role has no manifest in the project: the object that names it, and the name."""

    object: Object
    role: str


class _User(NamedTuple):
    """A service account and what gives it a role: itself (IRSA) or a Pod Identity association."""

    namespace: str
    name: str
    labels: dict[str, str]
    giver: Object
    roles: tuple[Role, ...]
    role_named: str


def select(requirement: Requirement, index: Index) -> tuple[tuple[Selected, ...], tuple[Unseen, ...]]:
    """The roles that the requirement's selectors pick, each once, and the service accounts whose role is not to be
    seen.
    """
    users = _users(index)
    accounts = {id(role): (user.namespace, user.name) for user in reversed(users) for role in user.roles}
    picked: dict[int, Selected] = {}
    unseen: list[Unseen] = []
    for role in index.inventory.roles:
        if selects(requirement.roles, (role.object.name, role.name), role.object.labels):
            picked[id(role)] = Selected(role, accounts.get(id(role)))
    for user in users:
        if not selects(requirement.service_accounts, (user.name,), user.labels):
            continue
        for role in user.roles:
            picked.setdefault(id(role), Selected(role, (user.namespace, user.name)))
        if not user.roles:
            unseen.append(Unseen(user.giver, user.role_named))
    return tuple(picked.values()), tuple(unseen)


def selects(selector: Selector, names: tuple[str, ...], labels: dict[str, str]) -> bool:
    """Whether one of the names fits one of the globs, or all labels fit."""
    if any(matches(wildcard_glob(pattern), name) for pattern in selector.names for name in names):
        return True
    wanted = selector.labels
    return bool(wanted) and all(key in labels and matches(wildcard_glob(glob), labels[key]) for key, glob in wanted)


def _users(index: Index) -> list[_User]:
    users = [
        _User(
            account.object.namespace,
            account.object.name,
            account.object.labels,
            account.object,
            roles_by_arn(index, account.role_arn, account.object),
            account.role_arn,
        )
        for account in index.inventory.service_accounts
        if account.role_arn
    ]
    for association in index.inventory.associations:
        named = association.role_arn or (association.role_ref.name if association.role_ref else "")
        roles = role_of_association(index, association)
        user = _User(association.namespace, association.service_account, {}, association.object, roles, named)
        users.append(user)
    return users
