"""Which line of its template each rendered line comes from."""

from __future__ import annotations

import difflib

_LONG = 1_000
"""In texts with more lines, frequent lines are not compared: that would take quadratic time."""


def source_lines(made: list[str], own: list[str]) -> list[int]:
    """For each rendered line the line of the template that it comes from (from 1): the same line where it is unchanged;
    between unchanged lines the one that stands as far down, but not beyond the next unchanged one."""
    is_long = len(made) > _LONG or len(own) > _LONG
    matcher = difflib.SequenceMatcher(None, [line.strip() for line in made], [line.strip() for line in own], is_long)
    line_numbers = [1] * len(made)
    last, last_own = 0, 0
    for start, start_own, size in matcher.get_matching_blocks():
        for offset in range(start - last):
            line_numbers[last + offset] = min(last_own + offset + 1, max(start_own, last_own + 1), max(len(own), 1))
        for offset in range(size):
            line_numbers[start + offset] = start_own + offset + 1
        last, last_own = start + size, start_own + size
    return line_numbers
