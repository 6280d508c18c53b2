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

from ...findings.place import Place
from ...findings.problem import Problem
from ...iam.proofs.prove import Proof
from ...iam.values import NamedTuple
from ...requirements.check import RoleCheck
from ..facts import Facts
from ..rule import About
from ._answers import action_path, can_call, clause_place, role_place, seen_from

ABOUT = About("excess-grant", "error", asks_the_cell=True)


def check_project(facts: Facts) -> Iterator[Problem]:
    for outcome in facts.outcomes:
        for item in outcome.checks:
            grouped: dict[Place, list[_Row]] = {}
            for question in item.excess:
                proof = question.proof
                if proof is None or proof.verdict == "unknown":
                    continue
                row = _Row(question.action, proof.witness or question.resource, proof, question.instead)
                grouped.setdefault(_granting_place(item, proof), []).append(row)
            for place, rows in grouped.items():
                yield _problem(item, place, rows)


class _Row(NamedTuple):
    action: str
    witness: str
    proof: Proof
    instead: str


def _granting_place(item: RoleCheck, proof: Proof) -> Place:
    """The Action string of the policy that lets the action through: the role's own, else that of the resource."""
    for layer in ("identity", "resource", "key"):
        for clause in proof.allowing:
            if clause.layer == layer and clause.statement:
                return clause_place(item, clause, action_path(clause.statement, proof.action))
    return role_place(item.role)


def _problem(item: RoleCheck, place: Place, rows: list[_Row]) -> Problem:
    actions = list(dict.fromkeys(row.action for row in rows))
    if_condition = ", under conditions" if all(row.proof.verdict == "conditional" for row in rows) else ""
    same = dict.fromkeys(f"{row.action} does what {row.instead} does" for row in rows if row.instead)
    named = f": {', '.join(same)}" if same and all(row.instead for row in rows) else ""
    needed = ", ".join(f'"{action}"' for access in item.requirement.require for action in access.actions)
    call = f"{can_call(item, actions, rows[0].witness, 'can')}{if_condition}"
    return Problem(
        place=place,
        message=f"{call}, which {item.requirement.name} forbids{named}",
        why="whoever takes over the pod could do that too, and the requirement says that it is not needed",
        help=f"grant only {needed}",
        subject=item.role.object,
        related=seen_from(item, place),
        value=f"{' '.join(actions)}{if_condition} | {rows[0].witness}",
    )
