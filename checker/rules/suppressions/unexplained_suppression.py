"""A suppression without a reason.

What it does
    Reports comments and annotations that suppress findings and do not say
    why. They work all the same: one finding, not two. (In the configuration
    a reason is required.)

Why it matters
    Whoever reads it next cannot tell a decision from an oversight, and will
    not dare to remove it.

Example
        # checker: ignore[excess-grant]

Use instead
        # checker: ignore[excess-grant] rotates its own keys, see OPS-231
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.problem import Problem
from ..facts import Facts
from ..rule import About

ABOUT = About("unexplained-suppression", "error", judges_suppressions=True)


def check_project(facts: Facts) -> Iterator[Problem]:
    for item in facts.suppressions:
        if not item.problem and not item.reason and item.use != "unused":
            yield Problem(
                item.place,
                f"this {item.how} suppresses {item.rule} and does not say why",
                "whoever reads it next cannot tell a decision from an oversight",
                f"write the reason behind it: {_example(item.how, item.rule)}",
                value=item.rule,
            )


def _example(how: str, rule: str) -> str:
    return f"# checker: ignore[{rule}] REASON" if how == "comment" else f'"{rule} — REASON"'
