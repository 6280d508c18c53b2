"""Whole regions instead of single requests: is the action allowed on every ARN that matches this pattern?

One decision speaks for each cell of the region (see `regions`), open conditions are decided case by case (see
`branches`). The access is *granted* when every cell is allowed in every case, *not granted* when some ARN is denied in
every case or no case allows them all, and otherwise hangs on conditions, or on policies nobody could read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from ..decisions.branches import Branch, Judge, branches, fewest, with_examples
from ..decisions.clauses import Atom, Clause, PolicyQuestion, atom, compile_layers
from ..decisions.conditions import Truth, all_of
from ..decisions.evaluate import Decision, decide
from ..decisions.policies import Layer
from ..decisions.principals import Caller, known_of
from ..decisions.statements import covers
from ..documents.context import Context
from ..documents.document import Condition
from ..values import NamedTuple
from .action_groups import alike, spelled_out
from .regions import Region, RegionCell, allowed_at, regions, takes_in_other_accounts

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
    one asked about. `decision` is what `evaluate` says of the witness in `context`: the context given, with values
    added where a denial depends on certain condition keys. `conditions` are alternatives, each a list of
    terms that together suffice; `hangs_on` are the clauses whose truth is open at the witness, `allowing` the Allow
    clauses that cover it, at least perhaps; `reasons` says in words what could not be read or worked out. Where it
    hangs on what a template engine fills in, `open` are those holes, `when` the values with which it is granted, as
    alternatives, and `only_then` says that no other text grants it.
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
    open: tuple[str, ...] = ()
    when: tuple[tuple[tuple[str, str], ...], ...] = ()
    only_then: bool = False


_MOST_ALTERNATIVES = 16
"""Alternatives of conditions that a person would read."""

CAPPED = "the patterns are too complex to decide in bounded time"
_CROWDED = "it hangs on more conditions than can be told apart in bounded time"
_OTHER_ACCOUNTS = "the resource takes in other accounts, whose own policies must allow the role as well"
_UNCONFIRMED = "a denial was found that a single decision does not confirm"
UNDECIDED = Decision("unknown", None, ())


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
    context = known_of(caller, context)
    for pattern in [actions] if isinstance(actions, str) else actions:
        named = spelled_out(pattern)
        if named is None:
            proofs.append(unlisted(pattern, resource, context))
            continue
        # Actions that the policies do not tell apart are asked about once.
        per_group = (_prove_action(group[0], resource, layers, context, caller) for group in alike(named, (layers,)))
        proofs += (proof for proof in per_group if proof is not None)
    return min(proofs, key=rank, default=None)


def unlisted(pattern: str, resource: str, context: Context) -> Proof:
    reason = f"no listed action matches {pattern}, or too many do"
    return Proof(
        verdict="unknown",
        action=pattern,
        resource=resource,
        witness=None,
        decision=UNDECIDED,
        context=context,
        reasons=(reason,),
    )


def _prove_action(
    action: str, resource: str, layers: tuple[Layer, ...], context: Context, caller: Caller | None
) -> Proof | None:
    parts = list(regions(action, resource, layers, context, caller))
    if not parts:
        return None
    # Tables and indexes are one question: a request has one value for a key, whatever it is about.
    cells = sorted((cell for region in parts for cell in region.cells), key=lambda cell: len(cell.witness))
    whole = parts[0]._replace(cells=tuple(cells), capped=any(region.capped for region in parts))
    proof = _prove_region(whole, context)._replace(action=action, resource=resource)
    if caller is not None and proof.verdict in ("granted", "conditional") and takes_in_other_accounts(resource, caller):
        return proof._replace(verdict="unknown", reasons=(*proof.reasons, _OTHER_ACCOUNTS))
    return proof


def _prove_region(region: Region, context: Context) -> Proof:
    first = region.cells[0] if region.cells else None
    if region.capped or first is None:
        return Proof(
            verdict="unknown",
            action="",
            resource="",
            witness=first.witness if first else None,
            decision=UNDECIDED,
            context=context,
            reasons=(CAPPED,),
        )
    plainly = [(cell, allowed_at(region, cell, {})) for cell in region.cells]
    for cell, truth in plainly:
        if truth is False:
            return proof_at("not-granted", region, cell, context)
    unclear = [cell for cell, truth in plainly if truth is None]
    if not unclear:
        return proof_at("granted", region, first, context)

    def judge(assumed: Mapping[Atom, bool]) -> Truth:
        return all_of(allowed_at(region, cell, assumed) for cell in unclear)

    cases = branches(atoms_of(unclear), context, judge)
    if cases is None:
        return proof_at("unknown", region, unclear[0], context)._replace(reasons=(_CROWDED,))
    truths = {case.truth for case in cases}
    if truths == {True}:
        return proof_at("granted", region, first, context)
    if truths == {False}:
        denied = _denied(region, unclear, cases, context)
        if denied is not None:
            return denied
    return hanging(region, unclear, cases, judge, context)


def _denied(region: Region, unclear: list[RegionCell], cases: tuple[Branch, ...], context: Context) -> Proof | None:
    """A request that is denied: on an ARN no case allows, else on any ARN that is denied in a case with an example."""
    for cell in unclear:
        if in_every_case(region, cell, context) is False:
            return proof_at("not-granted", region, cell, context)
    for case in cases:
        stated = with_examples(context, case)
        for cell in unclear if stated is not None else ():
            if allowed_at(region, cell, case.assumed) is False:
                clauses = compile_layers(
                    region.situation.layers, PolicyQuestion(region.action, stated or context, region.situation.caller)
                )
                return proof_at("not-granted", region._replace(clauses=clauses), cell, stated or context)
    return None


def hanging(
    region: Region, unclear: list[RegionCell], cases: tuple[Branch, ...], judge: Judge, context: Context
) -> Proof:
    terms: dict[Atom, tuple[Clause, Condition]] = {}
    for clause in region.clauses:
        if clause.statement is not None and clause.policy.document is not None:
            for item in clause.statement.conditions:
                terms.setdefault(atom(item, clause.policy.document), (clause, item))
    order = {item: number for number, item in enumerate(terms)}
    good = [case for case in cases if case.truth]
    wanted = [fewest(case, judge) for case in good[:_MOST_ALTERNATIVES]]
    short = [item for item in wanted if not any(other.items() < item.items() for other in wanted)]
    alternatives = {tuple(sorted(case.items(), key=lambda row: order[row[0]])): None for case in short if case}
    in_order = sorted(alternatives, key=lambda case: [order[item] for item, _ in case])
    proof = proof_at("conditional", region, unclear[0], context)
    unread = tuple(dict.fromkeys(clause.policy for clause in proof.decision.clauses if clause.statement is None))
    return proof._replace(
        verdict="unknown" if unread else "conditional",
        conditions=tuple(tuple(Term(*terms[item], holds) for item, holds in case) for case in in_order),
        hangs_on=tuple(clause for clause in proof.decision.clauses if clause.statement),
        reasons=tuple(f"{policy.label}: {policy.reason}" for policy in unread),
    )


def atoms_of(places: Sequence[RegionCell]) -> list[Atom]:
    return [item for cell in places for clause, _ in cell.covered for item in clause.open]


def proof_at(verdict: Verdict, region: Region, cell: RegionCell, context: Context) -> Proof:
    """A proof with what `evaluate` says of the witness; a denial that it does not confirm is no denial."""
    rows = [(clause, covers(clause.about, cell.witness, negated=clause.negated)) for clause in region.clauses]
    decision = decide(region.situation, [row for row in rows if row[1] is not False], context)
    if verdict == "not-granted" and decision.outcome not in ("explicit-deny", "implicit-deny"):
        return Proof(
            verdict="unknown",
            action=region.action,
            resource="",
            witness=cell.witness,
            decision=decision,
            context=context,
            reasons=(_UNCONFIRMED,),
        )
    return Proof(
        verdict=verdict, action=region.action, resource="", witness=cell.witness, decision=decision, context=context
    )


def rank(proof: Proof) -> int:
    """The place of a proof's verdict among the verdicts, the worst first."""
    return WORST_FIRST.index(proof.verdict)


def in_every_case(region: Region, cell: RegionCell, context: Context) -> Truth:
    """Whether the ARNs of a cell are allowed, or denied, whatever the open conditions turn out to be."""
    truth = allowed_at(region, cell, {})
    if truth is not None:
        return truth
    cases = branches(atoms_of([cell]), context, lambda assumed: allowed_at(region, cell, assumed))
    truths = {case.truth for case in cases} if cases else {None}
    return truths.pop() if len(truths) == 1 else None
