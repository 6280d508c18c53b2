"""`checker static [PATH…]`: the gate over manifests."""

from __future__ import annotations

import argparse
import os
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from ..findings.severity import SEVERITIES
from ..gate.report import nothing_for_us
from ..kept import recording
from ..report.formats import FORMATS, formatter
from ..report.style.frame import safe, safe_path
from ..report.style.look import Look
from ..report.style.wrapping import count
from .options.gate import (
    add_render_option,
    add_requirement_options,
    add_rule_options,
    add_suppression_options,
    gate_options,
)
from .terminal.bar import Bar
from .terminal.output import (
    add_output_options,
    add_report_option,
    check_targets,
    look_of,
    refuse_what_was_read,
    report_files,
    write,
)

if TYPE_CHECKING:
    from ..fix.planning.propose import Proposal
    from ..gate.cells import JudgedCell
    from ..gate.report import Report
    from ..progress import Observe


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "static",
        help="the gate: check manifests in files, folders or stdin (-)",
        description="Checks manifests: can every reverse-proxy role do what the requirements ask, and no more?",
    )
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="files, folders, or - for stdin (default: manifests: of the configuration)",
    )
    source = parser.add_argument_group("what is checked")
    add_requirement_options(source)
    add_render_option(source)
    add_rule_options(source, "run")
    source.add_argument(
        "--changed-since",
        metavar="REV",
        help="report only what a change since this git revision touches or brings (A...B: since their merge base)",
    )
    source.add_argument(
        "--trusted",
        metavar="REV",
        help="take configuration, requirements and everything accepted from this git revision, not from the change",
    )
    source.add_argument("--no-cache", action="store_true", help="take over nothing of earlier runs, and keep nothing")
    known = parser.add_argument_group("what is known and accepted")
    add_suppression_options(known)
    known.add_argument("--write-baseline", metavar="FILE", help="accept all findings: write them to a baseline")
    shown = parser.add_argument_group("what is shown")
    add_output_options(shown, FORMATS["static"])
    add_report_option(shown)
    shown.add_argument(
        "--fail-on", choices=SEVERITIES, default="error", help="exit 1 from this severity on (default: error)"
    )
    shown.add_argument("--statistics", action="store_true", help="also how often each rule has found something")
    shown.add_argument("-q", "--quiet", action="store_true", help="findings only, no summary")
    shown.add_argument("-v", "--verbose", action="store_true", help="also what was skipped and what was proven")
    mended = parser.add_argument_group("what is mended")
    mended.add_argument("--fix", action="store_true", help="write the safe fixes first, then report what is left")
    mended.add_argument("--diff", action="store_true", help="with --fix: show what it would write, and write nothing")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Checks, prints, and returns 0, 1 or 3; raises UsageError for 2."""
    files = report_files(arguments.report, FORMATS["static"])
    targets = [arguments.output, arguments.write_baseline, *(path for _, path in files)]
    check_targets(targets)
    if arguments.fix or arguments.diff:
        from .static_fix import run as mend

        code = mend(arguments)
        if code is not None:
            return code
    judged, fixes = _report(arguments, (arguments.format, *(name for name, _ in files)))
    report = judged._replace(fail_on=arguments.fail_on)
    refuse_what_was_read(targets, report.read)
    text = _rendered(arguments.format, report, look_of(arguments), fixes)
    write(text, arguments.output)
    _write_beside(report, formatter("static", arguments.format))
    for name, path in files:
        look = Look(quiet=arguments.quiet, verbose=arguments.verbose)
        write(_rendered(name, report, look, fixes), path)
    code = 1 if any(map(report.fails, report.findings)) else 3 if report.failures or report.unreadable else 0
    if not report.failures and not report.unreadable:
        recording.keep(text, 0 if arguments.exit_zero else code)
    return 0 if arguments.exit_zero else code


def _rendered(name: str, report: Report, look: Look, fixes: tuple[Proposal, ...]) -> str:
    module = formatter("static", name)
    text: str = module.render(report, look, fixes) if module.CARRIES_FIXES else module.render(report, look)
    return text


def _write_beside(report: Report, module: ModuleType) -> None:
    summary = module.beside(report, os.environ) if hasattr(module, "beside") else None
    if summary is not None:
        path, text = summary
        try:
            with open(path, "a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
        except OSError as error:
            print(f"checker: could not write the summary to {safe_path(path)}: {error.strerror}", file=sys.stderr)


def _report(arguments: argparse.Namespace, formats: tuple[str, ...]) -> tuple[Report, tuple[Proposal, ...]]:
    """The report of the gate, and the fixes where a format carries them. Files that hold nothing for us are reported
    before the gate, and all it needs, is imported."""
    with Bar(sys.stderr, quiet=arguments.quiet) as bar:
        return _judged(arguments, formats, bar.observe)


def _judged(
    arguments: argparse.Namespace, formats: tuple[str, ...], observe: Observe
) -> tuple[Report, tuple[Proposal, ...]]:
    from ..project.reading import holds_nothing, read_named

    read = read_named(tuple(arguments.paths), observe)
    if not arguments.paths and not arguments.quiet:
        _tell_what_is_read(arguments.config)
    told_now = arguments.write_baseline or arguments.baseline or arguments.changed_since or arguments.trusted
    told_now = told_now or arguments.select or arguments.ignore
    if read is not None and holds_nothing(read) and not told_now:
        return nothing_for_us(len(read.names), read.passed_over), ()
    from ..gate import known as earlier
    from ..gate.cells import JudgedCell, report_of
    from ..gate.judge import judge
    from ..gate.prepare import choose, prepare_cells

    options = gate_options(arguments)
    chosen = choose(options)
    known = earlier.load(chosen) if not arguments.no_cache else earlier.NOTHING
    prepared = prepare_cells(options, read, observe, chosen, known)
    cells = [JudgedCell(made, judge(*made, observe, known.of(made.terms))) for made in prepared]
    if not (told_now or arguments.no_cache):
        earlier.keep(known, chosen, cells)
    _note_what_it_rests_on(cells)
    if arguments.write_baseline:
        read_files = frozenset().union(*(cell.judged.report.read for cell in cells))
        refuse_what_was_read([arguments.write_baseline], read_files)
        cells = _accepted(cells, arguments.write_baseline)
    report = report_of(cells, arguments.cell)
    if report.findings and any(formatter("static", name).CARRIES_FIXES for name in formats):
        return report, _fixes(report, cells, _MOST if not {"json", "sarif"}.isdisjoint(formats) else _FEW)
    return report, ()


_MOST, _FEW = 24, 6
"""How many judgements fixes may cost: in formats for machines, and in those for people."""


def _fixes(report: Report, cells: list[JudgedCell], budget: int) -> tuple[Proposal, ...]:
    """The fixes that a report carries. An error in working them out must not hide the findings."""
    from ..fix.planning.cells import fixes_in_cells
    from ..fix.planning.propose import fixes_for

    try:
        return fixes_in_cells(report, cells, budget) if report.cells else fixes_for(*cells[0], budget)
    except Exception as error:  # noqa: BLE001 - a defect of ours, or a renderer's folder that cannot be written
        print(
            f"checker: the fixes could not be worked out ({type(error).__name__}: {safe(str(error))})", file=sys.stderr
        )
        return ()


def _tell_what_is_read(given: str | None) -> None:
    """Says which folder is about to be read where neither paths nor a project limit it: it may be a whole disk."""
    from ..config.file import find_config
    from ..text.files import work_tree

    if given is None and find_config(os.curdir) is None and work_tree(os.curdir) is None:
        print(f"checker: there is no checker.yaml here or above: reading all below {os.getcwd()}", file=sys.stderr)


def _note_what_it_rests_on(cells: list[JudgedCell]) -> None:
    """Forgets the recording of a run that rests on more than the files and folders that Python opened and listed."""
    for cell in cells:
        material = cell.made.material
        kustomizations = [one for item in (*material.files, *material.background) for one in item.kustomizations]
        named = {path for one in kustomizations for path in (*one.builds, *one.components, *one.patch_files)}
        folders = {os.path.dirname(path) for path in named}
        if material.renderings or material.charts or not all(map(recording.rests_on_all_in, folders)):
            recording.forget()
        # Folders that are bound to cells are looked for, and not always listed.
        config = cell.made.terms.config
        if config is None or any(one.manifests for one in config.cells):
            recording.forget()


def _accepted(cells: list[JudgedCell], path: str) -> list[JudgedCell]:
    """Writes the baseline, and returns the judgements held against it."""
    from ..gate.baselined import accept
    from ..gate.cells import in_none
    from ..suppression.baseline import as_text

    accepted = [accept(cell.judged.report) for cell in cells]
    unseen = in_none([known.compared.unseen for _, report in accepted if (known := report.baseline) is not None])
    others = [set(known.compared.unseen) if (known := report.baseline) else set() for _, report in accepted]
    entries = [entry for (own, _), other in zip(accepted, others, strict=True) for entry in own if entry not in other]
    entries += unseen
    write(as_text(entries), path)
    print(f"checker: wrote {safe_path(path)}: {count(len(entries), 'known finding')}", file=sys.stderr)
    return [
        cell._replace(judged=cell.judged._replace(report=report))
        for cell, (_, report) in zip(cells, accepted, strict=True)
    ]
