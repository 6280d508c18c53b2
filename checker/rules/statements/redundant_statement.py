"""A statement that changes nothing.

What it does
    Proves for each statement that other statements of the same document cover
    all its actions on all its resources under no narrower conditions: Allow
    by Allow, Deny by Deny (redundant), or Allow by an unconditional Deny (it
    can never take effect). A statement that more than 400 others could cover
    is not judged.

Why it matters
    Readers take what is written for what counts: the redundant grant is
    removed and access stays, or the overridden one is trusted and access is
    missing.

Example
        {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"},
        {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "*"}

Use instead
        The one that is meant.

Source
    IAM User Guide, "Policy evaluation logic"; Access Analyzer policy checks,
    "Redundant statement".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...findings.problem import Problem
from ...iam.decisions.statements import action_matches
from ...iam.documents.document import Statement
from ...iam.documents.paths import show_path
from ...iam.expressions import expression
from ...iam.patterns.globs import Glob, arn_glob, matches, wildcard_glob
from ...iam.patterns.language import explore
from ...project.project import DocumentFacts
from ..rule import About
from ._statements import Written, problem_in, statement_text, statements

ABOUT = About("redundant-statement", "warning", rests_on="document")


def check_document(document: DocumentFacts) -> Iterator[Problem]:
    by_document: dict[int, list[Written]] = {}
    # Policies of resources say the same of different principals, and mean it.
    for written in statements(document.inventory, "identity"):
        by_document.setdefault(id(written.document), []).append(written)
    for rows in by_document.values():
        if len(rows) > 1:
            yield from _judge(rows)


def _judge(rows: list[Written]) -> Iterator[Problem]:
    left = {id(row.statement): row.statement for row in rows}
    candidates = _Candidates([row.statement for row in rows])
    # Of two equal ones the later is reported, so the search begins at the end.
    for row in reversed(rows):
        statement = row.statement
        others = [item for item in candidates.of(statement) if item is not statement and id(item) in left]
        if len(others) > _MOST_COMPARED:
            continue
        alike = [item for item in others if item.effect == statement.effect and _is_wider(item, statement)]
        denials = [item for item in others if item.effect == "Deny" and not item.conditions]
        if (by := _covering(statement, alike)) is not None:
            del left[id(statement)]
            verb, hint = "adds nothing to", "remove it, or correct what it should say"
        elif statement.effect == "Allow" and (by := _covering(statement, denials)) is not None:
            verb, hint = "can never take effect beside", "remove it, or narrow the Deny"
        else:
            continue
        named = " and ".join(_called(item) for item in by)
        why = "what is written here has no effect, and readers rely on it"
        wrong = f"{_called(statement)} {verb} {named}"
        yield problem_in(row, statement.path, wrong, why, hint, statement_text(statement))


_MOST_COMPARED = 400
"""Candidates that a statement is compared with; a statement with more of them is not judged."""


class _Candidates:
    """Which statements of a document may cover a given one: those with one of its resources, or a pattern for it.
    Without this, each would be compared with each."""

    def __init__(self, statements: list[Statement]) -> None:
        self._by_resource: dict[str, list[Statement]] = {}
        self._open: list[Statement] = []
        for statement in statements:
            if statement.not_resources or any(_is_open(item.text) for item in statement.resources):
                self._open.append(statement)
            else:
                for text in dict.fromkeys(item.text for item in statement.resources):
                    self._by_resource.setdefault(text, []).append(statement)

    def of(self, statement: Statement) -> list[Statement]:
        candidates: dict[int, Statement] = {}
        for text in dict.fromkeys(item.text for item in statement.resources):
            if _is_open(text):
                candidates |= {id(item): item for item in self._open}
            else:
                candidates |= {id(item): item for item in self._by_resource.get(text, ())}
                candidates |= {id(item): item for item in self._open if item.not_resources or _may_match(item, text)}
            if len(candidates) > _MOST_COMPARED + 1:
                break
        return list(candidates.values())


def _is_open(text: str) -> bool:
    return "*" in text or "?" in text or "${" in text


def _may_match(statement: Statement, resource: str) -> bool:
    return any("${" in item.text or matches(arn_glob(item.text), resource) for item in statement.resources)


def _called(statement: Statement) -> str:
    return f"statement {statement.sid!r}" if statement.sid else show_path(statement.path)


def _is_wider(other: Statement, statement: Statement) -> bool:
    """Whether `other` applies whenever the conditions of `statement` hold: it has no condition besides those."""
    mine = {(item.operator.lower(), item.key.lower(), item.values) for item in statement.conditions}
    return {(item.operator.lower(), item.key.lower(), item.values) for item in other.conditions} <= mine


def _covering(statement: Statement, others: Sequence[Statement]) -> list[Statement] | None:
    """The statements that together cover this one; None where they do not, or where it cannot be told."""
    if statement.not_actions or statement.not_resources or not others:
        return None
    by_action: list[list[Statement]] = []
    for action in statement.actions:
        by_action.append([item for item in others if _takes_in(item, action.text.lower())])
        if not by_action[-1]:
            return None
    used: dict[int, Statement] = {}
    for on_action in by_action:
        for resource in statement.resources:
            covering = _on_resource(resource.text, on_action)
            if covering is None:
                return None
            used |= {id(item): item for item in covering}
    return list(used.values())


def _takes_in(other: Statement, pattern: str) -> bool:
    """Whether the other statement takes in every action that the pattern matches."""
    if "*" not in pattern and "?" not in pattern:
        listed = any(action_matches(entry.text, pattern) for entry in other.actions)
        return listed != other.not_actions
    globs = [wildcard_glob(entry.text.lower()) for entry in other.actions]
    cells = explore(wildcard_glob(pattern), globs)
    if cells.capped:
        return False
    return all((not cell.accepted) if other.not_actions else cell.accepted for cell in cells.cells)


def _on_resource(resource: str, others: list[Statement]) -> list[Statement] | None:
    # A statement that names the very same text, or everything, covers it. This needs no walk, and is all that can be
    # told of a resource with a variable: its value is the same in both, but no pattern is known to match it.
    same = next((item for item in others if not item.not_resources and _lists(item, resource)), None)
    if same is not None or "${" in resource:
        return None if same is None else [same]
    plain = [item for item in others if not any("${" in entry.text for entry in item.resources)]
    globs: list[Glob] = []
    ranges: list[tuple[Statement, int]] = []
    for item in plain:
        near = [entry.text for entry in item.resources if _may_overlap(entry.text, resource)]
        mask = ((1 << len(near)) - 1) << len(globs)
        globs += map(arn_glob, near)
        ranges.append((item, mask))
    cells = explore(arn_glob(resource), globs)
    if cells.capped:
        return None
    used: dict[int, Statement] = {}
    for cell in cells.cells:
        covering = next((item for item, mask in ranges if bool(cell.accepted & mask) != item.not_resources), None)
        if covering is None:
            return None
        used[id(covering)] = covering
    return list(used.values())


def _may_overlap(one: str, other: str) -> bool:
    """Whether two patterns begin alike, up to the first wildcard or variable; others are not worth the walk."""
    mine, theirs = (_SIGN.split(text, maxsplit=1)[0] for text in (one, other))
    return mine.startswith(theirs) or theirs.startswith(mine)


_SIGN = expression(r"[*?$]")


def _lists(statement: Statement, resource: str) -> bool:
    return any(entry.text in (resource, "*") for entry in statement.resources)
