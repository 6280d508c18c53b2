"""A forbidden action that the role can reach.

What it does
    Looks for a resource on which the role may do what the requirement forbids,
    and reports the Action string that grants it, with the ARN found.

Why it matters
    The reverse proxy only reads keys. A role that may write or scan the auth
    keys table turns a compromised sidecar into a compromised key store.

Example
        "Action": "dynamodb:*"

Use instead
        "Action": ["dynamodb:GetItem", "dynamodb:Query"]

Source
    IAM User Guide, "Security best practices in IAM" (least privilege).
"""

from __future__ import annotations

from collections.abc import Iterator

from ..iam.prove import Proof
from ..requirements.check import Check
from .grants import action_path, can_call, clause_place, role_place, seen_from
from .problem import Facts, Place, Problem

ID = "excess-grant"
SEVERITY = "error"
ASKS_THE_CELL = True


def check(facts: Facts) -> Iterator[Problem]:
    for outcome in facts.outcomes:
        for item in outcome.checks:
            grouped: dict[Place, list[tuple[str, str, Proof]]] = {}
            for question in item.excess:
                proof = question.proof
                if proof is None or proof.verdict == "unknown":
                    continue
                row = (question.action, proof.witness or question.resource, proof)
                grouped.setdefault(_granting_place(item, proof, question.action), []).append(row)
            for place, rows in grouped.items():
                yield _problem(item, place, rows)


def _granting_place(item: Check, proof: Proof, action: str) -> Place:
    """The Action string of the identity policy that lets the action through."""
    for clause in proof.allowing:
        if clause.layer == "identity" and clause.statement:
            return clause_place(item, clause, action_path(clause.statement, action))
    return role_place(item.role)


def _problem(item: Check, place: Place, rows: list[tuple[str, str, Proof]]) -> Problem:
    actions = list(dict.fromkeys(action for action, _, _ in rows))
    if_condition = ", under conditions" if all(proof.verdict == "conditional" for _, _, proof in rows) else ""
    needed = ", ".join(f'"{action}"' for access in item.requirement.require for action in access.actions)
    return Problem(
        place,
        f"{can_call(item, actions, rows[0][1], 'can')}{if_condition}, which {item.requirement.name} forbids",
        "the reverse proxy only reads; a role that can do more puts the key store at risk",
        f"grant only {needed}",
        item.role.object,
        seen_from(item, place),
        value=f"{' '.join(actions)}{if_condition}",
    )
