"""A change that weakens the gate that judges it.

What it does
    With `static --trusted REV`, everything that decides is taken from that
    revision: configuration, requirements, baseline, suppressions. Reports what
    the change makes of them: a rule off or lowered, an entry of `ignore:` or of
    the baseline, a suppression in a manifest, another parameter of a cell,
    another requirement.

Why it matters
    It decides nothing in this run. Once it is merged it decides in all others,
    so whoever reviews the change should know.

Example
        rules: {excess-grant: {severity: off}}

Use instead
        A change of its own, reviewed by the owners of checker.yaml and of the
        requirements (CODEOWNERS; see "Pull requests of strangers" in the
        documentation of pipelines).
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.problem import Problem
from ..facts import Facts
from ..rule import About

ABOUT = About("weakened-gate", "warning", is_about_the_gate=True, judges_suppressions=True)


def check_project(facts: Facts) -> Iterator[Problem]:
    for item in facts.weakened:
        yield Problem(
            item.place,
            item.message,
            "it decides nothing in this run; once it is merged, it does",
            "have it reviewed by the owners of the gate, in a change of its own if it can be",
            value=item.value,
        )
