"""`checker who-can ACTION ARN [PATH…]`: which roles of the project can do something, and who gets them."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from ..report.style.frame import safe
from .options.gate import add_render_option, add_requirement_options, gate_options
from .terminal.bar import Bar
from .terminal.output import add_color_option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..gate.prepared import Prepared
    from ..requirements.check import Outcome
    from ..rules.facts import Facts


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "who-can",
        help="which roles can do something, and who gets them",
        description="Asks every role of the project: can it do ACTION on ARN? Either may be a pattern"
        " (dynamodb:*, arn:aws:dynamodb:*:*:table/*): named are the roles that can do some of it.",
        epilog="exit codes: 0 asked, 2 wrong usage or configuration, 3 not everything could be read",
    )
    parser.add_argument("action", metavar="ACTION", help="an action, such as dynamodb:GetItem")
    parser.add_argument("resource", metavar="ARN", help="what it is about; * for everything")
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files or folders (default: those of checker.yaml)")
    source = parser.add_argument_group("what is asked")
    add_requirement_options(source)
    add_render_option(source)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="output format (default: text)")
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress")
    add_color_option(parser)
    parser.set_defaults(run=run, select=[], ignore=[], no_ignores=True, baseline=None)


def run(arguments: argparse.Namespace) -> int:
    """Prints who can, and returns 0 or 3; raises UsageError for 2."""
    from ..gate.judge import gather
    from ..gate.prepare import prepare_cells
    from ..report.who_can.answers import Asked
    from ..report.who_can.json import as_json
    from ..report.who_can.text import lines
    from ..requirements.question import check_askable, who_can

    question = Asked(arguments.action, arguments.resource)
    asked = who_can(arguments.action, arguments.resource)
    check_askable(arguments.action, arguments.resource)
    answers: list[tuple[str, Outcome]] = []
    unread: list[str] = []
    with Bar(sys.stderr, quiet=arguments.quiet) as bar:
        for prepared in prepare_cells(gate_options(arguments), observe=bar.observe):
            terms = prepared.terms._replace(requirements=asked, asked=asked.requirements, files=None)
            facts = gather(prepared.material, terms, bar.observe)
            answers += ((terms.cell, outcome) for outcome in facts.outcomes)
            unread += _unread(prepared, facts)
    unset = {name for _, outcome in answers for check in outcome.checks for item in check.excess for name in item.unset}
    if unset:
        shown = ", ".join(f"${{{name}}}" for name in sorted(unset))
        raise UsageError(f"no value for {shown} in ARN: give --set {min(unset)}=…, or a cell that has it")
    unread = list(dict.fromkeys(unread))
    if arguments.format == "json":
        import json

        print(json.dumps(as_json(question, answers, unread), indent=2))
    else:
        print("\n".join(map(safe, lines(question, answers, unread))))
    return 3 if unread else 0


def _unread(made: Prepared, facts: Facts) -> Iterator[str]:
    """What was not looked into, and might hold a role that can."""
    project = facts.project
    yield from (f"{path}: {reason}" for path, reason in made.material.unreadable)
    yield from (f"{item.source.name}: {item.message}" for item in project.broken)
    yield from (f"{item.file}: a template ({item.reason})" for item in project.skipped if not item.in_part)
    for one in project.unsupported:
        yield f"{one.object.origin.file}: {one.object.kind} of {one.object.api_version}, which no controller takes"
    yield from (f"{path}: {reason}" for path, reason in made.material.left_out)
    if made.terms.is_partial:
        yield "the rest of the project: nothing in what was named concerns a role; name a folder"
