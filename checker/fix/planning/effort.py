"""How much work the fixes of a report may be."""

from __future__ import annotations

from ...findings.finding import Finding
from ...project.project import Project

MOST_VERIFIED = 10_000_000
"""Characters of documents that are parsed again for the fixes of a report: a document of a megabyte may have a hundred
findings, and each fix is verified by reading all of it."""

TOO_MANY = "too many fixes to prove them all; checker fix does"


class Budget:
    """How often the project may still be judged."""

    def __init__(self, left: int) -> None:
        self.left = left


def size_of(finding: Finding, project: Project) -> int:
    """The characters of the document that a finding stands in."""
    place = finding.place
    number = place.document if place is not None else None
    document = project.documents.get((place.file, number)) if place is not None and number is not None else None
    return len(document.piece.text) if document is not None else 0
