"""One line a finding, as editors and `grep` like it: `file:line:column: severity[rule] message`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...gate.report import Report
from ..style.frame import safe, safe_path
from ..style.look import Look
from ..style.paint import paint
from .fixable import Fixable, statistics
from .standing import standing, verdict

if TYPE_CHECKING:
    from ...fix.planning.propose import Proposal

CARRIES_FIXES = True


def render(report: Report, look: Look, fixes: Sequence[Proposal] = ()) -> str:
    """Findings, what could not be checked, and, without `look.quiet`, what it comes to."""
    fixable = Fixable(fixes)
    lines = []
    for finding in report.findings:
        at = finding.location
        mark = " [fixable]" if fixable.fix_of(finding) is not None else ""
        severity = paint(f"{finding.severity}[{finding.rule}]", finding.severity, look)
        lines.append(
            f"{safe_path(at.file)}:{at.start.line}:{at.start.column}: {severity}{mark} {safe(finding.message)}"
        )
    lines += [f"{safe_path(path)}: could not be read: {safe(reason)}" for path, reason in report.unreadable]
    lines += [f"the rule {item.rule} broke down, so its part was not checked" for item in report.failures]
    if look.statistics:
        lines += statistics(report.findings, fixable)
    if not look.quiet:
        lines += [verdict(report, fixable.counted()), *standing(report)]
    return "".join(line + "\n" for line in lines)
