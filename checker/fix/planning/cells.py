"""Fixes for a report of several cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from ...findings.finding import Finding
from ...gate.cells import JudgedCell
from ...gate.report import Report
from ...project.file_facts import FileFacts
from .propose import Admitted, Proposal, fixes_for

About = Callable[[Finding], bool]


def fixes_in_cells(
    report: Report,
    cells: Sequence[JudgedCell],
    budget: int,
    about: About = lambda finding: True,
    admitted: Admitted = lambda plan: True,
) -> tuple[Proposal, ...]:
    """The fixes of each cell, for the findings of the report of all cells that are asked about. A fix that edits a file
    of other cells too is left out: it is proven for one cell alone."""
    return tuple(_fixes(report, cells, budget, about, admitted))


def _fixes(
    report: Report, cells: Sequence[JudgedCell], budget: int, about: About, admitted: Admitted
) -> Iterator[Proposal]:
    names = [{item.source.name for item in _read(cell)} for cell in cells]
    for number, cell in enumerate(cells):
        elsewhere = set().union(*(files for position, files in enumerate(names) if position != number))
        name = cell.judged.report.cell
        wanted = {_place(item) for item in report.findings if about(item) and name in item.cells}
        for item in fixes_for(*cell, budget, partial(_is_among, wanted), admitted):
            shown = _shown(report, item, name)
            if shown is not None and elsewhere.isdisjoint(edit.file for edit in item.edits):
                yield shown


def _read(cell: JudgedCell) -> Iterator[FileFacts]:
    yield from (*cell.made.material.files, *cell.made.material.background)


def _shown(report: Report, item: Proposal, cell: str) -> Proposal | None:
    """The fix with the finding as the report of all cells has it; None where that report has none."""
    mine = item.finding
    for finding in report.findings:
        if (
            _place(finding) == _place(mine)
            and cell in finding.cells
            and finding.message.startswith(f"{mine.message} (")
        ):
            return item._replace(finding=finding)
    return None


def _is_among(places: set[tuple[object, ...]], finding: Finding) -> bool:
    return _place(finding) in places


def _place(finding: Finding) -> tuple[object, ...]:
    return finding.rule, finding.location, finding.path
