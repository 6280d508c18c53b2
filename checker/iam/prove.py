"""Whole regions instead of single requests: is the action allowed on every ARN that matches this pattern?

Statements are split into what they surely and what they might cover. The access is *granted* when no ARN of the
region escapes the sure part, *not granted* when some ARN escapes even the possible part (that ARN is the witness),
and otherwise hangs on conditions or on policies nobody could read. Each question is one search over automata (see
`language`).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Literal, NamedTuple

from .context import Context
from .document import Condition
from .evaluate import Decision, decide
from .globs import Glob, arn_glob
from .language import Found, Wanted, overlap, search
from .policies import Clause, Layer, compile_layers, covers
from .resource_types import resource_shapes

Verdict = Literal["granted", "not-granted", "conditional", "unknown"]


class Proof(NamedTuple):
    """The verdict on one action and one resource pattern.

    `witness` is an ARN the verdict can be seen on: for "not-granted" one that is denied, for "granted" the shortest
    one asked about. `decision` is what `evaluate` says of the witness. `hangs_on` are the clauses with open
    conditions that must turn out well, `allowing` the Allow clauses that cover the witness, at least perhaps;
    `reasons` says in words what could not be read or worked out.
    """

    verdict: Verdict
    action: str
    resource: str
    witness: str | None
    decision: Decision
    hangs_on: tuple[Clause, ...] = ()
    allowing: tuple[Clause, ...] = ()
    reasons: tuple[str, ...] = ()


def prove(action: str, resource: str, layers: tuple[Layer, ...], context: Context) -> Proof | None:
    """Decides `action` on every ARN that `resource` (an ARN pattern) matches.

    Returns None when the action is never authorized on such an ARN (GetItem on an index): nothing is asked then.
    """
    region = arn_glob(resource)
    clauses = _narrowed(region, compile_layers(layers, action, context))
    asked = _askable(action.lower(), resource)
    if not asked:
        return None
    proofs = [_prove_shape(action, region, shape, found, layers, clauses) for shape, found in asked]
    return min(proofs, key=lambda proof: _WORST_FIRST.index(proof.verdict))


def may_reach(action: str, resource: str, layers: tuple[Layer, ...], context: Context) -> Proof | None:
    """The reverse question, for what is forbidden: is there an ARN matching `resource` that the action may reach?

    Returns a proof with such an ARN as witness ("granted" for certain, "conditional" when conditions decide, "unknown"
    when only policies that cannot be read might allow it), or None when there is none.
    """
    region = arn_glob(resource)
    clauses = _narrowed(region, compile_layers(layers, action, context))
    if {clause.level for clause in clauses if clause.effect == "Allow"} != set(range(len(layers))):
        return None
    readable = tuple(clause for clause in clauses if clause.statement is not None)
    attempts: tuple[tuple[Verdict, tuple[Clause, ...], bool], ...] = (
        ("granted", clauses, True), ("conditional", readable, False), ("unknown", clauses, False),
    )  # fmt: skip
    for verdict, considered, surely in attempts:
        for shape, _ in _askable(action.lower(), resource):
            globs, index = _globs(considered)
            wanted = _allowed(layers, considered, index, surely=surely)
            found = search(region, globs, wanted, within=shape)
            if found.capped:
                return Proof("unknown", action, resource, None, _UNDECIDED, reasons=(_CAPPED,))
            if found.witness is not None:
                decision = _decide(layers, clauses, found.witness)
                allowing = _allowing(clauses, found.witness)
                return Proof(
                    verdict, action, resource, found.witness, decision, _open(clauses, found.witness), allowing
                )
    return None


_WORST_FIRST: tuple[Verdict, ...] = ("not-granted", "unknown", "conditional", "granted")
_CAPPED = "the patterns are too complex to decide in bounded time"
_UNDECIDED = Decision("unknown", None, ())


def _prove_shape(
    action: str, region: Glob, shape: Glob | None, sample: Found, layers: tuple[Layer, ...], clauses: tuple[Clause, ...]
) -> Proof:
    globs, index = _globs(clauses)

    def escapes(*, surely: bool) -> Found:
        allowed = _allowed(layers, clauses, index, surely=surely)
        return search(region, globs, lambda accepted: not allowed(accepted), within=shape)

    def proof(verdict: Verdict, witness: str | None) -> Proof:
        decision = _UNDECIDED if witness is None else _decide(layers, clauses, witness)
        return Proof(verdict, action, region.text, witness, decision)

    open_spot = escapes(surely=True)
    if open_spot.witness is None and not open_spot.capped:
        return proof("granted", sample.witness)
    hopeless = escapes(surely=False)
    if hopeless.witness is not None:
        return proof("not-granted", hopeless.witness)
    if open_spot.capped or hopeless.capped:
        return proof("unknown", None)._replace(reasons=(_CAPPED,))
    unread = tuple(dict.fromkeys(clause.policy for clause in clauses if clause.statement is None))
    hangs_on = _open(clauses, open_spot.witness or "")
    verdict: Verdict = "unknown" if unread else "conditional"
    reasons = tuple(f"{policy.label}: {policy.reason}" for policy in unread)
    return proof(verdict, open_spot.witness)._replace(hangs_on=hangs_on, reasons=reasons)


def conditions_of(clauses: Iterable[Clause]) -> tuple[tuple[Clause, Condition], ...]:
    """The conditions of clauses, each with its clause, in reading order."""
    return tuple((clause, item) for clause in clauses if clause.statement for item in clause.statement.conditions)


@lru_cache(maxsize=1024)
def _askable(action: str, resource: str) -> tuple[tuple[Glob | None, Found], ...]:
    """The shapes of ARN on which the action is authorized and that the pattern can take, each with the shortest ARN;
    None instead of a shape for a pattern that is one ARN, which needs no narrowing any more."""
    region = arn_glob(resource)
    samples = ((shape, search(region, (), lambda _: True, within=shape)) for shape in resource_shapes(action))
    return tuple(
        (shape if region.fixed is None else None, found) for shape, found in samples if found.witness or found.capped
    )


def _narrowed(region: Glob, clauses: tuple[Clause, ...]) -> tuple[Clause, ...]:
    """The clauses without the patterns that match nothing in the region: what is left is walked together."""

    def near(globs: tuple[Glob, ...]) -> tuple[Glob, ...]:
        return tuple(glob for glob in globs if overlap(region, glob))

    return tuple(clause._replace(surely=near(clause.surely), maybe=near(clause.maybe)) for clause in clauses)


def _globs(clauses: tuple[Clause, ...]) -> tuple[tuple[Glob, ...], dict[int, int]]:
    """All patterns of the clauses once, and where each stands, by identity."""
    globs: list[Glob] = []
    index: dict[int, int] = {}
    for clause in clauses:
        for glob in (*clause.surely, *clause.maybe):
            if id(glob) not in index:
                index[id(glob)] = len(globs)
                globs.append(glob)
    return tuple(globs), index


def _allowed(layers: tuple[Layer, ...], clauses: tuple[Clause, ...], index: dict[int, int], *, surely: bool) -> Wanted:
    """A test on "which patterns match": every layer allows and none denies, for certain or at best."""

    def positions(globs: tuple[Glob, ...]) -> tuple[int, ...]:
        return tuple(index[id(glob)] for glob in globs)

    rows = [(clause, positions(clause.surely), positions(clause.maybe)) for clause in clauses]

    def applies(
        row: tuple[Clause, tuple[int, ...], tuple[int, ...]], accepted: tuple[bool, ...], certain: bool
    ) -> bool:
        clause, sure_at, maybe_at = row
        if clause.negated:
            inside = not any(accepted[place] for place in (maybe_at if certain else sure_at))
        else:
            inside = any(accepted[place] for place in (sure_at if certain else maybe_at))
        return inside and (clause.truth is True if certain else clause.truth is not False)

    allows = [
        [row for row in rows if row[0].effect == "Allow" and row[0].level == level] for level in range(len(layers))
    ]
    denies = [row for row in rows if row[0].effect == "Deny"]

    def allowed(accepted: tuple[bool, ...]) -> bool:
        if any(applies(row, accepted, not surely) for row in denies):
            return False
        return all(any(applies(row, accepted, surely) for row in level) for level in allows)

    return allowed


def _decide(layers: tuple[Layer, ...], clauses: tuple[Clause, ...], resource: str) -> Decision:
    return decide(layers, [(clause, covers(clause, resource)) for clause in clauses])


def _allowing(clauses: tuple[Clause, ...], resource: str) -> tuple[Clause, ...]:
    return tuple(clause for clause in clauses if clause.effect == "Allow" and covers(clause, resource) is not False)


def _open(clauses: tuple[Clause, ...], resource: str) -> tuple[Clause, ...]:
    return tuple(clause for clause in clauses if clause.statement and covers(clause, resource) is None)
