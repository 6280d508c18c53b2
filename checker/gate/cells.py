"""Several cells in one run: which files belong to which, and one report of all their judgements."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence

from ..config.choices import from_config
from ..config.file import Config, ConfiguredCell, place_of
from ..errors import UsageError
from ..findings.finding import Finding, in_order
from ..iam.values import NamedTuple
from ..project.file_facts import FileFacts
from ..suppression.baseline import BaselineEntry, Compared
from .judged import Judged
from .prepared import Material, Prepared
from .report import HeldAgainst, Report, Summary


class JudgedCell(NamedTuple):
    """One of the cells that are judged in a run."""

    made: Prepared
    judged: Judged


def cells_in_one_run(config: Config, given: str | None) -> tuple[str, ...]:
    """The cells to judge in one run: all, where there are several, bound to folders, and none is named; else (). Raises
    UsageError where only some of them are bound to folders."""
    bound = [cell for cell in config.cells if cell.manifests]
    if given is not None or len(config.cells) < 2 or not bound:
        return ()
    loose = ", ".join(cell.name for cell in config.cells if not cell.manifests)
    if loose:
        raise UsageError(
            f"{config.file}: {loose} has no manifests: each cell needs some where others have them, so that it is"
            " judged; or choose a cell with --cell"
        )
    return tuple(cell.name for cell in config.cells)


def of_cell(material: Material, config: Config, name: str) -> Material:
    """The material without the files that belong to other cells alone. What is bound to no cell belongs to all."""
    bound = _bound(config)
    if not bound:
        return material

    def is_here(file: str) -> bool:
        return name in (_owners(file, bound) or (name,))

    def kept(files: Iterable[FileFacts]) -> tuple[FileFacts, ...]:
        return tuple(item for item in files if is_here(item.source.name))

    return material._replace(
        files=kept(material.files),
        background=kept(material.background),
        names=tuple(file for file in material.names if is_here(file)),
    )


def concerns(paths: Iterable[str], config: Config, cell: ConfiguredCell) -> bool:
    """Whether a run over these paths takes in something that is bound to this cell, or to no cell."""
    bound = _bound(config)
    own = [folder for folder, names in bound.items() if cell.name in names]
    for path in paths:
        if cell.name in (_owners(path, bound) or (cell.name,)):
            return True
        if any(_is_below(folder, os.path.realpath(path)) for folder in own):
            return True
    return False


def _bound(config: Config) -> dict[str, tuple[str, ...]]:
    """The real paths that are bound to cells, each with the names of its cells. Raises UsageError for a missing one."""
    bound: dict[str, tuple[str, ...]] = {}
    for cell in config.cells:
        for written, path in zip(cell.manifests, from_config(config, cell.manifests), strict=True):
            if not os.path.exists(path):
                where = place_of(config, "cells", cell.name, "manifests")
                raise UsageError(f"{where}: cells.{cell.name}.manifests names {written}, which does not exist")
            real = os.path.realpath(path)
            bound[real] = (*bound.get(real, ()), cell.name)
    return bound


def _owners(file: str, bound: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The cells that a file belongs to: those of the innermost folder that is bound; none for what belongs to all."""
    path = os.path.realpath(file)
    above = [folder for folder in bound if _is_below(path, folder)]
    return bound[max(above, key=len)] if above else ()


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def report_of(cells: Sequence[JudgedCell], given: str | None) -> Report:
    """The report of a run over these cells; `given` is the one that was asked for by name."""
    terms = cells[0].made.terms
    is_one_of_many = given is None and bool(terms.cell and terms.other_cells)
    return together(cells) if len(cells) > 1 or is_one_of_many else cells[0].judged.report


_Same = tuple[object, ...]


def together(cells: Sequence[JudgedCell]) -> Report:
    """One report of several cells. A finding that holds in several of them is one; its message says in which."""
    reports = [cell.judged.report for cell in cells]
    names = tuple(report.cell for report in reports)
    holds: dict[_Same, list[tuple[Finding, str]]] = {}
    for report in reports:
        for finding in report.findings:
            holds.setdefault(_same(finding), []).append((finding, report.cell))
    findings = [_in_cells(alike, names) for alike in holds.values()]
    first = reports[0]
    return first._replace(
        findings=in_order(findings),
        failures=tuple({(item.rule, item.details): item for report in reports for item in report.failures}.values()),
        outcomes=tuple(item._replace(cell=report.cell) for report in reports for item in report.outcomes),
        skipped=tuple(dict.fromkeys(item for report in reports for item in report.skipped)),
        unreadable=tuple(dict.fromkeys(item for report in reports for item in report.unreadable)),
        summary=_summary(cells),
        sources={name: source for report in reports for name, source in report.sources.items()},
        suppressed=tuple(
            {
                (_same(item.finding), item.suppression.how): item for report in reports for item in report.suppressed
            }.values()
        ),
        baseline=_baseline(reports),
        elsewhere=max(report.elsewhere for report in reports),
        cell="",
        cells=names,
        left_out=tuple(dict.fromkeys(item for report in reports for item in report.left_out)),
        read=frozenset().union(*(report.read for report in reports)),
    )


def _same(finding: Finding) -> _Same:
    """What makes findings of several cells one."""
    item = finding.subject
    named = (item.kind, item.namespace, item.name) if item else ()
    return (finding.rule, finding.severity, finding.location, finding.message, finding.help, finding.path, *named)


def _in_cells(found: list[tuple[Finding, str]], names: tuple[str, ...]) -> Finding:
    finding, cells = found[0][0], tuple(dict.fromkeys(cell for _, cell in found))
    where = f"cell {cells[0]}" if len(cells) == 1 else f"cells {', '.join(cells)}"
    where = f"all {len(names)} cells" if len(cells) == len(names) > 1 else where
    return finding._replace(message=f"{finding.message} ({where})", cells=cells)


def _summary(cells: Sequence[JudgedCell]) -> Summary:
    """The counts over all cells; what several of them share counts once."""
    files = {item.source.name: item for cell in cells for item in cell.made.material.files}
    summaries = [cell.judged.report.summary for cell in cells]
    inventories = [cell.judged.facts.project.inventory for cell in cells]
    asked = [cell.made.terms.files for cell in cells]

    def count(kind: str) -> int:
        objects = (
            item.object
            for inventory, files in zip(inventories, asked, strict=True)
            for item in getattr(inventory, kind)
            if files is None or item.object.origin.file in files
        )
        return len({(item.origin, item.pool, item.name) for item in objects})

    passed_over = max(cell.made.material.passed_over for cell in cells)
    return Summary(
        files=max(cell.made.material.file_count for cell in cells),
        documents=sum(item.document_count for item in files.values()) + passed_over,
        passed_over=sum(item.passed_over for item in files.values()) + passed_over,
        roles=count("roles"),
        policies=count("policies"),
        checked=sum(item.checked for item in summaries),
        skipped=len({item for cell in cells for item in cell.judged.report.skipped}),
    )


def _baseline(reports: Sequence[Report]) -> HeldAgainst | None:
    """What came of holding the findings of each cell against its part of the baseline."""
    known = [report.baseline for report in reports if report.baseline is not None]
    if not known:
        return None
    compared = [item.compared for item in known]
    return HeldAgainst(
        known[0].baseline,
        Compared(
            new=tuple(finding for item in compared for finding in item.new),
            known=tuple(finding for item in compared for finding in item.known),
            fixed=tuple(entry for item in compared for entry in item.fixed),
            unseen=in_none([item.unseen for item in compared]),
        ),
    )


def in_none(unseen: Sequence[tuple[BaselineEntry, ...]]) -> tuple[BaselineEntry, ...]:
    """The entries of a baseline that were looked for in none of the cells."""
    return tuple(entry for entry in unseen[0] if all(entry in other for other in unseen[1:]))
