"""What came of a run: the report, and what a later run of the same terms may take over."""

from __future__ import annotations

from collections.abc import Mapping

from ..iam.values import NamedTuple
from ..project.project import DocumentFacts
from ..requirements.check import Outcome
from ..rules.facts import Facts
from .engine import Found
from .report import Report


class Earlier(NamedTuple):
    """What may be taken over from a judgement: what is known of each document, by file and number, the requirements put
    to roles, and what was found in single documents."""

    documents: Mapping[tuple[str, int], DocumentFacts]
    outcomes: tuple[Outcome, ...]
    found: Mapping[int, Found]


class Judged(NamedTuple):
    """The report, the facts it rests on, and what was found in each document by itself."""

    report: Report
    facts: Facts
    found: Mapping[int, Found]

    @property
    def earlier(self) -> Earlier:
        """What a later run may take over."""
        return earlier_of(self.facts, self.found)


def earlier_of(facts: Facts, found: Mapping[int, Found]) -> Earlier:
    """What may be taken over from facts that were judged."""
    project = facts.project
    documents = dict(zip(project.documents, project.document_facts, strict=False))
    return Earlier(documents, facts.outcomes, found)
