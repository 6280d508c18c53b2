"""Writes the pages of docs/ that follow from the code: rules, causes, commands, JSON.

Usage: python scripts/update_pages.py   (a test fails while the files are not current)
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from pathlib import Path

from checker.cli import COMMANDS, build_parser
from checker.report.style.pages import as_markdown, page, summary
from checker.rules import RULES
from checker.runbook.causes import CAUSES
from checker.schemas import load

sys.path.insert(0, str(Path(__file__).parent))
from schema_page import table  # beside this file, whoever imports it

DOCS = Path(__file__).parent.parent / "docs"


def rules() -> str:
    """docs/rules.md: a table of the rules, then their pages as `checker explain` shows them."""
    lines = [
        "# Rules",
        "",
        "Written by scripts/update_pages.py from the rules; `checker explain RULE` shows the same pages.",
        "A rule's severity can be changed, or the rule switched off, under `rules:` in checker.yaml.",
        "",
        "| rule | severity | |",
        "| --- | --- | --- |",
        *(
            f"| [{rule.ABOUT.id}](#{rule.ABOUT.id}) | {rule.ABOUT.severity} | {summary(rule.__doc__)} |"
            for rule in RULES
        ),
    ]
    for rule in RULES:
        lines += ["", f"## {rule.ABOUT.id}", "", as_markdown(page(rule.__doc__), 3)]
    return "\n".join(lines) + "\n"


def causes() -> str:
    """docs/causes.md: a table of what `checker live` looks for, then the pages."""
    lines = [
        "# Causes",
        "",
        "Written by scripts/update_pages.py from the causes; `checker explain CAUSE` shows the same pages. What comes first explains what",
        "comes later: of causes that are equally sure, the first is shown first.",
        "",
        "| cause | | a manifest change helps | restart |",
        "| --- | --- | --- | --- |",
    ]
    for cause in CAUSES:
        helps, restart = ("yes" if told else "no" for told in (cause.manifest_helps, cause.restart_needed))
        lines.append(f"| [{cause.id}](#{cause.id}) | {summary(cause.page)} | {helps} | {restart} |")
    for cause in CAUSES:
        lines += ["", f"## {cause.id}", "", as_markdown(page(cause.page), 3)]
    return "\n".join(lines) + "\n"


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
        "Written by scripts/update_pages.py from the shipped schemas (`checker/schemas/`), against which every output is tested.",
        "`schemaVersion` changes when a field goes or changes its meaning; new fields may come at any time. Lines and columns",
        "count from 1, columns in Unicode code points; `offset` counts code points from 0. Output is ASCII.",
    ]
    for name, title in _SCHEMAS.items():
        schema = load(name)
        lines += ["", f"## {title}", "", f"`{name}.json`: {schema['description']}", "", table(schema)]
    return "\n".join(lines) + "\n"


def commands() -> str:
    """docs/commands.md: what `--help` prints, for every command."""
    lines = [
        "# Commands",
        "",
        "Written by scripts/update_pages.py: what `--help` prints.",
        "",
        "```text",
        _help([]),
        "```",
    ]
    for name in COMMANDS:
        lines += ["", f"## checker {name}", "", "```text", _help([name]), "```"]
    return "\n".join(lines) + "\n"


def _help(arguments: list[str]) -> str:
    shown = io.StringIO()
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = "80"
    try:
        with contextlib.redirect_stdout(shown), contextlib.suppress(SystemExit):
            build_parser().parse_args([*arguments, "--help"])
    finally:
        os.environ.pop("COLUMNS")
        if before is not None:
            os.environ["COLUMNS"] = before
    return shown.getvalue().rstrip()


PAGES = {"rules.md": rules, "causes.md": causes, "commands.md": commands, "json.md": json_reference}


if __name__ == "__main__":
    for name, page_of in PAGES.items():
        (DOCS / name).write_text(page_of(), encoding="utf-8")
        print(f"wrote docs/{name}")
