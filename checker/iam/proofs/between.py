"""Questions about policies with holes: what holds whatever is filled in, or else what would have to be filled in.

What the policies will allow lies between a lower and an upper bound (see `documents.filling`): more Allow never
withdraws access, and more Deny never grants any. So what the lower bound grants is granted, and what the upper bound
does not grant is not.
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
    "conditional", `when` says with which values it is granted, and `only_then` that no others grant it, those with
    wildcards aside."""
    at_least = prove(action, resource, _closed(layers, least), context, caller)
    if at_least is None or at_least.verdict == "granted":
        return at_least and _as_written(at_least, layers)
    at_most = prove(action, resource, _closed(layers, most), context, caller) or at_least
    if at_least.verdict == "conditional":
        return _as_written(at_least, layers)
    if at_most.verdict in ("not-granted", "unknown"):
        return _as_written(at_most, layers)
    fillings, only_then = _fillings(action, resource, layers, context, caller)
    return _as_written(at_most, layers)._replace(
        verdict="conditional", open=_concerned(action, layers), when=fillings, only_then=only_then
    )


def reach_between(
    question: Ask, action: str, resource: str, layers: tuple[Layer, ...], context: Context, caller: Caller | None
) -> Proof | None:
    """Asks `may_reach` or `may_reach_beyond`, whatever is filled in. Where the answer depends on that, the verdict is
    "unknown" and `open` names the holes."""
    at_least = question(action, resource, _closed(layers, least), context, caller)
    if at_least is not None and at_least.verdict in ("granted", "conditional"):
        return _as_written(at_least, layers)
    at_most = question(action, resource, _closed(layers, most), context, caller)
    if at_most is None:
        return None
    holes = _concerned(action, layers)
    reason = f"it hangs on what is filled in for {', '.join(holes)}"
    proof = _as_written(at_most, layers)._replace(verdict="unknown", open=holes)
    return proof._replace(reasons=(*proof.reasons, reason))


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
    terms = tuple(tuple(Term(written(term.clause), *term[1:]) for term in case) for case in proof.conditions)
    return proof._replace(
        decision=decision, conditions=terms, hangs_on=clauses(proof.hangs_on), allowing=clauses(proof.allowing)
    )


def _concerned(action: str, layers: tuple[Layer, ...]) -> tuple[str, ...]:
    """The holes of the statements that may concern the action."""
    concerned: dict[str, None] = {}
    for policy in (policy for layer in layers for policy in layer.policies):
        holes = policy.document.holes if policy.document else ()
        for statement in policy.document.statements if policy.document and holes else ():
            about = statement.not_actions or any(
                has_hole(item.text, holes) or action_matches(item.text, action.lower()) is not False
                for item in statement.actions
            )
            if about:
                concerned |= dict.fromkeys(hole for text in _texts(statement) for hole in holes if hole in text)
    return tuple(concerned)


def _texts(statement: Statement) -> Iterator[str]:
    yield from (item.text for item in (*statement.actions, *statement.resources))
    yield from (item.entry.text for item in statement.principals)
    yield from (text for item in statement.conditions for text in (item.key, *item.values))


_MOST_SHOWN = 4
"""Fillings that a person would read."""


def _fillings(
    action: str, resource: str, layers: tuple[Layer, ...], context: Context, caller: Caller | None
) -> tuple[tuple[Filling, ...], bool]:
    """Values with which the access is granted, each proven, and whether no other text grants it."""
    granting: list[Filling] = []
    for values in islice(candidates(action, resource, layers, context), MOST_TRIED):
        known = dict(values)
        if any(dict(other).items() <= known.items() for other in granting):
            continue
        proof = prove(action, resource, _closed(_filled(layers, known), least), context, caller)
        if proof is not None and proof.verdict == "granted":
            granting.append(values)
    if not granting or len(granting) > _MOST_SHOWN:
        return tuple(granting[:_MOST_SHOWN]), False
    without = tuple(
        layer._replace(policies=tuple(_without_what_fits(policy, action, resource) for policy in layer.policies))
        for layer in layers
    )
    other = prove(action, resource, _closed(without, most), context, caller)
    is_no_other = other is not None and other.verdict == "not-granted"
    return tuple(granting), is_no_other and _are_the_only_ones(resource, layers)


def _are_the_only_ones(resource: str, layers: tuple[Layer, ...]) -> bool:
    """Whether each resource text with holes can become the resource with one set of values at most. False where an
    action (whose case does not matter) or a condition has a hole: those are not worked out."""
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
    """The policy without the texts of Allow statements that some values turn into exactly what is asked for: with other
    values (those with wildcards aside) these are about something else."""
    document = policy.document
    if document is None or not document.holes:
        return policy
    holes = document.holes
    kept = []
    for item in document.statements:
        if item.effect == "Allow":
            actions = tuple(entry for entry in item.actions if fit(entry.text, action, holes, is_action=True) is None)
            resources = tuple(entry for entry in item.resources if fit(entry.text, resource, holes) is None)
            is_gone = (not actions and not item.not_actions) or (not resources and not item.not_resources)
            if is_gone:
                continue
            item = item._replace(
                actions=item.actions if item.not_actions else actions,
                resources=item.resources if item.not_resources else resources,
            )
        kept.append(item)
    return policy._replace(document=document._replace(statements=tuple(kept)))
