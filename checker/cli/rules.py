"""`checker rules`: the rules, with their severity, what they are about, and whether there is a fix."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from ..errors import UsageError
from ..findings.severity import SEVERITIES
from .terminal.output import add_color_option, columns


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "rules",
        help="list the rules, all or some",
        description="Lists the rules of the gate. `checker explain RULE` shows the page of one.",
    )
    parser.add_argument("words", nargs="*", metavar="WORD", help="only rules with all of these in name or summary")
    parser.add_argument("--severity", choices=SEVERITIES, help="only those of this severity")
    parser.add_argument("--about", metavar="GROUP", help="only those about this: access, trust, statements, …")
    parser.add_argument("--fixable", action="store_true", help="only those with a fix")
    parser.add_argument("--config", metavar="FILE", help="take severities from it (default: the nearest checker.yaml)")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="output format (default: text)")
    add_color_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Prints the rules and returns 0; raises UsageError where none is like that."""
    rows = [row for row in _rows(arguments.config) if _is_asked_for(row, arguments)]
    groups = sorted({row["about"] for row in _rows(arguments.config)})
    if arguments.about and arguments.about not in groups:
        from .terminal.parser import meant

        raise UsageError(f"--about {arguments.about}: no rule is about that; {meant(arguments.about, groups)}")
    if not rows:
        raise UsageError("no rule is like that; `checker rules` lists all")
    if arguments.format == "json":
        import json

        print(json.dumps({"schemaVersion": 1, "command": "rules", "rules": rows}, indent=2))
        return 0
    width = max(len(row["id"]) for row in rows)
    room = max(columns() - width - 16, 20) if sys.stdout.isatty() else sys.maxsize
    for row in rows:
        mark = "fix" if row["fixable"] else "   "
        summary = row["summary"] if len(row["summary"]) <= room else f"{row['summary'][: room - 1]}…"
        print(f"{row['id']:<{width}}  {row['severity']:<7}  {mark}  {summary}")
    return 0


def _rows(config: str | None) -> list[dict[str, Any]]:
    from ..config.choices import choose_config
    from ..fix.plans import STAGES
    from ..report.style.pages import summary
    from ..rules import RULES

    severities = choose_config(config).severities
    fixable = {name for stage in STAGES for module in stage for name in module.RULES}
    return [
        {
            "id": rule.ABOUT.id,
            "severity": severities.get(rule.ABOUT.id, rule.ABOUT.severity),
            "about": str(getattr(rule, "__name__", "")).split(".")[-2],
            "fixable": rule.ABOUT.id in fixable,
            "summary": summary(rule.__doc__),
        }
        for rule in RULES
    ]


def _is_asked_for(row: dict[str, Any], arguments: argparse.Namespace) -> bool:
    text = f"{row['id']} {row['summary']}".lower()
    return (
        (not arguments.severity or row["severity"] == arguments.severity)
        and (not arguments.about or row["about"] == arguments.about)
        and (not arguments.fixable or row["fixable"])
        and all(word.lower() in text for word in arguments.words)
    )
