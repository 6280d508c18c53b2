"""`checker static --fix`: the safe fixes are written, and what is left is reported; with `--diff`, they are shown."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from ..config.choices import choose_config
from ..errors import UsageError
from ..report.style.wrapping import count
from ..text.files import STDIN
from .fix_paths import mended, write_fixes
from .terminal.bar import Bar
from .terminal.output import look_of, write

if TYPE_CHECKING:
    from ..fix.planning.repair import Repair

_ELSEWHERE = ("changed_since", "trusted", "write_baseline")


def run(arguments: argparse.Namespace) -> int | None:
    """Writes the safe fixes and returns None: what is left is to be reported. With `--diff` shows them, and returns 1
    where there are any, else 0. Raises UsageError."""
    if not arguments.fix:
        raise UsageError("--diff goes with --fix: it shows what --fix would write")
    if STDIN in arguments.paths:
        raise UsageError("standard input cannot be edited in place; give the file, or take the diff of checker fix -")
    for name in _ELSEWHERE:
        if getattr(arguments, name):
            raise UsageError(f"--fix does not go with --{name.replace('_', '-')}: run one after the other")
    if arguments.diff and (arguments.output or arguments.report or arguments.format != "text"):
        raise UsageError("--diff shows a diff on standard output, and nothing else: leave --output, --report, --format")
    config = choose_config(arguments.config)
    if arguments.cell is None and len(config.cells) > 1:
        raise UsageError(
            f"--fix mends one cell at a time: choose one with --cell: {', '.join(cell.name for cell in config.cells)}"
        )
    with Bar(sys.stderr, quiet=arguments.quiet) as bar:
        repair = mended(arguments, bar.observe, is_unsafe=False)
    if arguments.diff:
        from ..report.fix import text
        from ..report.fix.told import Told

        write(text.render(Told(repair, "shown", ()), look_of(arguments)._replace(quiet=True)), None)
        return _code(repair, arguments)
    if repair.changes:
        written = write_fixes(repair)
        message = f"fixed {count(len(repair.fixes), 'finding')} in {', '.join(written)}"
        print(f"checker: {message}", file=sys.stderr)
    return None


def _code(found: Repair, arguments: argparse.Namespace) -> int:
    """The exit code of what is shown: 1 for changes and for what no safe fix mends, 3 for what could not be checked."""
    report = found.after.report._replace(fail_on=arguments.fail_on)
    left = sum(map(report.fails, report.findings))
    if left:
        print(
            f"checker: {count(left, 'finding')} left that no safe fix mends; checker static shows all", file=sys.stderr
        )
    if arguments.exit_zero:
        return 0
    if found.changes or left:
        return 1
    return 3 if report.failures or report.unreadable else 0
