"""Blocks of a template: which lines of Helm or Jinja decide whether what stands between them is there, or how often."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache

from ..inventory.objects import Branch

_LINE = re.compile(
    r"^[ \t]*+(?:\{\{-?[ \t]*+(if|else|end|range|with|define|block)\b"
    r"|\{%-?[ \t]*+(if|elif|else|endif|for|endfor)\b)[^\r\n]*+",
    re.MULTILINE,
)
_END = re.compile(r"\{\{-?[ \t]*+end\b|\{%-?[ \t]*+(?:endif|endfor)\b")
_ENDS = ("end", "endif", "endfor")
_OTHERS = ("else", "elif")


def blocks_at(name: str, text: str, offset: int) -> tuple[Branch, ...]:
    """The blocks around an offset of a file's text, from the outermost on; the branches of one condition differ."""
    starts, stacks = _blocks(text)
    place = bisect_right(starts, offset) - 1
    return tuple(Branch(f"{name}:{at}", shown) for at, shown in stacks[place]) if place >= 0 else ()


@lru_cache(maxsize=16)
def _blocks(text: str) -> tuple[list[int], list[tuple[tuple[int, str], ...]]]:
    """From which offset on which blocks are open. Remembered: it is asked for each object of a file."""
    if "{{" not in text and "{%" not in text:
        return [], []
    starts: list[int] = []
    stacks: list[tuple[tuple[int, str], ...]] = []
    stack: tuple[tuple[int, str], ...] = ()
    for found in _LINE.finditer(text):
        word = found[1] or found[2]
        if word in _ENDS:
            stack = stack[:-1]
        elif word in _OTHERS:
            stack = (*stack[:-1], (found.start(), found[0].strip()))
        else:
            stack = (*stack, (found.start(), found[0].strip()))
        # What opens and ends on one line is around nothing.
        stack = stack[: max(0, len(stack) - len(_END.findall(found[0])))] if word not in _ENDS else stack
        starts.append(found.end())
        stacks.append(stack)
    return starts, stacks
