"""`checker fix PATH…`: the corrected files, proven before they are shown or written."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..report.formats import formatter
from .options.gate import gate_options
from .terminal.bar import Bar
from .terminal.output import look_of, write

if TYPE_CHECKING:
    from ..fix.planning.repair import Repair
    from ..progress import Observe


def run(arguments: argparse.Namespace) -> int:
    """Repairs, shows or writes, and returns 0, 1 or 3; raises UsageError for 2."""
    from ..report.fix.told import Told

    with Bar(sys.stderr, quiet=arguments.quiet) as bar:
        result = mended(arguments, bar.observe, is_unsafe=arguments.unsafe)
    chosen = _chosen(arguments)
    outcome, written = _carried_out(result, arguments)
    told = Told(result, outcome, tuple(written))
    write(formatter("fix", arguments.format).render(told, look_of(arguments)), None)
    if arguments.exit_zero:
        return 0
    report = (result.before if outcome == "shown" else result.after).report
    is_left = any(finding.severity == "error" for finding in report.findings if finding.rule in chosen)
    if is_left or (outcome == "shown" and result.changes):
        return 1
    return 3 if result.after.report.failures or result.after.report.unreadable else 0


def mended(arguments: argparse.Namespace, observe: Observe, *, is_unsafe: bool) -> Repair:
    """What the fixes of the chosen rules make of the files. Raises UsageError."""
    from ..fix.planning.repair import repair
    from ..gate.prepare import prepare
    from ..rules import RULES

    prepared = prepare(gate_options(arguments), observe=observe)
    # Only the fixes are limited to the chosen rules, the proof is not: every rule judges the edited text.
    terms = prepared.terms._replace(settings=prepared.terms.settings._replace(rules=RULES))
    chosen = _chosen(arguments)
    return repair(
        prepared._replace(terms=terms),
        lambda plan: is_unsafe or plan.is_safe,
        lambda finding: finding.rule in chosen,
        observe,
    )


def _chosen(arguments: argparse.Namespace) -> frozenset[str]:
    """The rules whose findings are fixed."""
    from ..rules import RULES

    options = gate_options(arguments)
    names = {rule.ABOUT.id for rule in RULES if not options.select or rule.ABOUT.id in options.select}
    return frozenset(names.difference(options.ignore))


def write_fixes(found: Repair) -> list[str]:
    """Writes the edited files, and returns their names. Raises OSError, which says what was written all the same."""
    from ..fix.writer import NotWrittenError, write_in_place

    try:
        write_in_place(found.changes)
    except NotWrittenError as error:
        raise OSError(str(error)) from None
    return [change.file for change in found.changes]


def _carried_out(found: Repair, arguments: argparse.Namespace) -> tuple[str, list[str]]:
    from ..fix.writer import NotWrittenError, write_copies
    from ..project.reading import STDIN_NAME

    if not (arguments.write or arguments.output) or not found.changes:
        return "shown", []
    if any(change.file == STDIN_NAME for change in found.changes):
        raise UsageError("standard input cannot be edited in place; give the file, or take the diff")
    if arguments.write:
        return "written", write_fixes(found)
    try:
        return "copied", write_copies(found.changes, arguments.output)
    except NotWrittenError as error:
        raise OSError(str(error)) from None
