"""Where the characters of a line that was rendered stand in the line of the template that it comes from."""

from __future__ import annotations

import re
from functools import lru_cache

from ..iam.expressions import expression

_ACTION = expression(r"\{\{.*?\}\}")
_LONGEST = 4_000
"""Lines with more characters are not aligned: to match one may take quadratic time."""


def column_in_template(made: str, own: str, column: int) -> int | None:
    """The column (from 0) in the line of the template at which a character of the rendered line stands; None where that
    cannot be told, as within what the renderer has put in."""
    if made.strip() == own.strip():
        return max(column + _indent(own) - _indent(made), 0)
    for first, last, start in _literals(made.strip(), own.strip()):
        offset = column - _indent(made) - first
        is_end = last == len(made.strip()) and offset == last - first
        if 0 <= offset < last - first or is_end:
            return _indent(own) + start + offset
    return None


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


@lru_cache(maxsize=64)
def _literals(made: str, own: str) -> tuple[tuple[int, int, int], ...]:
    """The stretches of a rendered line that are literal in the template, as (start, end, start in the template); none
    where there is not exactly one way to read the line so."""
    if "{{" not in own or max(len(made), len(own)) > _LONGEST:
        return ()
    texts = _ACTION.split(own)
    starts = [0, *(match.end() for match in _ACTION.finditer(own))]
    readings = []
    for gap in (".*?", ".*"):
        match = re.fullmatch(gap.join(f"({re.escape(text)})" for text in texts), made)
        if match is None:
            return ()
        readings.append([match.span(number) for number in range(1, len(texts) + 1)])
    if readings[0] != readings[1]:
        return ()
    return tuple((*span, start) for span, start in zip(readings[0], starts, strict=True))
