"""Statements of policy documents: what the rules on their contents share."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ...findings.place import Part, inside
from ...findings.problem import Problem
from ...iam.documents.document import Condition, Document, PolicyKind, Statement
from ...iam.documents.operators import Operator, split_operator
from ...iam.documents.paths import Path
from ...iam.values import NamedTuple
from ...inventory.objects import Inventory, PolicyText, called


class Written(NamedTuple):
    """A statement and the document it stands in."""

    text: PolicyText
    document: Document
    statement: Statement


def statements(inventory: Inventory, *kinds: PolicyKind) -> Iterator[Written]:
    """The statements of every readable policy document, of these kinds or of all."""
    for text in inventory.texts:
        document = text.parsed.document
        if document is not None and (not kinds or text.kind in kinds):
            yield from (Written(text, document, statement) for statement in document.statements)


def conditions(written: Written) -> Iterator[tuple[Condition, Operator]]:
    """The conditions of a statement, each with its operator."""
    for item in written.statement.conditions:
        operator = split_operator(item.operator)
        if operator is not None:
            yield item, operator


def action_strings(written: Written) -> tuple[str, ...]:
    """The Action strings of a statement; `*` for NotAction, which stands for almost everything."""
    statement = written.statement
    return ("*",) if statement.not_actions else tuple(entry.text for entry in statement.actions)


def problem_in(
    written: Written,
    path: Path,
    message: str,
    why: str,
    hint: str,
    value: str,
    part: Part = "value",
    suggest: Callable[[], str] | None = None,
) -> Problem:
    """A problem at an element of a statement's document."""
    text = written.text
    full_message = f"{called(text.owner)}: {message}"
    return Problem(inside(text, path, part), full_message, why, hint, text.owner, value=value, suggest=suggest)


def condition_text(item: Condition) -> str:
    """A condition as offending text: what it compares, and with what."""
    return f"{item.operator} {item.key} {' '.join(item.values)}"


def statement_text(statement: Statement) -> str:
    """A statement as offending text, wherever it stands in its document."""
    actions = " ".join(entry.text for entry in statement.actions)
    return f"{statement.effect} {actions} on {' '.join(entry.text for entry in statement.resources)}"
