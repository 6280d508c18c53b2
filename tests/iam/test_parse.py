"""Documents that are none: a clear problem with a place, in bounded time, and nothing ever raised."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.iam import parse


@pytest.mark.parametrize(
    ("text", "offset", "said"),
    [
        ("", 0, "empty"),
        ("  \n", 0, "empty"),
        ('{"a": 1,}', 7, "trailing comma"),
        ('{"a": [1, 2 , ] }', 12, "trailing comma"),
        ('{"a": [1 2]}', 9, "comma is missing"),
        ("{'a': 1}", 1, "single quote"),
        ('{"a" 1}', 5, "colon is missing"),
        ('{"a": ', 4, "ends too early"),
        ('{"a": NaN}', 6, "NaN"),
        ('{"a": 1} {"b": 2}', 9, "after the end"),
        ('{"a": "b\nc"}', 8, "line break"),
        ('{"a": "b}', 6, "never closed"),
        ('{"a": "\\q"}', 7, "escape"),
        ('{"a": 1, // why\n "b": 2}', 9, "comment"),
        ("Version: 2012-10-17\nStatement: []", 0, "YAML"),
        ("[" * 200_000, 50, "nested too deeply"),
        ('{"a": ' * 200_000, 300, "nested too deeply"),
    ],
)
def test_syntax(text: str, offset: int, said: str) -> None:
    parsed = parse(text)
    assert parsed.document is None
    assert parsed.problems[0].code == "syntax"
    assert said in parsed.problems[0].message
    assert parsed.problems[0].offset == offset


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=5)),
    lambda below: st.one_of(
        st.lists(below, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["Version", "Statement", "Effect", "Action", "Resource", "Condition", "Sid", "Principal", "x"]
            ),
            below,
            max_size=4,
        ),
    ),
    max_leaves=15,
)


@pytest.mark.long
@settings(max_examples=500, deadline=None)
@given(JSON)
def test_any_json_is_a_document_or_has_problems_with_paths(value: object) -> None:
    for parsed in (parse(json.dumps(value), "identity"), parse(json.dumps(value), "trust")):
        assert (parsed.document is None) == bool(parsed.problems)


@pytest.mark.long
@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_a_document_or_has_a_problem_in_it(text: str) -> None:
    parsed = parse(text)
    assert (parsed.document is None) == bool(parsed.problems)
    assert all(problem.offset is None or 0 <= problem.offset <= len(text) for problem in parsed.problems)


def test_ten_megabytes_of_nesting_end_soon() -> None:
    assert parse('{"Statement": ' + "[" * 10_000_000).document is None
