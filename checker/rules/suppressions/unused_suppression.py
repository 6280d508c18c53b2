"""A suppression that suppresses nothing.

What it does
    Reports comments, annotations and `ignore:` entries that cover no finding,
    when everything they could cover has been looked for: not for rules that
    were not run, and not for `ignore:` entries when only some files were
    checked.

Why it matters
    The problem is gone, or the suppression stands in the wrong place. It
    would hide the next finding there without anybody having decided so.

Example
        # checker: ignore[broad-action] the indexer needs it until March
        "Action": ["dynamodb:GetItem"]

Use instead
        "Action": ["dynamodb:GetItem"]
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.problem import Problem
from ..facts import Facts
from ..rule import About

ABOUT = About("unused-suppression", "warning", judges_suppressions=True)


def check_project(facts: Facts) -> Iterator[Problem]:
    for item in facts.suppressions:
        is_expired = bool(item.until) and item.until < facts.today
        if item.use == "unused" and not item.problem and not is_expired:
            scope = f" within {item.scope.removeprefix('@')}" if item.scope else ""
            yield Problem(
                item.place,
                f"nothing is suppressed by this {item.how}: there is no finding of {item.rule}{scope} here",
                "it would hide the next finding here without anybody having decided so",
                "remove it, or move it to the line, the key or the object of the finding",
                value=f"{item.rule} {item.scope}",
            )
