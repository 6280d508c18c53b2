"""A difference in sentences that the formats for people share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from ...diff.model import ConsumerChange, Demand, Difference, NewFinding, Recondition, RoleChange
from ...iam.proofs.grants import Change, compact
from ...iam.values import NamedTuple
from ..style.wrapping import count

Mark = Literal["+", "-", "~", "!", "?"]


class Line(NamedTuple):
    """One statement: gained, lost, changed, attention, cannot tell. `is_worse` fails the run."""

    mark: Mark
    text: str
    is_worse: bool = False


def lines(change: RoleChange) -> Iterator[Line]:
    """Everything about one role, what matters most first."""
    yield from (Line("!", text, True) for text in _demands(change, True))
    yield from (Line("~", text) for text in _demands(change, False))
    yield from _reconditioned(change)
    yield from (Line("-", f"loses {access}") for access in lost(change))
    yield from (Line("+", f"gains {access}") for access in gained(change))
    yield from (Line("+", f"may now be assumed by {who}") for who in change.let_in)
    yield from (Line("-", f"may no longer be assumed by {who}") for who in change.shut_out)
    yield from (Line("!", note.sentence) for note in change.notes)
    yield from (Line("?", f"cannot tell: {text}") for text in change.unclear[:_MOST_UNCLEAR])
    if len(change.unclear) > _MOST_UNCLEAR:
        yield Line("?", f"… and {len(change.unclear) - _MOST_UNCLEAR} more that cannot be told")


def lost(change: RoleChange) -> list[str]:
    """What a role can no longer do, accesses on one kind of resource together."""
    return _accesses(item for item in change.lost if not change.is_kept(item))


def gained(change: RoleChange) -> list[str]:
    """What a role can do now and could not before."""
    return _accesses(item for item in change.gained if not change.is_kept(item))


def _conditioned(item: Recondition) -> str:
    """Access whose conditions differ, as a sentence without a subject."""
    access = f"{', '.join(compact(item.actions))} on {item.witness}"
    if not item.after:
        return f"{access}: no longer only if {item.before}"
    was = f" (before: only if {item.before})" if item.before else ""
    return f"{access}: now only if {item.after}{was}"


def _reconditioned(change: RoleChange) -> Iterator[Line]:
    """Access on other conditions, a line for each resource and conditions."""
    alike: dict[tuple[str, str, str], list[str]] = {}
    for item in change.conditions:
        alike.setdefault((item.witness, item.before, item.after), []).extend(item.actions)
    for (witness, before, after), actions in alike.items():
        mark: Mark = "-" if not before else "+" if not after else "~"
        yield Line(mark, _conditioned(Recondition(tuple(actions), witness, before, after)))


_MOST_UNCLEAR = 3
"""A policy that cannot be read makes every action unclear."""


def finding(item: NewFinding) -> Line:
    """An error of the gate that is new."""
    return Line("!", f"the gate: {item.file}:{item.line}: {item.rule}: {item.message}", True)


def moved(change: ConsumerChange) -> Iterator[Line]:
    """Everything about an account or workload that has another role now."""
    yield Line("~", f"works with role {change.after}, and worked with {change.before}")
    yield from (Line("!", text, True) for text in _demands(change, True))
    yield from (Line("~", text) for text in _demands(change, False))


def reach(change: RoleChange) -> list[str]:
    """Whom it concerns: service accounts, and what runs as them."""
    if not change.reach:
        return ["used by no service account that is known here"]
    return [
        f"used by service account {item.service_account}"
        + (f" ({', '.join(item.workloads)})" if item.workloads else " (no workload known here)")
        for item in change.reach
    ]


def verdict(difference: Difference) -> str:
    """One sentence for the whole."""
    kinds = {demand.kind for demand in difference.worse}
    reasons = [
        text
        for kind, text in (
            ("required", "required access is lost"),
            ("trust", "a service account can no longer assume its role"),
            ("forbidden", "forbidden access is gained"),
        )
        if kind in kinds
    ]
    changes = len(difference.roles) + len(difference.consumers)
    if difference.findings:
        reasons.append(f"{count(len(difference.findings), 'new error')} of the gate")
    if reasons:
        return f"{count(changes, 'change')}: {', '.join(reasons)}."
    limit = ", as far as could be told" if difference.unread else ""
    if changes:
        stays = "what is required stays granted, what is forbidden stays out of reach"
        return f"{count(changes, 'change')}; {stays}{limit}."
    return f"No role's access changes{limit}."


_IN_REACH = {
    "not-granted": "out of reach",
    "unknown": "perhaps in reach",
    "conditional": "in reach",
    "granted": "in reach",
}
_SURE = {
    "not-granted": "not granted",
    "unknown": "unknown",
    "conditional": "granted on conditions",
    "granted": "granted",
}


def _demands(change: RoleChange | ConsumerChange, is_worse: bool) -> list[str]:
    """Demands, those of one kind on one resource together."""
    actions: dict[tuple[str, str, str, str], list[str]] = {}
    for item in change.demands:
        if item.is_worse is is_worse:
            key = (item.kind, item.resource, _went(item, change), item.requirement)
            actions.setdefault(key, []).append(item.action)
    return [
        f"service account {resource} may assume the role: {went} ({requirement})"
        if kind == "trust"
        else f"{kind}: {', '.join(compact(listed))} on {resource}: {went} ({requirement})"
        for (kind, resource, went, requirement), listed in actions.items()
    ]


def _went(item: Demand, change: RoleChange | ConsumerChange) -> str:
    words = _IN_REACH if item.kind == "forbidden" else _SURE
    none = {"forbidden": "out of reach", "trust": "not given it"}.get(
        item.kind, "gone" if isinstance(change, ConsumerChange) or change.status == "removed" else "not asked"
    )
    was, now = (words[verdict] if verdict else none for verdict in (item.before, item.after))
    if item.witness:
        return (
            f"{'less' if item.kind == 'required' else 'more'} of it is granted than before, such as on {item.witness}"
        )
    return f"was {was}, is {now}"


_MOST = 10


def _accesses(changes: Iterable[Change]) -> list[str]:
    """Accesses, those on the same kind of resource together; JSON has all of a long list."""
    by_witness: dict[str, list[str]] = {}
    for change in changes:
        by_witness.setdefault(change.witness, []).extend(change.actions)
    accesses = []
    for witness, actions in by_witness.items():
        shown = list(compact(actions))
        more = f" and {len(shown) - _MOST} more" if len(shown) > _MOST else ""
        accesses.append(f"{', '.join(shown[:_MOST])}{more} on {witness}")
    return accesses
