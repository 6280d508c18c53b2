"""Expressions that are compiled late do what those of `re` do, and every one in the code is valid."""

from __future__ import annotations

import importlib
import pkgutil
import re
from typing import Any

import pytest

import checker
from checker.iam.expressions import expression


def _values(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [item for part in (*value, *value.values()) for item in _values(part)]
    if isinstance(value, (tuple, list, set, frozenset)):
        return [item for part in value for item in _values(part)]
    return [value]


def test_every_expression_in_the_code_compiles() -> None:
    late = type(expression("x"))
    count = 0
    for module in pkgutil.walk_packages(checker.__path__, "checker."):
        if module.name.endswith("__main__") or module.name.startswith(("checker.lsp", "checker.demo")):
            continue
        for value in vars(importlib.import_module(module.name)).values():
            for item in _values(value):
                if isinstance(item, late):
                    assert item.pattern
                    count += 1
    assert count > 200


def test_it_answers_as_the_pattern_does() -> None:
    ours, theirs = expression(r"(a)(?P<rest>b+)", re.IGNORECASE), re.compile(r"(a)(?P<rest>b+)", re.IGNORECASE)
    for text in ("", "ab", "xABBy", "ab ab"):
        assert ours.sub("-", text) == theirs.sub("-", text)
        assert ours.findall(text) == theirs.findall(text)
        assert bool(ours.fullmatch(text)) == bool(theirs.fullmatch(text))
        assert [item.span() for item in ours.finditer(text)] == [item.span() for item in theirs.finditer(text)]
    assert (ours.pattern, ours.flags, ours.groupindex) == (theirs.pattern, theirs.flags, theirs.groupindex)


def test_an_invalid_one_is_an_error_when_it_is_asked() -> None:
    broken = expression("(")
    with pytest.raises(re.error):
        broken.match("x")
