"""`checker diff BASE [HEAD]`: what access a change grants and revokes."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from ..report.formats import FORMATS, formatter
from ..report.style.look import Look
from .options.gate import add_render_option, add_requirement_options, gate_options
from .terminal.bar import Bar
from .terminal.output import add_output_options, add_report_option, check_targets, look_of, report_files, write


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "diff",
        help="what access a change grants and revokes (git revisions or folders)",
        description="Compares the manifests of two git revisions or folders: for every role what it can do more and"
        " less, who may assume it, what the ACK controller silently ignores, and whom that concerns.",
        epilog="exit codes: 0 nothing that is required is lost, nothing that is forbidden is gained; 1 it is; 2 wrong"
        " usage; 3 could not compare everything",
    )
    parser.add_argument("base", metavar="BASE", help="a git revision (A...B for their merge base) or a folder")
    parser.add_argument("head", nargs="?", metavar="HEAD", help="the other one (default: the working folder as it is)")
    source = parser.add_argument_group("what is compared")
    add_requirement_options(source)
    add_render_option(source)
    source.add_argument(
        "--path",
        dest="paths",
        action="append",
        default=[],
        metavar="PATH",
        help="only this file or folder (default: manifests: of the configuration)",
    )
    shown = parser.add_argument_group("what is shown")
    add_output_options(shown, FORMATS["diff"])
    add_report_option(shown)
    shown.add_argument("-q", "--quiet", action="store_true", help="changes only")
    parser.set_defaults(run=run, verbose=False, select=[], ignore=[], no_ignores=False, baseline=None)


def run(arguments: argparse.Namespace) -> int:
    """Compares, prints, and returns 0, 1 or 3; raises UsageError for 2."""
    from ..diff.cells import difference

    files = report_files(arguments.report, FORMATS["diff"])
    check_targets([arguments.output, *(path for _, path in files)])
    with Bar(sys.stderr, quiet=arguments.quiet) as bar:
        compared = difference(arguments.base, arguments.head, gate_options(arguments), bar.observe)
    write(formatter("diff", arguments.format).render(compared, look_of(arguments)), arguments.output)
    for name, path in files:
        write(formatter("diff", name).render(compared, Look(quiet=arguments.quiet)), path)
    if arguments.exit_zero:
        return 0
    return 1 if compared.is_worse else 3 if compared.unread else 0
