"""A required action that an explicit Deny takes away.

What it does
    Reports required access that a Deny statement of any policy that bears on
    the role covers, at the action in that statement.

Why it matters
    An explicit Deny wins over every Allow, so adding permissions does not
    help: the sidecar gets AccessDeniedException until the Deny itself is
    narrowed.

Example
        {"Effect": "Deny", "Action": "dynamodb:*", "Resource": "*"}

Use instead
        {"Effect": "Deny", "NotAction": ["dynamodb:GetItem", "dynamodb:Query"], "Resource": "*"}

Source
    IAM User Guide, "Policy evaluation logic" ("an explicit deny in any of
    these policies overrides the allow").
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.place import Place
from ...findings.problem import Problem
from ...iam.decisions.clauses import Clause
from ...iam.values import NamedTuple
from ...requirements.check import Answer
from ..facts import Facts
from ..rule import About
from ._answers import action_path, actions_of, by_place, can_call, clause_place, grant_problem, listed, sharing

ABOUT = About("denied-grant", "error", asks_the_cell=True)


class _Denied(NamedTuple):
    place: Place
    witness: str
    by: str


def check_project(facts: Facts) -> Iterator[Problem]:
    groups = list(by_place(facts, "not-granted", _denied))
    together = sharing((denied.place, members) for denied, members in groups)
    for denied, members in groups:
        item, actions = members[0].check, actions_of(members)
        message = f"{can_call(item, actions, denied.witness, 'cannot')}: {denied.by} denies it"
        left_out = f"narrow this Deny so that it leaves out {listed(actions)} on {denied.witness}"
        hint = f"{left_out}; an Allow elsewhere cannot outweigh it"
        value = f"{' '.join(actions)} {members[0].question.resource}"
        shared = together[id(item.role.object), denied.place]
        yield grant_problem(item, denied.place, message, hint, value, members[0].question, shared)


def _denied(answer: Answer) -> _Denied | None:
    decision = answer.proof.decision
    if decision.outcome != "explicit-deny":
        return None
    clause = decision.clauses[0]
    inner = action_path(clause.statement, answer.question.action) if clause.statement else None
    return _Denied(clause_place(answer.check, clause, inner), answer.proof.witness or "", _named(clause))


def _named(clause: Clause) -> str:
    sid = clause.statement.sid if clause.statement else None
    return f"{f'statement {sid!r}' if sid else 'a statement'} in {clause.policy.label}"
