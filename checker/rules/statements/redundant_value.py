"""An action, resource or condition value that another one of its list covers.

What it does
    Reports a string of an Action, NotAction, Resource or NotResource list, or
    of a condition with wildcards, that stands there twice or is covered by a
    pattern beside it.

Why it matters
    It changes nothing. Whoever takes it out, believing that the access goes
    with it, is mistaken.

Example
        "Action": ["dynamodb:Get*", "dynamodb:GetItem"]

Use instead
        "Action": "dynamodb:GetItem"

Source
    Access Analyzer policy checks, "Redundant action", "Redundant resource",
    "Redundant condition value".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...findings.problem import Problem
from ...iam.documents.paths import Path
from ...iam.patterns.globs import Glob, arn_glob, matches, wildcard_glob
from ...project.project import DocumentFacts
from ..rule import About
from ._statements import conditions, problem_in, statements

ABOUT = About("redundant-value", "note")

_MOST_COMPARED = 200
"""Strings of a list that are compared with each other."""


def check_document(document: DocumentFacts) -> Iterator[Problem]:
    for written in statements(document.inventory):
        statement = written.statement
        lists: list[list[tuple[str, Path, Glob]]] = [
            [(item.text, item.path, wildcard_glob(item.text.lower())) for item in statement.actions],
            [(item.text, item.path, arn_glob(item.text)) for item in statement.resources if "${" not in item.text],
        ]
        for condition, operator in conditions(written):
            if operator.name in ("StringLike", "StringNotLike"):
                values = enumerate(condition.values)
                lists.append(
                    [
                        (text, (*condition.path, number), wildcard_glob(text))
                        for number, text in values
                        if "${" not in text
                    ]
                )
        for rows in lists:
            for text, path, by in _covered(rows):
                wrong = f"{text} stands here twice" if by == text else f"{text} is covered by {by} beside it"
                why = "it changes nothing, and readers take what is written for what counts"
                yield problem_in(written, path, wrong, why, "keep the one that is meant", text)


def _covered(rows: Sequence[tuple[str, Path, Glob]]) -> Iterator[tuple[str, Path, str]]:
    """Each string that another one covers, with that one; of two equal ones the second."""
    if not 1 < len(rows) <= _MOST_COMPARED:
        return
    seen: set[str] = set()
    patterns = [(text, glob) for text, _, glob in rows if "*" in text or "?" in text]
    for text, path, glob in rows:
        if glob.text in seen:
            yield text, path, text
            continue
        seen.add(glob.text)
        by = next((wider for wider, pattern in patterns if wider != text and _covers(pattern, glob.text)), None)
        if by is not None:
            yield text, path, by


def _covers(pattern: Glob, text: str) -> bool:
    """Whether a pattern matches all that a text with wildcards does, tried with characters that only wildcards match:
    for a star none, many, and some with separators."""
    if "*" not in text and "?" not in text:
        return matches(pattern, text)
    single = text.replace("?", _STRANGE)
    return all(
        matches(pattern, single.replace("*", filler)) for filler in ("", _STRANGE * 40, f"{_STRANGE}:/{_STRANGE}")
    )


_STRANGE = "\x01"
