"""Who works with another role than before, or with none: service accounts, and workloads that run as another one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..iam.values import NamedTuple
from ..inventory.objects import Role, Workload
from .answers import DemandAnswer, DemandKey, answers, compared
from .model import ConsumerChange
from .pairs import Pair
from .sides import Side
from .unnamed import Known, without_account

Account = tuple[str, str]
Partners = Mapping[int, Role | None]
"""The role on the second side, by the `id` of that on the first."""


class _Held(NamedTuple):
    """The roles that a service account gets on a side, or what it names where no role is found."""

    roles: tuple[Role, ...]
    named: str


def consumers(pairs: list[Pair], before: Side, after: Side) -> Iterator[ConsumerChange]:
    """Those whose role differs between the sides; accounts that are gone with their roles are left out."""
    moved = [pair for pair in pairs if pair.before and pair.after and pair.before.iam_path != pair.after.iam_path]
    old, new = _held(before, []), _held(after, moved)
    were_there, are_there = accounts_on(before), accounts_on(after)
    partners = {id(pair.before): pair.after for pair in pairs if pair.before is not None}
    kept = {id(role) for held in new.values() for role in held.roles}
    for account in sorted(old.keys() | (new.keys() & were_there)):
        if account in are_there or _is_left(old[account], partners, kept):
            name = f"service account {'/'.join(account)}"
            yield from _change(name, partners, (before, account, old), (after, account, new))
    running, running_now = (
        {(item.object.kind, item.object.namespace, item.object.name): item for item in _workloads(side)}
        for side in (before, after)
    )
    looked_up: Known = {}
    for key, earlier in running.items():
        has_role = (earlier.object.namespace, earlier.service_account) in old
        item = running_now.get(key) or (without_account(earlier, before, after, looked_up) if has_role else None)
        if item is not None and earlier.service_account != item.service_account:
            was, now = (item.object.namespace, earlier.service_account), (item.object.namespace, item.service_account)
            name = f"{item.object.kind} {item.object.namespace}/{item.object.name}"
            yield from _change(name, partners, (before, was, old), (after, now, new))
    for key, item in running_now.items():
        before_it = running.get(key) or _replaced(item, running, running_now)
        if before_it is not None:
            yield from _skipped(before_it, item, partners, (before, old), (after, new))


_Key = tuple[str, str, str]


def _replaced(item: Workload, running: dict[_Key, Workload], running_now: dict[_Key, Workload]) -> Workload | None:
    """A workload of the same service account that is gone now: this one runs in its place, of another kind or name."""
    account = (item.object.namespace, item.service_account)
    gone = (one for key, one in running.items() if key not in running_now)
    return next((one for one in gone if (one.object.namespace, one.service_account) == account), None)


def _skipped(
    earlier: Workload,
    item: Workload,
    partners: Partners,
    one: tuple[Side, dict[Account, _Held]],
    other: tuple[Side, dict[Account, _Held]],
) -> Iterator[ConsumerChange]:
    """The containers of a workload that EKS is told to leave without credentials on one side only."""
    was, now = ((side.object.namespace, side.service_account) for side in (earlier, item))
    for container in sorted(earlier.without_credentials ^ item.without_credentials):
        if container in item.containers:
            name = f"container {container} of {item.object.kind} {item.object.namespace}/{item.object.name}"
            held = {} if container in earlier.without_credentials else one[1]
            held_now = {} if container in item.without_credentials else other[1]
            yield from _change(name, partners, (one[0], was, held), (other[0], now, held_now))


def _is_left(held: _Held, partners: Partners, kept: set[int]) -> bool:
    """Whether nothing gives an account its roles any more, which stay and are given to nobody else: its pods may run on
    without them."""
    now = [partners.get(id(role)) for role in held.roles]
    return bool(now) and all(role is not None and id(role) not in kept for role in now)


def _workloads(side: Side) -> tuple[Workload, ...]:
    return side.facts.project.inventory.workloads


def accounts_on(side: Side) -> set[Account]:
    """The service accounts that exist on a side, or that something runs as or gives a role to."""
    inventory = side.facts.project.inventory
    accounts = {(item.object.namespace, item.object.name) for item in inventory.service_accounts}
    accounts |= {(item.object.namespace, item.service_account) for item in inventory.workloads}
    return accounts | {(item.namespace, item.service_account) for item in inventory.associations}


def _held(side: Side, moved: list[Pair]) -> dict[Account, _Held]:
    """The roles by account. The controller ignores an edit of a role's path: an ARN with the old path finds the role,
    one with the new path finds none."""
    by_account: dict[Account, _Held] = {}
    for user in side.users:
        roles = user.roles
        if user.giver.kind == "ServiceAccount":
            ended = [pair.after for pair in moved]
            roles = tuple(role for role in roles if not any(role is item for item in ended))
            roles += tuple(
                pair.after for pair in moved if pair.before and pair.after and _is_at(user.role_named, pair.before)
            )
        known = by_account.get((user.namespace, user.name), _Held((), ""))
        by_account[user.namespace, user.name] = _Held(
            (*known.roles, *roles), known.named or ("" if roles else user.role_named)
        )
    return by_account


def _is_at(arn: str, role: Role) -> bool:
    """Whether an ARN is that of a role at its path."""
    return arn.endswith(f":role{role.iam_path}{role.name}")


End = tuple[Side, Account, dict[Account, _Held]]


def _change(name: str, partners: Partners, one: End, other: End) -> Iterator[ConsumerChange]:
    had, has = (held.get(account, _Held((), "")) for _, account, held in (one, other))
    if _are_the_same(partners, had, has):
        return
    demands = tuple(compared(_answers(had, *one[:2]), _answers(has, *other[:2])))
    was, now = _shown(had), _shown(has)
    if was == now and had.roles and has.roles:
        was, now = (", ".join(map(_at_length, held.roles)) for held in (had, has))
    yield ConsumerChange(name, was, now, demands)


def _are_the_same(partners: Partners, had: _Held, has: _Held) -> bool:
    """Whether the roles are the same ones."""
    if not had.roles and not has.roles:
        return True
    return {id(partners.get(id(role))) for role in had.roles} == {id(role) for role in has.roles}


def _answers(held: _Held, side: Side, account: Account) -> dict[DemandKey, DemandAnswer]:
    """The answers about the roles; of those on trust only that on this service account, `place` being "trust"."""
    by_question: dict[DemandKey, DemandAnswer] = {}
    for role in held.roles:
        for question, answer in answers(role, side).items():
            if question.kind != "trust":
                by_question[question] = answer
            elif question.place == "/".join(account):
                by_question[question._replace(place="trust")] = answer
    return by_question


def _at_length(role: Role) -> str:
    """A role by its name and path in AWS, and by its object: namesakes differ in one of them."""
    item = role.object
    return f"{role.iam_path}{role.name} ({item.namespace}/{item.name})".lstrip("/")


def _shown(held: _Held) -> str:
    return ", ".join(role.name for role in held.roles) or held.named.rpartition("/")[2] or "none"
