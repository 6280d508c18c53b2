"""Actions and resources of a statement that do not go together.

What it does
    Reports an action that is never authorized on any resource of its
    statement (GetItem on an index), and a resource on which none of the
    statement's actions is authorized. Actions that take no resource at all
    (ListTables) are reported where no other action fits either.

Why it matters
    AWS accepts the statement, and the part that does not fit grants nothing.
    Usually the table's ARN is missing beside its indexes, or the other way
    round.

Example
        {"Effect": "Allow", "Action": "dynamodb:GetItem",
         "Resource": "arn:aws:dynamodb:us-east-1:111122223333:table/auth-keys/index/*"}

Use instead
        {"Effect": "Allow", "Action": "dynamodb:GetItem",
         "Resource": "arn:aws:dynamodb:us-east-1:111122223333:table/auth-keys"}

Source
    Service Authorization Reference, column "Resource types" of each service;
    DynamoDB Developer Guide, "Using IAM with indexes".
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.problem import Problem
from ...iam.catalogue.catalogue import expand, find_action, service
from ...iam.catalogue.resource_types import can_name
from ...iam.documents.document import Entry, Statement
from ...project.project import DocumentFacts
from ..rule import About
from ._statements import problem_in, statements
from .malformed_resource import fault

ABOUT = About(
    "mismatched-resource",
    "warning",
    precision="medium",
    rests_on=("Action", "NotAction", "Resource", "NotResource"),
)


def check_document(document: DocumentFacts) -> Iterator[Problem]:
    why = "AWS takes the statement, and this part of it grants nothing"
    for written in statements(document.inventory, "identity", "resource"):
        statement = written.statement
        if statement.not_actions or statement.not_resources or any("${" in item.text for item in statement.resources):
            continue
        if any(fault(item.text) for item in statement.resources):
            continue
        fitting = any(_fits(entry.text, resource) for entry in statement.actions for resource in statement.resources)
        for entry in statement.actions:
            if fitting and not _has_types(entry.text):
                # Lists and the like beside actions on the resource: AWS's own examples are full of them.
                continue
            if _is_listed(entry.text) and not any(_fits(entry.text, resource) for resource in statement.resources):
                wrong = f"{entry.text} is not authorized on any resource of this statement"
                yield problem_in(written, entry.path, wrong, why, _hint(entry.text), entry.text)
        for resource in _left_over(statement):
            wrong = f"no action of this statement is authorized on {resource.text}"
            hint = "name the resource that the actions work on, or remove this one"
            yield problem_in(written, resource.path, wrong, why, hint, resource.text)


def _left_over(statement: Statement) -> Iterator[Entry]:
    """Resources of a service in use that no action fits, where there are others and all actions are listed."""
    if not all(_is_listed(entry.text) for entry in statement.actions):
        return
    for resource in statement.resources:
        # A resource of another service is often meant for later, and reported where it is malformed.
        in_use = service(resource.text.split(":", 3)[2]) if resource.text.count(":") >= 3 else None
        named = {entry.text.partition(":")[0].lower() for entry in statement.actions}
        if in_use is None or in_use.prefix not in named or len(statement.resources) < 2:
            continue
        if not any(_fits(entry.text, resource) for entry in statement.actions):
            yield resource


def _is_listed(pattern: str) -> bool:
    """Whether the catalogue knows what the Action string stands for; the rest cannot be judged."""
    actions = expand(pattern)
    return bool(actions) and find_action(actions[0]) is not None


def _has_types(pattern: str) -> bool:
    actions = (find_action(action) for action in expand(pattern))
    return any(item is not None and item.on for item in actions)


def _fits(pattern: str, resource: Entry) -> bool:
    return any(can_name(resource.text, action) for action in expand(pattern))


def _hint(pattern: str) -> str:
    action = expand(pattern)[0]
    known, listed = service(action.partition(":")[0]), find_action(action)
    arns = [known.resources[name].arn for name in listed.on] if known and listed else []
    return f"it is authorized on {' or '.join(arns[:2])}" if arns else 'it takes only "Resource": "*"'
