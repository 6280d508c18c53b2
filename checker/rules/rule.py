"""What a rule is: a module with `ABOUT`, `check_document` or `check_project`, and its docstring as its page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, Protocol, TypeGuard

from ..findings.problem import Problem
from ..findings.severity import Severity
from ..iam.values import NamedTuple
from ..project.project import DocumentFacts
from .facts import Facts


class About(NamedTuple):
    """What is known of a rule before it runs.

    `asks_the_cell`: it finds something else in another cell. `is_about_the_gate`: its findings outside of objects are
    about what decides, and are reported whatever files were passed. `judges_suppressions`: it is asked last, when it is
    known what suppressions were of use. `precision` and `security_severity` (CVSS, "" for what the severity stands for)
    are for SARIF. `rests_on`: what has to be literal in a template besides the text that a problem is about: some
    elements of its statement, all of the statement (or field), or all of the document.
    """

    id: str
    severity: Severity
    asks_the_cell: bool = False
    is_about_the_gate: bool = False
    judges_suppressions: bool = False
    precision: Literal["very-high", "high", "medium", "low"] = "very-high"
    security_severity: str = ""
    rests_on: tuple[str, ...] | Literal["statement", "document"] = "statement"

    @property
    def is_about_access(self) -> bool:
        """Whether it is about the manifests, and not about the suppressions in them."""
        return not self.judges_suppressions


class DocumentRule(Protocol):
    """A rule on what a document says by itself, whatever else the project holds."""

    ABOUT: About
    __doc__: str | None

    def check_document(self, document: DocumentFacts) -> Iterator[Problem]:
        """Everything that is wrong with the document by this rule."""
        ...


class ProjectRule(Protocol):
    """A rule on how documents stand to each other, to the requirements, or to the cell."""

    ABOUT: About
    __doc__: str | None

    def check_project(self, facts: Facts) -> Iterator[Problem]:
        """Everything that is wrong with the project by this rule."""
        ...


Rule = DocumentRule | ProjectRule
"""A module in one of the packages beside this file. The name of its function says what it looks at."""


def looks_at_documents(rule: Rule) -> TypeGuard[DocumentRule]:
    """Whether it is a rule on single documents. Asked often; isinstance with a protocol looks at every attribute."""
    return hasattr(rule, "check_document")


def looks_at_the_project(rule: Rule) -> TypeGuard[ProjectRule]:
    """Whether it is a rule on the whole project."""
    return not looks_at_documents(rule)


def problems(rule: Rule, facts: Facts) -> Iterator[Problem]:
    """Everything that is wrong by a rule of either kind."""
    if looks_at_documents(rule):
        for document in facts.project.document_facts:
            yield from rule.check_document(document)
    elif looks_at_the_project(rule):
        yield from rule.check_project(facts)
