"""Grants unconditionally what is now granted under a condition: unsafe, since the condition may be meant."""

from __future__ import annotations

from ...findings.finding import Finding
from ..planning.granting import WantedGrant, candidates
from ..planning.plan import Candidates, NoPlan, Plan, Survey, need_of

RULES = ("conditional-grant",)

_DANGER = "the access is granted whether or not the condition holds, and somebody may have meant the condition"


def plan(survey: Survey, finding: Finding) -> Candidates:
    """A grant beside the conditional one, which stays."""
    answers = finding.answers
    if not answers:
        return
    terms = [term for answer in answers for alternative in answer.proof.conditions for term in alternative]
    if any(term.clause.effect == "Deny" for term in terms):
        yield NoPlan("a Deny takes effect under the condition; whether it is to, has to be decided by whoever wrote it")
        return
    layers = {layer.name for layer in answers[0].check.stack.layers}
    if layers != {"identity"}:
        yield NoPlan("which of the layers asks for the condition has to be decided by hand")
        return
    needs = dict.fromkeys(need_of(answer.question) for answer in answers)
    for item in candidates(WantedGrant(survey, answers[0].check, tuple(needs))):
        yield item._replace(danger=_DANGER) if isinstance(item, Plan) else item
