"""Blocks of a template: the lines of Helm or Jinja that decide whether the text between them is there, or how often."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache

from ..iam.expressions import expression
from ..inventory.objects import Branch

_ACTION = expression(
    r"\{\{-?[ \t]*+(if|else|end|range|with|define|block)\b[^\r\n{}]*+(?:[{}](?![{}])[^\r\n{}]*+)*\}\}"
    r"|\{%-?[ \t]*+(if|elif|else|endif|for|endfor)\b[^\r\n%{]*+(?:(?:%(?!\})|\{(?!%))[^\r\n%{]*+)*%\}"
)  # no opening within another: a line of openings that nothing closes would be read to its end from each of them
_SEPARATOR = expression(r"^---(?=[ \t\r\n]|\Z)", re.MULTILINE)
_ENDS = ("end", "endif", "endfor")
_OTHERS = ("else", "elif")


def blocks_at(name: str, text: str, offset: int) -> tuple[Branch, ...]:
    """The blocks around an offset of a file's text, from the outermost on; the branches of one condition differ."""
    starts, stacks = _blocks(text)
    last_action = bisect_right(starts, offset) - 1
    return tuple(Branch(f"{name}:{at}", shown) for at, shown in stacks[last_action]) if last_action >= 0 else ()


@lru_cache(maxsize=16)
def loose_separator(text: str) -> str:
    """The block that a `---` stands in and the text behind it does not: where the block is left out, two documents
    become one. "" for none."""
    for separator in _SEPARATOR.finditer(text) if "{{" in text or "{%" in text else ():
        around = blocks_at("", text, separator.start())
        content = separator.end()
        while around and (action := _ANY_ACTION.match(text, _after_blanks(text, content))):
            content = action.end()
        behind = blocks_at("", text, _after_blanks(text, content))
        loose = next((block.shown for block in around if block not in behind), "")
        if loose and _after_blanks(text, content) < len(text.rstrip()):
            return loose
    return ""


_ANY_ACTION = expression(r"\{\{[^{}]*+\}\}|\{%[^{}%]*+%\}|#[^\r\n]*+")


def _after_blanks(text: str, offset: int) -> int:
    while offset < len(text) and text[offset].isspace():
        offset += 1
    return offset


@lru_cache(maxsize=16)
def _blocks(text: str) -> tuple[list[int], list[tuple[tuple[int, str], ...]]]:
    """Offsets, and the blocks that are open from each of them on. Cached: each object of a file asks for them."""
    starts: list[int] = []
    stacks: list[tuple[tuple[int, str], ...]] = []
    stack: tuple[tuple[int, str], ...] = ()
    for action in _ACTION.finditer(text) if "{{" in text or "{%" in text else ():
        word = action[1] or action[2]
        opened = (action.start(), action[0])
        stack = stack[:-1] if word in _ENDS else (*stack[:-1], opened) if word in _OTHERS else (*stack, opened)
        starts.append(action.end())
        stacks.append(stack)
    return starts, stacks
