"""Colours of the terminal, by what they mean."""

from __future__ import annotations

from ...iam.expressions import expression
from .look import Look

_COLORS = {"error": "31;1", "warning": "33;1", "note": "36;1", "bold": "1", "dim": "2", "good": "32;1"}


def paint(text: str, style: str, look: Look) -> str:
    """The text in a style, where colour is wanted."""
    return f"\x1b[{_COLORS[style]}m{text}\x1b[0m" if look.color else text


def unpainted(text: str) -> str:
    """The text without its styles, as wide as a terminal shows it."""
    return _STYLE.sub("", text)


_STYLE = expression(r"\x1b\[[0-9;]*m")
