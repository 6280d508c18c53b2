"""Fixes for a report of several cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...gate.cells import JudgedCell
from ...gate.report import Report
from ...project.file_facts import FileFacts
from .propose import Proposal, fixes_for


def fixes_in_cells(report: Report, cells: Sequence[JudgedCell], budget: int) -> tuple[Proposal, ...]:
    """The fixes of each cell, for the findings of the report of all cells. A fix that edits a file of other cells too
    is left out: it is proven for one cell alone."""
    return tuple(_fixes(report, cells, budget))


def _fixes(report: Report, cells: Sequence[JudgedCell], budget: int) -> Iterator[Proposal]:
    names = [{item.source.name for item in _read(cell)} for cell in cells]
    for number, cell in enumerate(cells):
        elsewhere = set().union(*(files for position, files in enumerate(names) if position != number))
        for item in fixes_for(*cell, budget):
            shown = _shown(report, item, cell.judged.report.cell)
            if shown is not None and elsewhere.isdisjoint(edit.file for edit in item.edits):
                yield shown


def _read(cell: JudgedCell) -> Iterator[FileFacts]:
    yield from (*cell.made.material.files, *cell.made.material.background)


def _shown(report: Report, item: Proposal, cell: str) -> Proposal | None:
    """The fix with the finding as the report of all cells has it; None where that report has none."""
    mine = item.finding
    for finding in report.findings:
        is_same = (finding.rule, finding.location, finding.path) == (mine.rule, mine.location, mine.path)
        if is_same and cell in finding.cells and finding.message.startswith(f"{mine.message} ("):
            return item._replace(finding=finding)
    return None
