"""Writes the pages that follow from the code: rules, causes, commands, JSON, and the manual page.

Usage: python scripts/update_pages.py   (a test fails while the files are not current)
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from checker.cli import COMMANDS, build_parser
from checker.report.style.pages import as_markdown, page, summary
from checker.rules import RULES
from checker.rules.rule import Rule
from checker.runbook.causes import CAUSES
from checker.schemas import load
from checker.version import __version__

sys.path.insert(0, str(Path(__file__).parent))
from schema_page import table  # beside this file, whoever imports it

ROOT = Path(__file__).parent.parent


def rules() -> str:
    """docs/rules.md: the rules by what they are about, in tables, then their pages as `checker explain` shows them."""
    lines = [
        "# Rules",
        "",
        "`checker explain RULE` shows the same pages. A rule's severity can be changed, or the rule switched off, under",
        "`rules:` in checker.yaml. " + " · ".join(f"[{title}](#{_anchor(title)})" for title in ROOMS.values()),
    ]
    unknown = set(map(_room, RULES)) - set(ROOMS)
    if unknown:
        raise SystemExit(f"ROOMS in scripts/update_pages.py has no title for {', '.join(sorted(unknown))}")
    for room, title in ROOMS.items():
        here = [rule for rule in RULES if _room(rule) == room]
        lines += ["", f"## {title}", "", "| rule | severity | |", "| --- | --- | --- |"]
        for rule in here:
            name = rule.ABOUT.id
            lines.append(f"| [{name}](#{name}) | {rule.ABOUT.severity} | {summary(rule.__doc__)} |")
        for rule in here:
            lines += ["", f"### {rule.ABOUT.id}", "", as_markdown(page(rule.__doc__), 4)]
    return "\n".join(lines) + f"\n\n{WRITTEN.format('the rules')}\n"


ROOMS = {
    "access": "Access: what roles may do",
    "trust": "Trust: who may assume a role",
    "references": "References between objects",
    "manifest": "Manifests and their fields",
    "documents": "Policy documents as a whole",
    "statements": "Statements",
    "conditions": "Conditions",
    "suppressions": "Suppressions, and the gate itself",
}
"""The rooms of rules, in the order in which people ask: what is wrong with the access comes first."""

WRITTEN = "*Written by `scripts/update_pages.py` from {}.*"


def _room(rule: Rule) -> str:
    """The room that a rule stands in: a rule is a module."""
    return str(getattr(rule, "__name__", "")).split(".")[-2]


def _anchor(title: str) -> str:
    """A heading as links name it."""
    return "".join(char for char in title.lower().replace(" ", "-") if char.isalnum() or char == "-")


def causes() -> str:
    """docs/causes.md: a table of what `checker live` looks for, then the pages."""
    lines = [
        "# Causes",
        "",
        "What `checker live` looks for; `checker explain CAUSE` shows the same pages. What comes first explains what comes later: of",
        "causes that are equally sure, the first is shown first.",
        "",
        "| cause | | a manifest change helps | restart |",
        "| --- | --- | --- | --- |",
    ]
    for cause in CAUSES:
        helps, restart = ("yes" if told else "no" for told in (cause.manifest_helps, cause.restart_needed))
        lines.append(f"| [{cause.id}](#{cause.id}) | {summary(cause.page)} | {helps} | {restart} |")
    for cause in CAUSES:
        lines += ["", f"## {cause.id}", "", as_markdown(page(cause.page), 3)]
    return "\n".join(lines) + f"\n\n{WRITTEN.format('the causes')}\n"


_SCHEMAS = {
    "report": "checker static",
    "diagnosis": "checker live",
    "fix": "checker fix PATH",
    "emission": "checker fix --index",
    "diff": "checker diff",
    "baseline": "A baseline file",
}


def json_reference() -> str:
    """docs/json.md: the fields of every JSON output, from the schemas that the outputs are tested against."""
    lines = [
        "# JSON",
        "",
        "Every output is tested against these schemas (`checker/schemas/`).",
        "`schemaVersion` changes when a field goes or changes its meaning; new fields may come at any time. Lines and columns",
        "count from 1, columns in Unicode code points; `offset` counts code points from 0. Output is ASCII.",
    ]
    for name, title in _SCHEMAS.items():
        schema = load(name)
        lines += ["", f"## {title}", "", f"`{name}.json`: {schema['description']}", "", table(schema)]
    return "\n".join(lines) + f"\n\n{WRITTEN.format('the schemas')}\n"


def commands() -> str:
    """docs/commands.md: what `--help` prints, for every command."""
    lines = [
        "# Commands",
        "",
        "What `--help` prints.",
        "",
        "```text",
        _help([]),
        "```",
    ]
    for name in COMMANDS:
        lines += ["", f"## checker {name}", "", "```text", _help([name]), "```"]
    return "\n".join(lines) + f"\n\n{WRITTEN.format('the parsers')}\n"


def _help(arguments: list[str]) -> str:
    shown = io.StringIO()
    with _eighty_columns(), contextlib.redirect_stdout(shown), contextlib.suppress(SystemExit):
        build_parser().parse_args([*arguments, "--help"])
    return shown.getvalue().rstrip()


@contextlib.contextmanager
def _eighty_columns() -> Iterator[None]:
    """However wide the terminal is."""
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = "80"
    try:
        yield
    finally:
        os.environ.pop("COLUMNS")
        if before is not None:
            os.environ["COLUMNS"] = before


def manual() -> str:
    """man/checker.1: the same as commands.md, for `man checker`. Without a date: it changes when the commands do."""
    from argparse_manpage.manpage import Manpage

    with _eighty_columns():
        return str(
            Manpage(
                build_parser(),
                {
                    "date": " ",
                    "project_name": "checker",
                    "version": __version__,
                    "manual_title": "User Commands",
                    "description": "proves that every reverse proxy can read its auth keys table, and no more",
                },
            )
        )


PAGES = {
    "docs/rules.md": rules,
    "docs/causes.md": causes,
    "docs/commands.md": commands,
    "docs/json.md": json_reference,
    "man/checker.1": manual,
}


if __name__ == "__main__":
    for name, page_of in PAGES.items():
        (ROOT / name).write_text(page_of(), encoding="utf-8")
        print(f"wrote {name}")
