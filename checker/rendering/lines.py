"""From which line of a template each line comes that was rendered of it."""

from __future__ import annotations

import difflib

_LONG = 1_000
"""Lines from which on those that stand often are not compared: it would take the square of them."""


def source_lines(made: list[str], own: list[str]) -> list[int]:
    """For each line that was rendered the line of the template that it comes from (from 1): the same one where the
    renderer left it as it is, between such lines the one that stands as far down, and no further than the next."""
    is_long = len(made) > _LONG or len(own) > _LONG
    matcher = difflib.SequenceMatcher(None, [line.strip() for line in made], [line.strip() for line in own], is_long)
    found = [1] * len(made)
    last, last_own = 0, 0
    for start, start_own, size in matcher.get_matching_blocks():
        for offset in range(start - last):
            found[last + offset] = min(last_own + offset + 1, max(start_own, last_own + 1), max(len(own), 1))
        for offset in range(size):
            found[start + offset] = start_own + offset + 1
        last, last_own = start + size, start_own + size
    return found
