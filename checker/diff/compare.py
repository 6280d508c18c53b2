"""Two sides, compared: for every role what it gains and loses, what requirements say to that, and whom it concerns."""

from __future__ import annotations

from collections.abc import Iterator

from ..ack.edits import Note, gone, notes, replaced
from ..iam.changed import compare_changed, says_the_same
from ..iam.grants import Comparison
from ..iam.policies import Layer
from ..inventory import Role
from ..observing import Observe, unobserved
from ..requirements.layers import stack
from .consumers import consumers
from .demands import demands
from .model import Difference, ObjectNote, Reach, RoleChange
from .pairs import Pair, changed_texts, pair_policies, pair_roles
from .sides import Side
from .trust import compare_trust


def compare_sides(before: Side, after: Side, observe: Observe = unobserved) -> Difference:
    """The whole difference; a pure function of both sides."""
    pairs = pair_roles(before, after)
    roles = []
    for done, pair in enumerate(pairs):
        observe("comparing roles", done, len(pairs))
        roles += [found for found in (_role(pair, before, after),) if found is not None]
    policies = pair_policies(before, after)
    others = [
        ObjectNote(other.object, note)
        for one, other in changed_texts(policies)
        for note in notes(one.object, other.object)
    ]
    others += [ObjectNote(one.object, gone(one.object)) for one, other in policies if one and not other]
    unread = [f"{side.name}: {line}" for side in (before, after) for line in _unread(side)]
    moved = tuple(consumers(pairs, before, after))
    return Difference(before.name, after.name, tuple(roles), moved, tuple(others), tuple(unread))


def _unread(side: Side) -> Iterator[str]:
    """What keeps a side from being known as a whole."""
    yield from (f"{path} could not be read: {reason}" for path, reason in side.unreadable)
    project = side.facts.project
    yield from (f"{item.source.name} is no YAML: {item.message}" for item in project.broken)
    yield from (f"{item.file} holds a template ({item.reason}), which was not compared" for item in project.skipped)


def _role(pair: Pair, before: Side, after: Side) -> RoleChange | None:
    role = pair.after or pair.before
    if role is None:
        return None
    reach = _reach(pair, before, after)
    access = _access(pair, before, after)
    accounts = tuple(item.service_account for item in reach)
    trust = compare_trust(pair.before, pair.after, accounts, after.facts.parameters)
    found = RoleChange(
        "changed" if pair.before and pair.after else "added" if pair.after else "removed",
        role.object,
        access.gained,
        access.lost,
        (*access.unclear, *trust.unclear),
        tuple(demands(pair, before, after)),
        trust.let_in,
        trust.shut_out,
        tuple(_notes(pair)),
        reach,
    )
    is_told = any(
        (*found.gained, *found.lost, *found.unclear, *found.demands, *found.let_in, *found.shut_out, *found.notes)
    )
    return found if is_told or found.status != "changed" else None


def _notes(pair: Pair) -> Iterator[Note]:
    one, other = pair.before, pair.after
    if one and not other:
        yield gone(one.object)
    if one and other:
        is_same_object = (one.object.namespace, one.object.name) == (other.object.namespace, other.object.name)
        yield from (notes if is_same_object else replaced)(one.object, other.object)


def _access(pair: Pair, before: Side, after: Side) -> Comparison:
    """What the role can do more and less: by itself, and in sessions that a policy limits on either side."""
    limited = [
        account for role, side in ((pair.before, before), (pair.after, after)) for account in _limited(role, side)
    ]
    found = Comparison((), (), ())
    for account in dict.fromkeys((None, *limited)):
        one, other = _layers(pair.before, before, account), _layers(pair.after, after, account)
        if not says_the_same(one, other):
            part = compare_changed(one, other)
            found = Comparison(
                (*found.gained, *(item for item in part.gained if item not in found.gained)),
                (*found.lost, *(item for item in part.lost if item not in found.lost)),
                tuple(dict.fromkeys((*found.unclear, *part.unclear))),
            )
    return found


def _limited(role: Role | None, side: Side) -> list[tuple[str, str]]:
    """The service accounts whose sessions of the role a policy limits."""
    return [(user.namespace, user.name) for user in side.users_of(role) if user.session is not None]


def _layers(role: Role | None, side: Side, account: tuple[str, str] | None) -> tuple[Layer, ...]:
    if role is None:
        return (Layer("identity", ()),)
    sessions = [user.session for user in side.users_of(role) if (user.namespace, user.name) == account]
    return stack(role, side.facts.names, sessions[0] if sessions else None).layers


def _reach(pair: Pair, before: Side, after: Side) -> tuple[Reach, ...]:
    """The service accounts that work with the role on either side, each with what runs its pods."""
    found: dict[tuple[str, str], list[str]] = {}
    for role, side in ((pair.before, before), (pair.after, after)):
        for user in side.users_of(role):
            workloads = found.setdefault((user.namespace, user.name), [])
            workloads += [
                f"{item.object.kind} {item.object.namespace}/{item.object.name}"
                for item in side.facts.project.inventory.workloads
                if (item.object.namespace, item.service_account) == (user.namespace, user.name)
            ]
    return tuple(Reach("/".join(account), tuple(dict.fromkeys(names))) for account, names in found.items())
