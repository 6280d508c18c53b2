"""Expressions that are compiled late do what those of `re` do."""

from __future__ import annotations

import re

import pytest

from checker.iam.expressions import expression


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
