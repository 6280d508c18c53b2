"""The answers to the question, in the order in which they are shown."""

from __future__ import annotations

from collections.abc import Sequence

from ...iam.values import NamedTuple
from ...requirements.check import Outcome, RoleCheck
from ...requirements.rows import Question

_ORDER = ("granted", "conditional", "unknown")


class Asked(NamedTuple):
    """The question: may this action be done on this resource?"""

    action: str
    resource: str


def answers(outcomes: Sequence[tuple[str, Outcome]]) -> list[tuple[RoleCheck, Question]]:
    """The uses of roles that can do it, the certain ones first; outcomes come with their cells."""
    rows = [
        (check, question)
        for _, outcome in outcomes
        for check in outcome.checks
        for question in check.excess
        if question.proof is not None and question.proof.verdict in _ORDER
    ]
    return sorted(rows, key=lambda row: _ORDER.index(row[1].proof.verdict if row[1].proof else "unknown"))


def identity(check: RoleCheck) -> tuple[object, ...]:
    """What tells roles apart: one that several cells share, since its file belongs to all, is one."""
    item = check.role.object
    return item.origin, item.pool, item.namespace, item.name
