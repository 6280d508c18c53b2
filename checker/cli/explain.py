"""`checker explain [RULE|CAUSE]`: the page of a rule or of a cause; without a name, the lists."""

from __future__ import annotations

import argparse
import difflib
import sys
from typing import Any


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser("explain", help="show the page of a rule or a cause, or list them")
    parser.add_argument("name", nargs="?", metavar="RULE|CAUSE", help="a rule or a cause, as results name it")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Prints a page (exit 0), or says that there is none (exit 2)."""
    from ..report.style.pages import page, summary
    from ..rules import BY_ID, RULES
    from ..runbook.causes import BY_ID as CAUSES_BY_ID
    from ..runbook.causes import CAUSES

    name = arguments.name
    if name is None:
        width = max(map(len, (*BY_ID, *CAUSES_BY_ID)))
        for rule in RULES:
            print(f"{rule.ABOUT.id:<{width}}  {rule.ABOUT.severity:<7}  {summary(rule.__doc__)}")
        for cause in CAUSES:
            print(f"{cause.id:<{width}}  cause    {summary(cause.page)}")
        return 0
    if name in BY_ID:
        print(f"{name} ({BY_ID[name].ABOUT.severity})\n\n{page(BY_ID[name].__doc__)}")
        return 0
    if name in CAUSES_BY_ID:
        print(f"{name} (a cause that `checker live` looks for)\n\n{page(CAUSES_BY_ID[name].page)}")
        return 0
    close = difflib.get_close_matches(name, [*BY_ID, *CAUSES_BY_ID], 1)
    meant = f"; did you mean {close[0]}?" if close else "; `checker explain` lists them"
    print(f"checker: there is no rule or cause {name!r}{meant}", file=sys.stderr)
    return 2
