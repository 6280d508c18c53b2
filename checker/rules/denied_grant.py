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

from .grants import action_path, answers, can_call, clause_place, seen_from, why
from .problem import Facts, Problem

ID = "denied-grant"
SEVERITY = "error"


def check(facts: Facts) -> Iterator[Problem]:
    for answer in answers(facts, "not-granted"):
        decision = answer.proof.decision
        if decision.outcome != "explicit-deny":
            continue
        clause = decision.clauses[0]
        inner = action_path(clause.statement, answer.question.action) if clause.statement else None
        place = clause_place(answer.check, clause, inner)
        sid = f" {clause.statement.sid!r}" if clause.statement and clause.statement.sid else ""
        witness = answer.proof.witness or answer.question.resource
        denied = can_call(answer.check, [answer.question.action], witness, "cannot")
        yield Problem(
            place,
            f"{denied}: statement{sid} in {clause.policy.label} denies it",
            why(answer.check),
            "narrow this Deny so that it no longer covers the auth keys table; an Allow elsewhere cannot outweigh it",
            answer.check.role.object,
            seen_from(answer.check, place),
            value=f"{answer.question.action} {answer.question.resource}",
        )
