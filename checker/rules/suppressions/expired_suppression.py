"""A suppression whose last day has passed.

What it does
    Reports `ignore:` entries of the configuration whose `until` lies in the
    past (the day itself still counts, in UTC). What they covered is reported
    again.

Why it matters
    Somebody promised to be done by then.

Example
        - {rule: excess-grant, subject: acme, reason: migration, until: 2020-01-31}

Use instead
    Nothing, once the problem is mended; or another day, with a reason.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.problem import Problem
from ..facts import Facts
from ..rule import About

ABOUT = About("expired-suppression", "warning", judges_suppressions=True)


def check_project(facts: Facts) -> Iterator[Problem]:
    for item in facts.suppressions:
        if item.until and item.until < facts.today and not item.problem:
            yield Problem(
                item.place,
                f"this entry expired on {item.until}: findings of {item.rule} are reported again",
                f"it was accepted until then only, because: {item.reason}",
                "mend what it covers and remove the entry, or set another day",
                value=f"{item.rule} {item.until}",
            )
