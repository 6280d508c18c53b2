"""Findings, ready to be shown, and their order."""

from __future__ import annotations

from collections.abc import Iterable

from ..iam.values import NamedTuple
from ..inventory.objects import Object
from ..requirements.check import Answer
from .location import Location
from .place import Place
from .severity import SEVERITIES, Severity


class RelatedLocation(NamedTuple):
    """Another place that explains the finding."""

    location: Location
    message: str


class Finding(NamedTuple):
    """One finding, ready to be shown. `path` is the field within `subject`, with `#` before the part inside a
    document; `place` is what the rule named, `answers` and `layer` what it rests on (see Problem), for those who act on
    it. `cells` are those in which it holds, where several are judged.
    """

    rule: str
    severity: Severity
    message: str
    why: str
    help: str
    subject: Object | None
    path: str
    location: Location
    related: tuple[RelatedLocation, ...]
    value: str
    place: Place
    answers: tuple[Answer, ...] = ()
    layer: str = ""
    cells: tuple[str, ...] = ()


class Failure(NamedTuple):
    """A rule that broke down: our own defect, shown as such and never as a clean result."""

    rule: str
    details: str


def files_of(finding: Finding) -> set[str]:
    """The files a finding concerns: where it is, what it is about, and what explains it."""
    concerned = {finding.location.file, *(item.location.file for item in finding.related)}
    return concerned | ({finding.subject.origin.file} if finding.subject is not None else set())


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings as they are reported: by file and place."""
    return tuple(sorted(findings, key=_order))


def _order(finding: Finding) -> tuple[str, int, int, str, str]:
    return (
        finding.location.file,
        finding.location.start.offset,
        SEVERITIES.index(finding.severity),
        finding.rule,
        finding.message,
    )
