"""`checker static --fix`: the safe fixes are written, and what is left is reported; with `--diff`, they are shown."""

from __future__ import annotations

import argparse
import sys

from ..errors import UsageError
from ..report.style.wrapping import count
from ..text.files import STDIN
from .fix_paths import mended, write_fixes
from .terminal.bar import Bar
from .terminal.collector import uncollected
from .terminal.output import look_of, write

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
    with uncollected(), Bar(sys.stderr, quiet=arguments.quiet) as bar:
        found = mended(arguments, bar.observe, is_unsafe=False)
    if arguments.diff:
        from ..report.fix import text
        from ..report.fix.told import Told

        write(text.render(Told(found, "shown", ()), look_of(arguments)._replace(quiet=True)), arguments.output)
        return 1 if found.changes else 0
    if found.changes:
        written = write_fixes(found)
        said = f"fixed {count(len(found.fixes), 'finding')} in {', '.join(written)}"
        print(f"checker: {said}", file=sys.stderr)
    return None
