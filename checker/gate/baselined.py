"""Findings that a baseline knows, and a baseline that is brought up to date."""

from __future__ import annotations

from ..findings.suppression import Suppression
from ..suppression.baseline import Baseline, BaselineEntry, Compared, entry_of
from ..suppression.covering import Covered
from .report import HeldAgainst, Report


def by_baseline(known: HeldAgainst) -> tuple[Covered, ...]:
    """The findings that a baseline knows, as suppressed by it."""
    reason = f"known in {known.baseline.file}"
    return tuple(
        Covered(
            finding,
            Suppression(
                how="baseline", rule=finding.rule, scope="", reason=reason, until="", place=finding.place, target=None
            ),
        )
        for finding in known.compared.known
    )


def accept(report: Report) -> tuple[tuple[BaselineEntry, ...], Report]:
    """The entries of the baseline once every finding is accepted (fixed ones go, those not looked for stay), and the
    report held against it."""
    known = report.baseline
    if known is None:
        return (), report
    file, old = known.baseline.file, known.compared
    now = Compared((), (*old.known, *old.new), (), old.unseen)
    entries = (*(entry_of(finding, file, known.cell) for finding in now.known), *now.unseen)
    renewed = HeldAgainst(Baseline(file, entries), now, known.cell)
    rest = tuple(item for item in report.suppressed if item.suppression.how != "baseline")
    return entries, report._replace(
        findings=(), elsewhere=0, suppressed=(*rest, *by_baseline(renewed)), baseline=renewed
    )
