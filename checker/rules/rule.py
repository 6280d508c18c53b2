"""What a rule is: a module with `ABOUT`, `check(facts)`, and its docstring as its page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple, Protocol

from ..findings.problem import Problem
from ..findings.severity import Severity
from .facts import Facts


class About(NamedTuple):
    """A rule, beside what it finds.

    `asks_the_cell`: it finds something else in another cell. `is_about_the_gate`: what it finds outside of objects is
    about what decides, and is reported whatever files were passed. `judges_suppressions`: it is asked last, when it is
    known what suppressions were of use. `precision` and `security_severity` (CVSS, "" for what the severity stands for)
    are for SARIF.
    """

    id: str
    severity: Severity
    asks_the_cell: bool = False
    is_about_the_gate: bool = False
    judges_suppressions: bool = False
    precision: Literal["very-high", "high", "medium", "low"] = "very-high"
    security_severity: str = ""

    @property
    def is_about_access(self) -> bool:
        """Whether it is about the manifests, and not about the suppressions in them."""
        return not self.judges_suppressions


class Rule(Protocol):
    """A module in one of the rooms beside this one."""

    ABOUT: About
    __doc__: str | None

    def check(self, facts: Facts) -> Iterator[Problem]:
        """Everything that is wrong by this rule."""
        ...
