"""`checker explain [RULE]`: the page of a rule; without a name, the list."""

from __future__ import annotations

import argparse
import difflib
import sys
from typing import Any


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser("explain", help="show the page of a rule, or list the rules")
    parser.add_argument("name", nargs="?", metavar="RULE", help="a rule, as findings name it")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Prints a page (exit 0), or says that there is none (exit 2)."""
    from ..rules import BY_ID, RULES, page, summary

    if arguments.name is None:
        width = max(map(len, BY_ID))
        for rule in RULES:
            print(f"{rule.ID:<{width}}  {rule.SEVERITY:<7}  {summary(rule)}")
        return 0
    if arguments.name not in BY_ID:
        close = difflib.get_close_matches(arguments.name, BY_ID, 1)
        meant = f"; did you mean {close[0]}?" if close else "; `checker explain` lists them"
        print(f"checker: there is no rule {arguments.name!r}{meant}", file=sys.stderr)
        return 2
    rule = BY_ID[arguments.name]
    print(f"{rule.ID} ({rule.SEVERITY})\n\n{page(rule)}")
    return 0
