"""All that policies grant on a resource, and what one set of policies grants that another does not.

Actions are finitely many and resources fall into finitely many cells (see `prove`), so both questions have whole
answers. Actions that the policies do not tell apart are asked about once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from ..catalogue.catalogue import expand, service
from ..decisions.branches import branches, with_examples
from ..decisions.clauses import Atom
from ..decisions.conditions import Truth, all_of, negation
from ..decisions.evaluate import Request, evaluate
from ..decisions.policies import Layer
from ..decisions.principals import Caller, known_of
from ..documents.context import Context
from ..values import NamedTuple
from .action_groups import UNLISTED, alike, beyond_the_list, named_actions, show_action
from .prove import Term, Verdict, prove
from .reach import may_reach
from .regions import Region, RegionCell, allowed_at, regions


class Grant(NamedTuple):
    """Actions (`dynamodb:GetItem`) that are granted alike on a resource.

    `extent` says whether on every ARN the resource pattern matches or only on some, of which `witness` is one;
    `verdict` is "granted", or "conditional" with alternatives in `conditions`, or "unknown" with `reasons`.
    """

    actions: tuple[str, ...]
    extent: Literal["all", "some"]
    verdict: Verdict
    witness: str
    conditions: tuple[tuple[Term, ...], ...] = ()
    reasons: tuple[str, ...] = ()


class Change(NamedTuple):
    """Actions that one set of policies allows on `witness` and the other does not, in a request with `context`."""

    actions: tuple[str, ...]
    witness: str
    context: Context


class Comparison(NamedTuple):
    """What policies grant beyond others: `gained` by the second set, `lost` with it, and what could not be told."""

    gained: tuple[Change, ...]
    lost: tuple[Change, ...]
    unclear: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Whether both grant exactly the same, for certain."""
        return not (self.gained or self.lost or self.unclear)


def grants(
    layers: tuple[Layer, ...],
    resource: str,
    context: Context = Context(),  # noqa: B008  # immutable
    caller: Caller | None = None,
) -> tuple[Grant, ...]:
    """Every action of the resource's service that these policies allow on it, those granted alike together.

    `resource` is an ARN pattern whose service is spelled out.
    """
    merged: dict[tuple[object, ...], Grant] = {}
    known = service(resource.split(":", 3)[2]) if resource.count(":") >= 3 else None
    names = [f"{known.prefix}:{action.name}" for action in known.actions.values()] if known else []
    names += (beyond_the_list(f"{known.prefix}:*", (layers,)) or ()) if known else ()
    for actions in alike(names, (layers,)):
        for grant in _grant(actions, resource, layers, context, caller):
            key = (grant.extent, grant.verdict, grant.witness, grant.reasons, *map(_written, grant.conditions))
            same = merged.get(key)
            merged[key] = grant._replace(actions=(*same.actions, *grant.actions)) if same else grant
    shown = ((grant, (show_action(action, (layers,)) for action in grant.actions)) for grant in merged.values())
    return tuple(grant._replace(actions=tuple(sorted(dict.fromkeys(actions)))) for grant, actions in shown)


def show_grants(found: Iterable[Grant]) -> tuple[str, ...]:
    """Grants as lines for people: `dynamodb:GetItem, dynamodb:List* on arn:… (some, conditional)`."""
    lines = []
    for grant in found:
        notes = ", ".join(note for note in (grant.extent, grant.verdict) if note not in ("all", "granted"))
        lines.append(f"{', '.join(compact(grant.actions))} on {grant.witness}{f' ({notes})' if notes else ''}")
    return tuple(lines)


def compact(actions: Iterable[str]) -> tuple[str, ...]:
    """The shortest list of Action strings for listed actions: `dynamodb:*` for all of a service, `dynamodb:Get*` where
    every listed action that begins so is among them, else their names."""
    left = sorted(actions)
    patterns: list[str] = []
    while left:
        prefix, _, name = left[0].partition(":")
        word = re.match(r"[A-Z]?[a-z0-9]*", name)
        for pattern in (f"{prefix}:*", f"{prefix}:{word[0] if word else ''}*"):
            covered = set(expand(pattern))
            if len(covered) > 1 and covered <= set(left):
                break
        else:
            pattern, covered = left[0], {left[0]}
        patterns.append(pattern)
        beyond = {f"{pattern} (those that are not listed)", f"{prefix}:{UNLISTED}" if pattern == f"{prefix}:*" else ""}
        left = [action for action in left if action not in covered | beyond]
    return tuple(patterns)


def _written(terms: tuple[Term, ...]) -> tuple[tuple[object, ...], ...]:
    return tuple((term.condition, term.holds) for term in terms)


def _grant(
    actions: tuple[str, ...], resource: str, layers: tuple[Layer, ...], context: Context, caller: Caller | None
) -> Iterator[Grant]:
    whole = prove(actions[0], resource, layers, context, caller)
    if whole is None:
        return
    if whole.verdict != "not-granted":
        yield Grant(
            actions=actions,
            extent="all",
            verdict=whole.verdict,
            witness=whole.witness or resource,
            conditions=whole.conditions,
            reasons=whole.reasons,
        )
        return
    part = may_reach(actions[0], resource, layers, context, caller)
    if part is not None:
        yield Grant(
            actions=actions,
            extent="some",
            verdict=part.verdict,
            witness=part.witness or resource,
            conditions=part.conditions,
            reasons=part.reasons,
        )


def compare(
    before: tuple[Layer, ...],
    after: tuple[Layer, ...],
    context: Context = Context(),  # noqa: B008  # immutable
    caller: Caller | None = None,
    resource: str = "*",
) -> Comparison:
    """What `after` grants that `before` does not, and the other way round, on ARNs that `resource` matches.

    One witness for each group of actions and kind of ARN. Actions that no catalogue lists are represented by one of the
    name "(any other action)", and by one for each way in which the patterns tell names apart.
    """
    gained: list[Change] = []
    lost: list[Change] = []
    stacks = (before, after)
    context = known_of(caller, context)
    named, crowded = named_actions(stacks)
    unclear = [f"{prefix}: its actions are too many to be told apart" for prefix in crowded]
    for actions in alike(named, stacks):
        for old, new in zip(
            regions(actions[0], resource, before, context, caller, beside=after),
            regions(actions[0], resource, after, context, caller, beside=before),
            strict=True,
        ):
            if old.capped or new.capped:
                unclear.append(f"{', '.join(actions)}: the patterns are too complex to decide in bounded time")
                continue
            for changes, first, second in ((gained, old, new), (lost, new, old)):
                change = _first_change(first, second, context)
                if isinstance(change, str):
                    unclear.append(f"{', '.join(actions)}: {change}")
                elif change is not None:
                    changes.append(change._replace(actions=tuple(show_action(action, stacks) for action in actions)))
    return Comparison(tuple(gained), tuple(lost), tuple(dict.fromkeys(unclear)))


def _first_change(less: Region, more: Region, context: Context) -> Change | str | None:
    """A request that `more` allows and `less` does not; a sentence where it is unknown whether there is one."""
    open_places: list[str] = []
    for here, there in zip(less.cells, more.cells, strict=True):

        def differs(assumed: Mapping[Atom, bool], here: RegionCell = here, there: RegionCell = there) -> Truth:
            return all_of((allowed_at(more, there, assumed), negation(allowed_at(less, here, assumed))))

        atoms = [item for clause, _ in (*here.covered, *there.covered) for item in clause.open]
        cases = branches(atoms, context, differs)
        for case in cases or ():
            stated = with_examples(context, case) if case.truth else None
            if stated is not None and _is_confirmed(less, more, here.witness, stated):
                return Change((), here.witness, stated)
        if cases is None or any(case.truth is not False for case in cases):
            open_places.append(here.witness)
    return f"whether it changes on {open_places[0]} cannot be told" if open_places else None


def _is_confirmed(less: Region, more: Region, witness: str, context: Context) -> bool:
    """Whether single decisions on the witness confirm the change."""
    less_outcome, more_outcome = (
        evaluate(Request(region.action, witness, context, region.situation.caller), region.situation.layers).outcome
        for region in (less, more)
    )
    return less_outcome in ("explicit-deny", "implicit-deny") and more_outcome == "allowed"
