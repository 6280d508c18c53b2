"""Columns of rendered lines as columns of the template: right where they are told at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.text.alignment import column_in_template

LITERAL = st.text('ab:/" ,', min_size=1, max_size=6)
VALUE = st.text("abc:/ ", max_size=6)


@pytest.mark.parametrize(
    ("made", "own", "column", "wanted"),
    [
        ('  "Action": ["a"],', '  "Action": ["a"],', 13, 13),
        ('      "Action": ["a"],', '  "Action": ["a"],', 17, 13),
        ("name: acme-proxy", "name: {{ .Values.name }}-proxy", 2, 2),
        ("name: acme-proxy", "name: {{ .Values.name }}-proxy", 11, 25),
        ("name: acme-proxy", "name: {{ .Values.name }}-proxy", 8, None),
        ("a: x-y-z", "a: {{ .one }}-{{ .two }}", 7, None),
        ("another: line", "name: {{ .Values.name }}", 1, None),
    ],
)
def test_columns(made: str, own: str, column: int, wanted: int | None) -> None:
    assert column_in_template(made, own, column) == wanted


@given(st.lists(st.tuples(LITERAL, VALUE), min_size=1, max_size=4), LITERAL)
def test_a_column_that_is_told_is_that_of_the_character(parts: list[tuple[str, str]], last: str) -> None:
    made = "|" + "".join(literal + value for literal, value in parts) + last + "|"
    own = "|" + "".join(literal + "{{ .x }}" for literal, _ in parts) + last + "|"
    ours, theirs = 1, 1
    for literal, value in (*parts, (last, "")):
        for place in range(len(literal)):
            found = column_in_template(made, own, ours + place)
            assert found in (theirs + place, None)
        ours, theirs = ours + len(literal) + len(value), theirs + len(literal) + len("{{ .x }}")
