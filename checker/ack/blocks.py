"""Blocks of a template: which lines of Helm or Jinja decide whether what stands between them is there, or how often."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache

from ..inventory.objects import Branch

_ACTION = re.compile(
    r"\{\{-?[ \t]*+(if|else|end|range|with|define|block)\b[^\r\n]*?\}\}"
    r"|\{%-?[ \t]*+(if|elif|else|endif|for|endfor)\b[^\r\n]*?%\}"
)
_SEPARATOR = re.compile(r"^---(?=[ \t\r\n]|\Z)", re.MULTILINE)
_ENDS = ("end", "endif", "endfor")
_OTHERS = ("else", "elif")


def blocks_at(name: str, text: str, offset: int) -> tuple[Branch, ...]:
    """The blocks around an offset of a file's text, from the outermost on; the branches of one condition differ."""
    starts, stacks = _blocks(text)
    place = bisect_right(starts, offset) - 1
    return tuple(Branch(f"{name}:{at}", shown) for at, shown in stacks[place]) if place >= 0 else ()


@lru_cache(maxsize=16)
def loose_separator(text: str) -> str:
    """The block in which a `---` stands that what follows it does not stand in: without the block, two documents are
    one. "" for none."""
    for found in _SEPARATOR.finditer(text) if "{{" in text or "{%" in text else ():
        around = blocks_at("", text, found.start())
        content = found.end()
        while around and (action := _ANY_ACTION.match(text, _after_blanks(text, content))):
            content = action.end()
        behind = blocks_at("", text, _after_blanks(text, content))
        loose = next((block.shown for block in around if block not in behind), "")
        if loose and _after_blanks(text, content) < len(text.rstrip()):
            return loose
    return ""


_ANY_ACTION = re.compile(r"\{\{[^{}]*+\}\}|\{%[^{}%]*+%\}|#[^\r\n]*+")


def _after_blanks(text: str, offset: int) -> int:
    while offset < len(text) and text[offset].isspace():
        offset += 1
    return offset


@lru_cache(maxsize=16)
def _blocks(text: str) -> tuple[list[int], list[tuple[tuple[int, str], ...]]]:
    """From which offset on which blocks are open. Remembered: it is asked for each object of a file."""
    starts: list[int] = []
    stacks: list[tuple[tuple[int, str], ...]] = []
    stack: tuple[tuple[int, str], ...] = ()
    for found in _ACTION.finditer(text) if "{{" in text or "{%" in text else ():
        word = found[1] or found[2]
        opened = (found.start(), found[0])
        stack = stack[:-1] if word in _ENDS else (*stack[:-1], opened) if word in _OTHERS else (*stack, opened)
        starts.append(found.end())
        stacks.append(stack)
    return starts, stacks
