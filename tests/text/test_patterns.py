"""What regular expressions may not have in them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
POSSESSIVE_GROUP = re.compile(r"(?<!\\)\)(?:[*+?]|\{\d*,?\d*\})\+|\(\?>")


@pytest.mark.long
def test_no_group_is_possessive() -> None:
    """Before Python 3.11.5 a possessive group in which there is something to backtrack matches wrongly (python/cpython
    issue 106052): a suppression was refused on Debian 12 and taken elsewhere. Single characters and classes may be."""
    paths = sorted((ROOT / "checker").rglob("*.py"))
    assert len(paths) > 300
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found = POSSESSIVE_GROUP.search(node.value)
                assert found is None, f"{path.name}, line {node.lineno}: {node.value[:60]}"


def test_the_search_finds_one() -> None:
    assert POSSESSIVE_GROUP.search(r"(?:a|b)*+")
    assert POSSESSIVE_GROUP.search(r"(?:a{1,2})?+")
    assert not POSSESSIVE_GROUP.search(r"[ab]*+\)+x++")
