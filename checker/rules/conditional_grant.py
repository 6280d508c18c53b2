"""A required action that is allowed only under conditions nobody has vouched for.

What it does
    Reports required access that depends on condition keys whose values are not
    known from the manifests, at the first such condition, and lists them all.

Why it matters
    If the condition does not hold for the sidecar's requests (a VPC endpoint
    that is not used, a leading key that differs), the keys go stale exactly as
    without the grant.

Example
        "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1a2b3c4d"}}

Use instead
        Drop the condition, or state in the requirement what every request carries:
        spec:
          context: {aws:SourceVpce: vpce-1a2b3c4d}

Source
    IAM User Guide, "IAM JSON policy elements: Condition".
"""

from __future__ import annotations

from collections.abc import Iterator

from ..iam.prove import conditions_of
from .grants import answers, can_call, clause_place, seen_from, why
from .problem import Facts, Problem

ID = "conditional-grant"
SEVERITY = "error"


def check(facts: Facts) -> Iterator[Problem]:
    for answer in answers(facts, "conditional"):
        conditions = conditions_of(answer.proof.hangs_on)
        shown = "; ".join(
            f"{'unless ' if clause.effect == 'Deny' else ''}{item.operator} {item.key} {', '.join(item.values)}"
            for clause, item in conditions
        )
        first = conditions[0] if conditions else None
        clause = first[0] if first else answer.proof.hangs_on[0]
        place = clause_place(answer.check, clause, first[1].path if first else None)
        witness = answer.proof.witness or answer.question.resource
        keys = ", ".join(dict.fromkeys(item.key for _, item in conditions))
        yield Problem(
            place,
            f"{can_call(answer.check, [answer.question.action], witness, 'can')} only if: {shown or 'a variable fits'}",
            why(answer.check),
            f"drop the condition, or state {keys or 'the key'} under spec.context of the requirement",
            answer.check.role.object,
            seen_from(answer.check, place),
            value=f"{answer.question.action} {answer.question.resource} {shown}",
        )
