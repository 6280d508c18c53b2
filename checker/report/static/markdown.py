"""Markdown: for the comment on a pull request, the summary of a job, a ticket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...findings.severity import SEVERITIES
from ...gate.report import Report
from ..style.commonmark import inline, plain
from ..style.look import Look
from .standing import standing, verdict

if TYPE_CHECKING:
    from ...findings.finding import Finding

CARRIES_FIXES = False

_MOST = 50
"""Findings that are told in full: a comment on a pull request takes 65,536 characters."""


def render(report: Report, look: Look, most: int = _MOST) -> str:
    """A heading with the verdict, a section a finding (`most` of them, worst first where some are left out), what could
    not be checked, and where things stand."""
    parts = [f"### checker: {verdict(report)}"]
    shown = report.findings
    if len(shown) > most:
        shown = tuple(sorted(shown, key=lambda finding: SEVERITIES.index(finding.severity)))[:most]
    parts += [_finding(finding) for finding in shown]
    if len(report.findings) > most:
        parts.append(f"… and {len(report.findings) - most} more.")
    parts += [f"- **could not check** {inline(path)}: {plain(reason)}" for path, reason in report.unreadable]
    parts += [f"- **could not check** the rule {failure.rule}, which broke down" for failure in report.failures]
    if look.verbose:
        parts += [
            f"- suppressed by {item.suppression.how}: `{item.finding.rule}` at {_at(item.finding)}:"
            f" {plain(item.suppression.reason or 'no reason given')}"
            for item in report.suppressed
        ]
    if not look.quiet:
        parts.append("\n".join(f"- {plain(line)}" for line in standing(report)))
    return "\n\n".join(parts) + "\n"


def _finding(finding: Finding) -> str:
    head = f"**{finding.severity}** `{finding.rule}` at {_at(finding)}  \n{plain(finding.message)}"
    return f"{head}  \n*{plain(finding.why)}*  \nHelp: {inline(finding.help)}"


def _at(finding: Finding) -> str:
    return inline(f"{finding.location.file}:{finding.location.start.line}")
