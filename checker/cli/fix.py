"""`checker fix PATH…`: the corrected manifest, proven before it is shown."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from ..report.formats import FORMATS, formatter
from . import fix_index
from .options.gate import add_requirement_options, add_rule_options, add_suppression_options, gate_options
from .options.incident import add_incident_options
from .terminal.bar import Bar
from .terminal.output import add_color_option, look_of, write

if TYPE_CHECKING:
    from ..fix.planning.repair import Repair


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "fix",
        help="the corrected manifest: shown as a diff, or written",
        description="Plans an edit for each finding of `checker static` and proves it before it is shown: the finding"
        " is gone, nothing else has changed, no other finding has come.",
        epilog="exit codes: 0 nothing is left to fix, 1 findings are left or fixes are not written, 2 wrong usage,"
        " 3 could not check or write",
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files, folders, or - for stdin")
    source = parser.add_argument_group("what is fixed")
    add_requirement_options(source)
    add_rule_options(source, "fix findings of")
    add_suppression_options(source)
    source.add_argument("--unsafe", action="store_true", help="also fixes that change what somebody may have meant")
    fix_index.add_to(parser)
    add_incident_options(parser, alone=False)
    made = parser.add_argument_group("what becomes of it")
    where = made.add_mutually_exclusive_group()
    where.add_argument("--write", action="store_true", help="edit the files in place")
    where.add_argument(
        "--output", metavar="DIR", help="write corrected copies below it (with --index: the manifest to it)"
    )
    shown = parser.add_argument_group("what is shown")
    shown.add_argument("--format", choices=FORMATS["fix"], default="text", help="output format (default: text)")
    shown.add_argument("--exit-zero", action="store_true", help="exit 0 whatever is left")
    add_color_option(shown)
    shown.add_argument("-q", "--quiet", action="store_true", help="diffs only")
    parser.set_defaults(run=run, verbose=False)


def run(arguments: argparse.Namespace) -> int:
    """Repairs, shows or writes, and returns 0, 1 or 3; raises UsageError for 2."""
    if arguments.index or arguments.replay:
        if arguments.paths:
            raise UsageError("give paths, or --index; with --index, --manifests names the files")
        return fix_index.run(arguments)
    for option in ("apply", "patch", "manifests"):
        if getattr(arguments, option):
            raise UsageError(f"--{option} goes with --index NAME")
    from ..fix.planning.repair import repair
    from ..gate.prepare import prepare
    from ..report.fix.told import Told
    from ..rules import RULES

    with Bar(sys.stderr, quiet=arguments.quiet) as bar:
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
