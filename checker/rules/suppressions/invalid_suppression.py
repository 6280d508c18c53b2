"""A suppression that cannot be used as it is written.

What it does
    Reports comments and annotations without a rule or with rules that do not
    exist, and `ignore:` entries with such rules. They suppress nothing.

Why it matters
    A misspelt rule silently suppresses nothing, or, where a tool takes it for
    "everything", far too much.

Example
        # checker: ignore[exces-grant] rotates its own keys
        # checker: ignore

Use instead
        # checker: ignore[excess-grant] rotates its own keys
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.problem import Problem
from ..facts import Facts
from ..rule import About

ABOUT = About("invalid-suppression", "error", judges_suppressions=True)


def check_project(facts: Facts) -> Iterator[Problem]:
    for item in facts.suppressions:
        if item.problem:
            yield Problem(
                item.place,
                f"this {item.how} suppresses nothing: {item.problem}",
                "what it was meant for is reported, and a reader believes that it is not",
                "`checker explain` lists the rules",
                value=item.rule,
            )
