"""Words on lines: wrapping to the terminal's width, counted nouns."""

from __future__ import annotations

import textwrap

from .frame import display_width
from .look import Look


def wrapped(text: str, indent: str, look: Look) -> list[str]:
    """Lines no wider than the terminal, those after the first indented (by two columns, where `indent` is ""). Words
    are never broken: ARNs and paths are copied."""
    if look.width is None or display_width(text) <= look.width:
        return [text]
    lines = textwrap.wrap(
        text, look.width, subsequent_indent=indent or "  ", break_long_words=False, break_on_hyphens=False
    )
    return lines or [text]


def count(number: int, name: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {name}{'' if number == 1 else 's'}"
