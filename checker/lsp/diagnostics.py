"""What is shown in the text: findings, what could not be read, and why nothing could be judged."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

from lsprotocol.types import (
    Diagnostic,
    DiagnosticRelatedInformation,
    DiagnosticSeverity,
    Location,
    Position,
    Range,
)
from pygls.uris import from_fs_path

from ..findings.finding import Finding
from ..findings.severity import Severity
from ..iam.expressions import expression
from .folder import Folder
from .ranges import Ranges

SOURCE = "checker"
_SEVERITIES: dict[Severity, DiagnosticSeverity] = {
    "error": DiagnosticSeverity.Error,
    "warning": DiagnosticSeverity.Warning,
    "note": DiagnosticSeverity.Information,
}
_PLACED = expression(r"([^:\n]+):([0-9]{1,9}):([0-9]{1,9}): (.*)", re.DOTALL)
_START = Range(Position(0, 0), Position(0, 0))


def diagnostics(folder: Folder, encoding: str) -> dict[str, list[Diagnostic]]:
    """What there is to say, by the paths of the files."""
    by_path: dict[str, list[Diagnostic]] = {}
    known: dict[str, Ranges] = {}

    def ranges(name: str) -> Ranges:
        if name not in known:
            known[name] = Ranges(folder.text_of(name) or "", encoding)
        return known[name]

    def add(name: str, diagnostic: Diagnostic) -> None:
        by_path.setdefault(folder.opened_as(name), []).append(diagnostic)

    for problem in folder.problems:
        name, diagnostic = _of_problem(folder, problem)
        add(name, diagnostic)
    if folder.report is not None:
        for finding in folder.report.findings:
            if folder.is_of_others() and not folder.contains(finding.location.file):
                continue
            add(finding.location.file, _of_finding(folder, finding, ranges))
        for name, reason in folder.report.unreadable:
            add(name, _error(_START, f"could not be read: {reason}"))
        for failure in folder.report.failures:
            message = f"the rule {failure.rule} broke down, so its part was not checked; please report this: "
            add("checker.yaml", _error(_START, message + failure.details.strip().splitlines()[-1]))
    return by_path


def range_of(finding: Finding, folder: Folder, encoding: str) -> Range:
    """Where a finding is shown."""
    return Ranges(folder.text_of(finding.location.file) or "", encoding).range_of(finding.location)


def _of_finding(folder: Folder, finding: Finding, ranges: Callable[[str], Ranges]) -> Diagnostic:
    lines = [finding.message]
    lines += [f"{name}: {text}" for name, text in (("why", finding.why), ("help", finding.help)) if text]
    return Diagnostic(
        range=ranges(finding.location.file).range_of(finding.location),
        severity=_SEVERITIES[finding.severity],
        code=finding.rule,
        source=SOURCE,
        message="\n".join(lines),
        related_information=[
            DiagnosticRelatedInformation(
                Location(
                    from_fs_path(folder.opened_as(item.location.file)) or "",
                    ranges(item.location.file).range_of(item.location),
                ),
                item.message,
            )
            for item in finding.related
        ],
    )


def _of_problem(folder: Folder, problem: str) -> tuple[str, Diagnostic]:
    """A sentence of the command line, at its place; those without one at the configuration, or at the folder."""
    placed = _PLACED.match(problem)
    if placed is not None and os.path.isfile(folder.opened_as(placed[1])):
        line, column = int(placed[2]) - 1, int(placed[3]) - 1
        return placed[1], _error(Range(Position(line, column), Position(line, column + 1)), placed[4])
    return "checker.yaml", _error(_START, problem)


def _error(place: Range, said: str) -> Diagnostic:
    return Diagnostic(range=place, severity=DiagnosticSeverity.Error, source=SOURCE, message=said)
