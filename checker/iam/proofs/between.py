"""Questions to policies with holes: what holds whatever is filled in, and else what would have to be filled in.

What the policies will allow lies between what they allow at least and at most (see `documents.filling`), and decisions
grow with what is allowed and shrink with what is denied. So what is granted at least is granted, and what is not
granted at most is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice

from ..decisions.clauses import Clause
from ..decisions.policies import Attached, Layer
from ..decisions.principals import Caller
from ..decisions.statements import action_matches
from ..documents.context import Context
from ..documents.document import Document, Statement
from ..documents.filling import filled, is_open, least, most
from ..documents.holes import has_hole
from .prove import Proof, Term, prove
from .solutions import MOST_TRIED, Filling, candidates, fit, is_the_only_fit

Ask = Callable[[str, str, tuple[Layer, ...], Context, "Caller | None"], "Proof | None"]
"""A question about an action, a resource, layers, a context and a caller."""


def holes_in(layers: Iterable[Layer]) -> tuple[str, ...]:
    """The holes in the documents of some layers."""
    documents = (policy.document for layer in layers for policy in layer.policies)
    return tuple(dict.fromkeys(hole for document in documents if document for hole in document.holes))


def prove_between(
    action: str, resource: str, layers: tuple[Layer, ...], context: Context, caller: Caller | None
) -> Proof | None:
    """Decides an action as `prove` does, whatever is filled in. Where that makes a difference, the verdict is
    "conditional", and `when` says with which values it is granted (and `only_then`, that it is not with others, those
    with wildcards aside)."""
    at_least = prove(action, resource, _closed(layers, least), context, caller)
    if at_least is None or at_least.verdict == "granted":
        return at_least and _as_written(at_least, layers)
    at_most = prove(action, resource, _closed(layers, most), context, caller) or at_least
    if at_least.verdict == "conditional":
        return _as_written(at_least, layers)
    if at_most.verdict in ("not-granted", "unknown"):
        return _as_written(at_most, layers)
    found, only_then = _fillings(action, resource, layers, context, caller)
    return _as_written(at_most, layers)._replace(
        verdict="conditional", open=_concerned(action, layers), when=found, only_then=only_then
    )


def reach_between(
    question: Ask, action: str, resource: str, layers: tuple[Layer, ...], context: Context, caller: Caller | None
) -> Proof | None:
    """Asks `may_reach` or `may_reach_beyond`, whatever is filled in. Where it depends on that, the verdict is "unknown"
    and `open` names the holes."""
    at_least = question(action, resource, _closed(layers, least), context, caller)
    if at_least is not None and at_least.verdict in ("granted", "conditional"):
        return _as_written(at_least, layers)
    at_most = question(action, resource, _closed(layers, most), context, caller)
    if at_most is None:
        return None
    holes = _concerned(action, layers)
    reason = f"it hangs on what is filled in for {', '.join(holes)}"
    made = _as_written(at_most, layers)._replace(verdict="unknown", open=holes)
    return made._replace(reasons=(*made.reasons, reason))


def _closed(layers: tuple[Layer, ...], bound: Callable[[Document], Document]) -> tuple[Layer, ...]:
    """The layers with one of the bounds in the place of each document with holes."""
    return tuple(
        layer._replace(
            policies=tuple(
                policy._replace(document=bound(policy.document))
                if policy.document and policy.document.holes
                else policy
                for policy in layer.policies
            )
        )
        for layer in layers
    )


def _as_written(proof: Proof, layers: tuple[Layer, ...]) -> Proof:
    """The proof with the statements as they are written, holes and all."""
    policies = {policy.label: policy for layer in layers for policy in layer.policies}

    def written(clause: Clause) -> Clause:
        policy = policies.get(clause.policy.label)
        if policy is None or policy.document is None or not policy.document.holes or clause.statement is None:
            return clause
        path = clause.statement.path
        statement = next((item for item in policy.document.statements if item.path == path), clause.statement)
        return clause._replace(policy=policy, statement=statement)

    def clauses(found: tuple[Clause, ...]) -> tuple[Clause, ...]:
        return tuple(map(written, found))

    decision = proof.decision._replace(clauses=clauses(proof.decision.clauses), matched=clauses(proof.decision.matched))
    terms = tuple(tuple(Term(written(one.clause), *one[1:]) for one in case) for case in proof.conditions)
    return proof._replace(
        decision=decision, conditions=terms, hangs_on=clauses(proof.hangs_on), allowing=clauses(proof.allowing)
    )


def _concerned(action: str, layers: tuple[Layer, ...]) -> tuple[str, ...]:
    """The holes of the statements that the action may be a matter of."""
    found: dict[str, None] = {}
    for policy in (policy for layer in layers for policy in layer.policies):
        holes = policy.document.holes if policy.document else ()
        for statement in policy.document.statements if policy.document and holes else ():
            about = statement.not_actions or any(
                has_hole(item.text, holes) or action_matches(item.text, action.lower()) is not False
                for item in statement.actions
            )
            if about:
                found |= dict.fromkeys(hole for text in _texts(statement) for hole in holes if hole in text)
    return tuple(found)


def _texts(statement: Statement) -> Iterator[str]:
    yield from (item.text for item in (*statement.actions, *statement.resources))
    yield from (item.entry.text for item in statement.principals)
    yield from (text for item in statement.conditions for text in (item.key, *item.values))


_MOST_SHOWN = 4
"""Fillings that a person would read."""


def _fillings(
    action: str, resource: str, layers: tuple[Layer, ...], context: Context, caller: Caller | None
) -> tuple[tuple[Filling, ...], bool]:
    """Values with which the access is granted, each proven, and whether it is not with any other text."""
    found: list[Filling] = []
    for values in islice(candidates(action, resource, layers, context), MOST_TRIED):
        known = dict(values)
        if any(dict(other).items() <= known.items() for other in found):
            continue
        proof = prove(action, resource, _closed(_filled(layers, known), least), context, caller)
        if proof is not None and proof.verdict == "granted":
            found.append(values)
    if not found or len(found) > _MOST_SHOWN:
        return tuple(found[:_MOST_SHOWN]), False
    without = tuple(
        layer._replace(policies=tuple(_without_what_fits(policy, action, resource) for policy in layer.policies))
        for layer in layers
    )
    other = prove(action, resource, _closed(without, most), context, caller)
    is_no_other = other is not None and other.verdict == "not-granted"
    return tuple(found), is_no_other and _are_the_only_ones(resource, layers)


def _are_the_only_ones(resource: str, layers: tuple[Layer, ...]) -> bool:
    """Whether each text that some values make what is asked for is so with these values alone. Of actions, whose case
    does not matter, and of conditions it is not said."""
    documents = (policy.document for layer in layers for policy in layer.policies if policy.document)
    return all(
        not any(has_hole(item.text, document.holes) for item in statement.actions)
        and not any(is_open(item, document.holes) for item in statement.conditions)
        and all(is_the_only_fit(item.text, resource, document.holes) for item in statement.resources)
        for document in documents
        if document.holes
        for statement in document.statements
    )


def _filled(layers: tuple[Layer, ...], values: Mapping[str, str]) -> tuple[Layer, ...]:
    return tuple(
        layer._replace(
            policies=tuple(
                policy._replace(document=filled(policy.document, values)) if policy.document else policy
                for policy in layer.policies
            )
        )
        for layer in layers
    )


def _without_what_fits(policy: Attached, action: str, resource: str) -> Attached:
    """The policy without the texts of Allow statements that some values make exactly what is asked for: with other
    values, wildcards aside, they are about something else."""
    document = policy.document
    if document is None or not document.holes:
        return policy
    holes = document.holes
    kept = []
    for item in document.statements:
        if item.effect == "Allow":
            actions = tuple(one for one in item.actions if fit(one.text, action, holes, is_action=True) is None)
            resources = tuple(one for one in item.resources if fit(one.text, resource, holes) is None)
            is_gone = (not actions and not item.not_actions) or (not resources and not item.not_resources)
            if is_gone:
                continue
            item = item._replace(
                actions=item.actions if item.not_actions else actions,
                resources=item.resources if item.not_resources else resources,
            )
        kept.append(item)
    return policy._replace(document=document._replace(statements=tuple(kept)))
