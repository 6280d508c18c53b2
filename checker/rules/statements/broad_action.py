"""A wildcard that grants more than the requirement asks for.

What it does
    For roles that a requirement selects: reports Action strings with
    wildcards that grant required actions and others besides on the
    statement's resources, and names the others.

Why it matters
    `dynamodb:Get*` reads like GetItem and also grants GetResourcePolicy and,
    on streams, GetRecords. What AWS adds under the pattern later is granted
    as well.

Example
        "Action": ["dynamodb:Get*", "dynamodb:Query"]

Use instead
        "Action": ["dynamodb:GetItem", "dynamodb:Query"]

Source
    IAM User Guide, "Security best practices in IAM" (least privilege);
    Service Authorization Reference, "Amazon DynamoDB".
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.place import inside
from ...findings.problem import Problem
from ...iam.catalogue.catalogue import expand
from ...iam.catalogue.resource_types import can_name
from ...iam.decisions.statements import action_matches
from ...iam.documents.document import Statement
from ...iam.documents.holes import has_hole
from ...iam.proofs.grants import compact
from ...inventory.objects import called
from ...requirements.check import RoleCheck
from ..access._answers import seen_from
from ..facts import Facts
from ..rule import About

ABOUT = About("broad-action", "warning", asks_the_cell=True)


def check_project(facts: Facts) -> Iterator[Problem]:
    for outcome in facts.outcomes:
        for item in outcome.checks:
            yield from _judge(item)


def _judge(item: RoleCheck) -> Iterator[Problem]:
    required = {question.action.lower(): question.action for question in item.required}
    forbidden = {question.action.lower() for question in item.excess if question.proof}
    for policy in item.stack.layers[0].policies:
        text = item.stack.sources[policy.label].text
        for statement in policy.document.statements if policy.document and text else ():
            if policy.document is not None and any(
                has_hole(item.text, policy.document.holes) for item in (*statement.resources, *statement.actions)
            ):
                continue  # What is filled in may be about something else.
            for entry in statement.actions if statement.effect == "Allow" and not statement.not_actions else ():
                granted = [name for folded, name in required.items() if action_matches(entry.text, folded)]
                others = [name for name in _beyond(entry.text, granted, statement) if name.lower() not in forbidden]
                if text is None or not granted or not others:
                    continue
                place = inside(text, entry.path)
                listed = ", ".join(f'"{name}"' for name in granted)
                wrong = f"{entry.text} grants {_shown(others)} besides {', '.join(granted)}"
                yield Problem(
                    place=place,
                    message=f"{called(item.role.object)}: {wrong}",
                    why=f"{item.requirement.name} does not ask for it; the role should not have more than it needs",
                    help=f"write {listed}",
                    subject=item.role.object,
                    related=seen_from(item, place),
                    value=entry.text,
                )


def _beyond(pattern: str, granted: list[str], statement: Statement) -> list[str]:
    """The listed actions that the pattern grants on the statement's resources besides the required ones."""
    if "*" not in pattern and "?" not in pattern:
        return []
    services = dict.fromkeys(name.partition(":")[0] for name in granted)
    patterns = [f"{prefix}:*" for prefix in services] if pattern == "*" else [pattern]
    known = {name.lower() for name in granted}
    actions = (action for item in patterns for action in expand(item) if action.lower() not in known)
    return [action for action in actions if _is_reached(action, statement)]


def _is_reached(action: str, statement: Statement) -> bool:
    if statement.not_resources or any("${" in entry.text for entry in statement.resources):
        return True
    return any(can_name(entry.text, action) for entry in statement.resources)


def _shown(actions: list[str]) -> str:
    short = compact(actions)
    return ", ".join(short[:4]) + (f" and {len(short) - 4} more" if len(short) > 4 else "")
