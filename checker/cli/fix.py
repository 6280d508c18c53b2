"""`checker fix`: the corrected manifest, of files (`fix_paths`) or of the objects of one index (`fix_index`)."""

from __future__ import annotations

import argparse
from typing import Any

from ..errors import UsageError
from ..report.formats import FORMATS
from . import fix_index, fix_paths
from .options.gate import add_render_option, add_requirement_options, add_rule_options, add_suppression_options
from .options.incident import add_incident_options
from .terminal.output import add_color_option


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
    add_render_option(source)
    add_rule_options(source, "fix findings of")
    add_suppression_options(source)
    source.add_argument("--unsafe", action="store_true", help="also fixes that change what somebody may have meant")
    fix_index.add_to(parser)
    add_incident_options(parser, alone=False)
    outcome = parser.add_argument_group("what becomes of it")
    where = outcome.add_mutually_exclusive_group()
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
    """Mends files or an index, and returns 0, 1 or 3; raises UsageError for 2."""
    if arguments.index or arguments.replay:
        if arguments.paths:
            raise UsageError("give paths, or --index; with --index, --manifests names the files")
        return fix_index.run(arguments)
    for option in ("apply", "patch", "manifests"):
        if getattr(arguments, option):
            raise UsageError(f"--{option} goes with --index NAME")
    return fix_paths.run(arguments)
