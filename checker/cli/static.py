"""`checker static [PATH…]`: the gate over manifests."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from ..report import FORMATS, formatter
from ..severity import SEVERITIES
from .gate_options import add_requirement_options, add_rule_options, gate_options
from .output import add_output_options, look_of, write

if TYPE_CHECKING:
    from ..report.model import Report


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
    add_rule_options(source, "run")
    shown = parser.add_argument_group("what is shown")
    add_output_options(shown, FORMATS)
    shown.add_argument(
        "--fail-on", choices=SEVERITIES, default="error", help="exit 1 from this severity on (default: error)"
    )
    shown.add_argument("-q", "--quiet", action="store_true", help="findings only, no summary")
    shown.add_argument("-v", "--verbose", action="store_true", help="also what was skipped and what was proven")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Checks, prints, and returns 0, 1 or 3; raises UsageError for 2."""
    report = _report(arguments)
    write(formatter(arguments.format).render(report, look_of(arguments)), arguments.output)
    counts = (report.summary.errors, report.summary.warnings, report.summary.notes)
    if arguments.exit_zero:
        return 0
    if any(counts[: SEVERITIES.index(arguments.fail_on) + 1]):
        return 1
    return 3 if report.failures or report.unreadable else 0


def _report(arguments: argparse.Namespace) -> Report:
    """What the gate says. Files that hold nothing for us are told before the gate, and all it needs, is imported."""
    from ..reading import holds_nothing, read_named
    from ..report.model import nothing_for_us

    read = read_named(tuple(arguments.paths))
    if read is not None and holds_nothing(read):
        return nothing_for_us(len(read.names), read.passed_over)
    from ..gate import judge, prepare

    made = prepare(gate_options(arguments), read)
    judged = judge(made)
    if not (judged.report.findings and formatter(arguments.format).CARRIES_FIXES):
        return judged.report
    from ..fix.propose import fixes_for

    return judged.report._replace(fixes=fixes_for(made, judged))
