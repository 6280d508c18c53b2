"""`checker fix PATH…`: the corrected files, proven before they are shown or written."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..report.formats import formatter
from .options.gate import gate_options
from .terminal.bar import Bar
from .terminal.collector import uncollected
from .terminal.output import look_of, write

if TYPE_CHECKING:
    from ..fix.planning.repair import Repair


def run(arguments: argparse.Namespace) -> int:
    """Repairs, shows or writes, and returns 0, 1 or 3; raises UsageError for 2."""
    from ..fix.planning.repair import repair
    from ..gate.prepare import prepare
    from ..report.fix.told import Told
    from ..rules import RULES

    with uncollected(), Bar(sys.stderr, quiet=arguments.quiet) as bar:
        made = prepare(gate_options(arguments), observe=bar.observe)
        chosen = {rule.ABOUT.id for rule in made.terms.settings.rules}
        # What is fixed is chosen; what is proven is not: every rule has its say on the edited text.
        terms = made.terms._replace(settings=made.terms.settings._replace(rules=RULES))
        found = repair(
            made._replace(terms=terms),
            lambda plan: arguments.unsafe or plan.is_safe,
            lambda finding: finding.rule in chosen,
            bar.observe,
        )
    outcome, written = _carried_out(found, arguments)
    told = Told(found, outcome, tuple(written))
    write(formatter("fix", arguments.format).render(told, look_of(arguments)), None)
    if arguments.exit_zero:
        return 0
    report = (found.before if outcome == "shown" else found.after).report
    is_left = any(finding.severity == "error" for finding in report.findings if finding.rule in chosen)
    if is_left or (outcome == "shown" and found.changes):
        return 1
    return 3 if found.after.report.failures or found.after.report.unreadable else 0


def _carried_out(found: Repair, arguments: argparse.Namespace) -> tuple[str, list[str]]:
    from ..fix.writer import NotWrittenError, write_copies, write_in_place
    from ..project.reading import STDIN_NAME

    if not (arguments.write or arguments.output) or not found.changes:
        return "shown", []
    if any(change.file == STDIN_NAME for change in found.changes):
        raise UsageError("standard input cannot be edited in place; give the file, or take the diff")
    try:
        if arguments.write:
            write_in_place(found.changes)
            return "written", [change.file for change in found.changes]
        return "copied", write_copies(found.changes, arguments.output)
    except NotWrittenError as error:
        raise OSError(f"nothing was written: {error}") from None
