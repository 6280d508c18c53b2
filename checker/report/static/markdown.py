"""Markdown: for the comment on a pull request, the summary of a job, a ticket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...findings.groups import Group, grouped
from ...findings.severity import SEVERITIES
from ...gate.report import Report
from ...inventory.objects import called
from ..style.commonmark import inline, plain
from ..style.look import Look
from ..style.wrapping import count
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
    shown = grouped(report.findings)
    if len(shown) > most:
        shown = tuple(sorted(shown, key=lambda group: SEVERITIES.index(group.finding.severity)))[:most]
    whys: set[str] = set()
    for group in shown:
        parts.append(_finding(group, is_told=group.finding.why in whys))
        whys.add(group.finding.why)
    left = len(report.findings) - sum(len(group.all) for group in shown)
    if left:
        parts.append(f"… and {left} more.")
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


def _finding(group: Group, *, is_told: bool) -> str:
    """A group of findings; why it matters only once for all that have the same reason."""
    finding = group.finding
    lines = [f"**{finding.severity}** `{finding.rule}` at {_at(finding)}", plain(group.message)]
    lines += [] if is_told else [f"*{plain(finding.why)}*"]
    lines.append(f"Help: {inline(finding.help)}")
    text = "  \n".join(lines)
    if not group.others:
        return text
    names = "".join(f"\n- {plain(called(item.subject))}" for item in group.others if item.subject is not None)
    return f"{text}\n\n<details><summary>{count(len(group.others), 'more object')}</summary>\n{names}\n\n</details>"


def _at(finding: Finding) -> str:
    return inline(f"{finding.location.file}:{finding.location.start.line}")
