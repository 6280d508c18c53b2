"""`checker lsp`: the gate in an editor, over the Language Server Protocol."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from ..errors import UsageError
from .options.incident import install_line


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "lsp",
        help="a language server for editors, over stdin and stdout",
        description="Judges the folders that an editor has open, unsaved texts included; editors start it.",
    )
    parser.add_argument("--stdio", action="store_true", help="as some editors ask; it always does")
    parser.add_argument("--cell", metavar="NAME", help="the cell of checker.yaml to judge, where there are several")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Serves until the editor ends it, and returns 0; raises UsageError where pygls is not installed."""
    try:
        from ..lsp.server import make_server
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        raise UsageError(f"checker lsp needs pygls: {install_line('lsp')}") from None
    if sys.stdin is not None and sys.stdin.isatty():
        print("checker: this speaks to an editor, over stdin and stdout (docs/editors.md); ^C ends it", file=sys.stderr)
    make_server(arguments.cell).start_io()
    return 0
