"""Whole regions instead of single requests: is the action allowed on every ARN that matches this pattern?

One decision speaks for each cell of the region (see `regions`), open conditions are decided case by case (see
`branches`). The access is *granted* when every cell is allowed in every case, *not granted* when some ARN is denied in
every case or no case allows them all, and otherwise hangs on conditions, or on policies nobody could read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from .alike import alike, spelled_out
from .branches import Branch, Judge, branches, fewest, with_examples
from .clauses import Asked, Atom, Clause, atom, compile_layers
from .conditions import Truth, all_of
from .context import Context
from .document import Condition
from .evaluate import Decision, decide
from .globs import wildcard_glob
from .language import overlap
from .policies import Layer
from .principals import Caller
from .regions import Place, Region, allowed_at, regions, takes_in_other_accounts
from .statements import covers

Verdict = Literal["granted", "not-granted", "conditional", "unknown"]

WORST_FIRST: tuple[Verdict, ...] = ("not-granted", "unknown", "conditional", "granted")


class Term(NamedTuple):
    """A condition of a statement, and whether it must hold or must not."""

    clause: Clause
    condition: Condition
    holds: bool


def show_condition(condition: Condition) -> str:
    """A condition as people read it: `StringEquals aws:SourceVpce vpce-1a2b3c4d`."""
    return f"{condition.operator} {condition.key} {', '.join(condition.values)}"


class Proof(NamedTuple):
    """The verdict on one action and one resource pattern.

    `witness` is an ARN the verdict can be seen on: for "not-granted" one that is denied, for "granted" the shortest
    one asked about. `decision` is what `evaluate` says of the witness in `context`: the one that was given, or, where
    a denial takes certain condition keys, that one with values for them. `conditions` are alternatives, each a list of
    terms that together suffice; `hangs_on` are the clauses whose truth is open at the witness, `allowing` the Allow
    clauses that cover it, at least perhaps; `reasons` says in words what could not be read or worked out.
    """

    verdict: Verdict
    action: str
    resource: str
    witness: str | None
    decision: Decision
    context: Context = Context()
    conditions: tuple[tuple[Term, ...], ...] = ()
    hangs_on: tuple[Clause, ...] = ()
    allowing: tuple[Clause, ...] = ()
    reasons: tuple[str, ...] = ()


_MOST_ALTERNATIVES = 16
"""Alternatives of conditions that a person would read."""

_CAPPED = "the patterns are too complex to decide in bounded time"
_CROWDED = "it hangs on more conditions than can be told apart in bounded time"
_OTHER_ACCOUNTS = "the resource takes in other accounts, whose own policies must allow the role as well"
_UNCONFIRMED = "a denial was found that a single decision does not confirm"
_UNDECIDED = Decision("unknown", None, ())


def prove(
    actions: str | Sequence[str],
    resource: str,
    layers: tuple[Layer, ...],
    context: Context = Context(),  # noqa: B008  # immutable
    caller: Caller | None = None,
) -> Proof | None:
    """Decides every action of a set on every ARN that `resource` (an ARN pattern) matches; gives the worst verdict.

    An action may have wildcards, and then stands for the listed actions it matches; where there are none the verdict is
    "unknown". Returns None when no action is ever authorized on such an ARN (GetItem on an index): nothing is asked.
    """
    proofs: list[Proof] = []
    for pattern in [actions] if isinstance(actions, str) else actions:
        named = spelled_out(pattern)
        if named is None:
            proofs.append(_unlisted(pattern, resource, context))
            continue
        # Actions that the policies do not tell apart are asked about once.
        found = (_prove_action(group[0], resource, layers, context, caller) for group in alike(named, (layers,)))
        proofs += (proof for proof in found if proof is not None)
    return min(proofs, key=_rank, default=None)


def _unlisted(pattern: str, resource: str, context: Context) -> Proof:
    reason = f"no listed action matches {pattern}, or too many do"
    return Proof("unknown", pattern, resource, None, _UNDECIDED, context, reasons=(reason,))


def _prove_action(
    action: str, resource: str, layers: tuple[Layer, ...], context: Context, caller: Caller | None
) -> Proof | None:
    found = list(regions(action, resource, layers, context, caller))
    if not found:
        return None
    # Tables and indexes are one question: a request has one value for a key, whatever it is about.
    places = sorted((place for region in found for place in region.places), key=lambda place: len(place.witness))
    whole = found[0]._replace(places=tuple(places), capped=any(region.capped for region in found))
    proof = _prove_region(whole, context)._replace(action=action, resource=resource)
    if caller is not None and proof.verdict in ("granted", "conditional") and takes_in_other_accounts(resource, caller):
        return proof._replace(verdict="unknown", reasons=(*proof.reasons, _OTHER_ACCOUNTS))
    return proof


def _prove_region(region: Region, context: Context) -> Proof:
    first = region.places[0] if region.places else None
    if region.capped or first is None:
        return Proof("unknown", "", "", first.witness if first else None, _UNDECIDED, context, reasons=(_CAPPED,))
    plainly = [(place, allowed_at(region, place, {})) for place in region.places]
    for place, truth in plainly:
        if truth is False:
            return _proof("not-granted", region, place, context)
    unclear = [place for place, truth in plainly if truth is None]
    if not unclear:
        return _proof("granted", region, first, context)

    def judge(assumed: Mapping[Atom, bool]) -> Truth:
        return all_of(allowed_at(region, place, assumed) for place in unclear)

    cases = branches(_atoms(unclear), context, judge)
    if cases is None:
        return _proof("unknown", region, unclear[0], context)._replace(reasons=(_CROWDED,))
    truths = {case.truth for case in cases}
    if truths == {True}:
        return _proof("granted", region, first, context)
    if truths == {False}:
        denied = _denied(region, unclear, cases, context)
        if denied is not None:
            return denied
    return _hanging(region, unclear, cases, judge, context)


def _denied(region: Region, unclear: list[Place], cases: tuple[Branch, ...], context: Context) -> Proof | None:
    """A request that is denied: on an ARN no case allows, else on any ARN that is denied in a case with an example."""
    for place in unclear:
        if _in_every_case(region, place, context) is False:
            return _proof("not-granted", region, place, context)
    for case in cases:
        stated = with_examples(context, case)
        for place in unclear if stated is not None else ():
            if allowed_at(region, place, case.assumed) is False:
                clauses = compile_layers(
                    region.given.layers, Asked(region.action, stated or context, region.given.caller)
                )
                return _proof("not-granted", region._replace(clauses=clauses), place, stated or context)
    return None


def _hanging(region: Region, unclear: list[Place], cases: tuple[Branch, ...], judge: Judge, context: Context) -> Proof:
    terms: dict[Atom, tuple[Clause, Condition]] = {}
    for clause in region.clauses:
        if clause.statement is not None and clause.policy.document is not None:
            for item in clause.statement.conditions:
                terms.setdefault(atom(item, clause.policy.document), (clause, item))
    places = {item: place for place, item in enumerate(terms)}
    good = [case for case in cases if case.truth]
    wanted = [fewest(case, judge) for case in good[:_MOST_ALTERNATIVES]]
    short = [item for item in wanted if not any(other.items() < item.items() for other in wanted)]
    alternatives = {tuple(sorted(case.items(), key=lambda row: places[row[0]])): None for case in short if case}
    in_order = sorted(alternatives, key=lambda case: [places[item] for item, _ in case])
    proof = _proof("conditional", region, unclear[0], context)
    unread = tuple(dict.fromkeys(clause.policy for clause in proof.decision.clauses if clause.statement is None))
    return proof._replace(
        verdict="unknown" if unread else "conditional",
        conditions=tuple(tuple(Term(*terms[item], holds) for item, holds in case) for case in in_order),
        hangs_on=tuple(clause for clause in proof.decision.clauses if clause.statement),
        reasons=tuple(f"{policy.label}: {policy.reason}" for policy in unread),
    )


def _atoms(places: Sequence[Place]) -> list[Atom]:
    return [item for place in places for clause, _ in place.covered for item in clause.open]


def _proof(verdict: Verdict, region: Region, place: Place, context: Context) -> Proof:
    """A proof with what `evaluate` says of the witness; a denial that it does not confirm is no denial."""
    rows = [(clause, covers(clause.about, place.witness, negated=clause.negated)) for clause in region.clauses]
    decision = decide(region.given, [row for row in rows if row[1] is not False], context)
    if verdict == "not-granted" and decision.outcome not in ("explicit-deny", "implicit-deny"):
        return Proof("unknown", region.action, "", place.witness, decision, context, reasons=(_UNCONFIRMED,))
    return Proof(verdict, region.action, "", place.witness, decision, context)


def may_reach(
    action: str,
    resource: str,
    layers: tuple[Layer, ...],
    context: Context = Context(),  # noqa: B008  # immutable
    caller: Caller | None = None,
) -> Proof | None:
    """The reverse question, for what is forbidden: is there an ARN matching `resource` that the action may reach?

    Returns a proof with such an ARN as witness ("granted" for certain, "conditional" when conditions decide, "unknown"
    when only policies that cannot be read might allow it), or None when there is none. Other accounts' own policies are
    taken to allow.
    """
    named = spelled_out(action)
    if named is None:
        overlaps = any(overlap(wildcard_glob(text.lower()), wildcard_glob(action.lower())) for text in _allowed(layers))
        return _unlisted(action, resource, context) if overlaps else None
    found = (_may_reach(group[0], resource, layers, context, caller) for group in alike(named, (layers,)))
    return max((proof for proof in found if proof is not None), key=_rank, default=None)


def _allowed(layers: tuple[Layer, ...]) -> Iterator[str]:
    """The Action strings of all Allow statements; `*` for NotAction, and for what cannot be read."""
    for layer in layers:
        for policy in layer.policies:
            yield from ("*",) if policy.document is None and not policy.refused else ()
            for statement in policy.document.statements if policy.document else ():
                if statement.effect == "Allow":
                    yield from ("*",) if statement.not_actions else (entry.text for entry in statement.actions)


def _may_reach(
    action: str, resource: str, layers: tuple[Layer, ...], context: Context, caller: Caller | None
) -> Proof | None:
    best: Proof | None = None
    for region in regions(action, resource, layers, context, caller, needs_an_allow=True):
        if region.capped:
            return Proof("unknown", action, resource, None, _UNDECIDED, context, reasons=(_CAPPED,))
        for place in region.places:
            found = _reached(region, place, context)
            if found is not None and (best is None or _rank(found) > _rank(best)):
                allowing = tuple(clause for clause, _ in place.covered if clause.effect == "Allow" and clause.statement)
                best = found._replace(action=action, resource=resource, allowing=allowing)
            if best is not None and best.verdict == "granted":
                return best
    return best


def _rank(proof: Proof) -> int:
    return WORST_FIRST.index(proof.verdict)


def _reached(region: Region, place: Place, context: Context) -> Proof | None:
    """Whether the ARNs of a cell may be reached, with what it takes; None where they surely are not."""
    truth = _in_every_case(region, place, context)
    if truth is not None:
        return _proof("granted", region, place, context) if truth else None
    readable = tuple((clause, covered) for clause, covered in place.covered if clause.statement is not None)
    if _in_every_case(region, place._replace(covered=readable), context) is False:
        return _proof("unknown", region, place, context)

    def judge(assumed: Mapping[Atom, bool]) -> Truth:
        return allowed_at(region, place, assumed)

    cases = branches(_atoms([place]), context, judge)
    found = _hanging(region, [place], cases or (), judge, context)
    return found._replace(verdict="conditional")


def _in_every_case(region: Region, place: Place, context: Context) -> Truth:
    """Whether the ARNs of a cell are allowed, or denied, whatever the open conditions turn out to be."""
    truth = allowed_at(region, place, {})
    if truth is not None:
        return truth
    cases = branches(_atoms([place]), context, lambda assumed: allowed_at(region, place, assumed))
    truths = {case.truth for case in cases} if cases else {None}
    return truths.pop() if len(truths) == 1 else None
