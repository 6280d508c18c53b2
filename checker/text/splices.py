"""Replacing stretches of a text, all of them counted in the text as it was."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Splice(NamedTuple):
    """Replaces the characters from `start` to `end` (offsets into the text, half open) by `text`."""

    start: int
    end: int
    text: str


class OverlapError(Exception):
    """Two splices of one text touch the same characters, so their order would decide what comes out."""


def collide(one: Splice, other: Splice) -> bool:
    """Whether two splices touch the same characters; two insertions at one place do."""
    return one.start == other.start or (one.start < other.end and other.start < one.end)


def splice(text: str, splices: Iterable[Splice]) -> str:
    """The text with all splices made. Raises OverlapError."""
    parts: list[str] = []
    place = 0
    previous: Splice | None = None
    for item in sorted(splices):
        if previous is not None and collide(previous, item):
            raise OverlapError(f"two edits meet at offset {item.start}")
        parts += [text[place : item.start], item.text]
        place, previous = item.end, item
    return "".join([*parts, text[place:]])


def line_break(text: str) -> str:
    """The line break that a text uses; `\\n` where it has none."""
    end = text.find("\n")
    if end < 0:
        return "\r" if "\r" in text else "\n"
    return "\r\n" if text[end - 1 : end] == "\r" else "\n"
