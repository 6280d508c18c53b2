"""Writes docs/rules.md from the docstrings of the rules.

Usage: python scripts/update_rule_pages.py   (a test fails while the file is not current)
"""

from __future__ import annotations

from pathlib import Path

from checker.rules import RULES, page, summary

TARGET = Path(__file__).parent.parent / "docs" / "rules.md"


def rendered() -> str:
    """The whole file: a table of the rules, then their pages as `checker explain` shows them."""
    lines = [
        "# Rules",
        "",
        "Written by scripts/update_rule_pages.py from the rules; `checker explain RULE` shows the same pages.",
        "A rule's severity can be changed, or the rule switched off, under `rules:` in checker.yaml.",
        "",
        "| rule | severity | |",
        "| --- | --- | --- |",
        *(f"| [{rule.ID}](#{rule.ID}) | {rule.SEVERITY} | {summary(rule)} |" for rule in RULES),
    ]
    for rule in RULES:
        lines += ["", f"## {rule.ID}", "", "```text", page(rule), "```"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    TARGET.write_text(rendered(), encoding="utf-8")
    print(f"{TARGET}: {len(RULES)} rules")
