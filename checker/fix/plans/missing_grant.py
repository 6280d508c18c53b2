"""Grants what no policy of the role allows: the missing actions on the required ARNs, and nothing else."""

from __future__ import annotations

from ...findings.finding import Finding
from ..planning.granting import WantedGrant, candidates
from ..planning.plan import Candidates, Survey, need_of

RULES = ("missing-grant",)


def plan(survey: Survey, finding: Finding) -> Candidates:
    """For each layer that lacks access, one grant of all that is missing in it."""
    answers = finding.answers
    for layer in dict.fromkeys(answer.proof.decision.layer or "identity" for answer in answers):
        members = [answer for answer in answers if (answer.proof.decision.layer or "identity") == layer]
        needs = dict.fromkeys(need_of(answer.question) for answer in members)
        yield from candidates(WantedGrant(survey, members[0].check, tuple(needs), layer))
