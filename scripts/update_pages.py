"""Writes docs/rules.md and docs/causes.md from the docstrings of the rules and causes.

Usage: python scripts/update_pages.py   (a test fails while the files are not current)
"""

from __future__ import annotations

from pathlib import Path

from checker.pages import as_markdown, page, summary
from checker.rules import RULES
from checker.runbook.causes import CAUSES

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
        *(f"| [{rule.ID}](#{rule.ID}) | {rule.SEVERITY} | {summary(rule)} |" for rule in RULES),
    ]
    for rule in RULES:
        lines += ["", f"## {rule.ID}", "", as_markdown(page(rule), 3)]
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
        helps, restart = ("yes" if told else "no" for told in (cause.MANIFEST_HELPS, cause.RESTART_NEEDED))
        lines.append(f"| [{cause.ID}](#{cause.ID}) | {summary(cause)} | {helps} | {restart} |")
    for cause in CAUSES:
        lines += ["", f"## {cause.ID}", "", as_markdown(page(cause), 3)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    (DOCS / "rules.md").write_text(rules(), encoding="utf-8")
    (DOCS / "causes.md").write_text(causes(), encoding="utf-8")
    print(f"{DOCS}: {len(RULES)} rules, {len(CAUSES)} causes")
