"""Splices: made, refused where they meet, and composed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.text.splices import OverlapError, Splice, compose, splice


@st.composite
def edits(draw: st.DrawFn, text: str) -> list[Splice]:
    """Splices of a text that do not meet."""
    found: list[Splice] = []
    place = 0
    while place < len(text) and draw(st.booleans()):
        start = draw(st.integers(place, len(text)))
        end = draw(st.integers(start, min(len(text), start + 4)))
        found.append(Splice(start, end, draw(st.text("xyz", max_size=3))))
        place = end + 1
    return found


@given(st.data())
def test_composed_splices_do_what_both_did(data: st.DataObject) -> None:
    text = data.draw(st.text("abcdefgh", max_size=20))
    earlier = data.draw(edits(text))
    middle = splice(text, earlier)
    later = data.draw(edits(middle))
    assert splice(text, compose(earlier, later)) == splice(middle, later)


def test_two_that_meet_are_refused() -> None:
    with pytest.raises(OverlapError):
        splice("abc", [Splice(0, 2, "x"), Splice(1, 3, "y")])
    with pytest.raises(OverlapError):
        splice("abc", [Splice(1, 1, "x"), Splice(1, 1, "y")])
    assert splice("abc", [Splice(0, 1, "x"), Splice(1, 1, "y")]) == "xybc"


def test_a_later_edit_inside_what_an_earlier_one_put_beside_another() -> None:
    earlier = [Splice(0, 0, "x"), Splice(4, 4, "yz")]
    later = [Splice(1, 5, ""), Splice(6, 6, "!")]
    assert splice("aaaaaa", compose(earlier, later)) == splice(splice("aaaaaa", earlier), later) == "xy!zaa"
