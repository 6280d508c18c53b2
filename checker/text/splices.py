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


def compose(earlier: Iterable[Splice], later: Iterable[Splice]) -> tuple[Splice, ...]:
    """The splices of the first text that do what `earlier` does to it, and `later` to what comes of that."""
    found: list[Splice] = []
    pending = sorted(earlier)
    shift = 0
    # `shift` leads from offsets of the first text to offsets of the second.
    for item in sorted(later):
        while pending and pending[0].start + shift + len(pending[0].text) < item.start:
            done = pending.pop(0)
            found.append(done)
            shift += len(done.text) - (done.end - done.start)
        start, end, text = item.start - shift, item.end - shift, item.text
        while pending and pending[0].start + shift <= item.end:
            met = pending.pop(0)
            # What is left of the earlier text stands on either side of the later one.
            begin, length = met.start + shift, len(met.text)
            head = met.text[: max(0, item.start - begin)] if item.start > begin else ""
            tail = met.text[item.end - begin :] if item.end < begin + length else ""
            start = min(start, met.start)
            shift += length - (met.end - met.start)
            end = max(item.end - shift, met.end) if not tail else met.end
            text = head + text + tail
        found.append(Splice(start, end, text))
    return tuple(sorted([*found, *pending]))


def line_break(text: str) -> str:
    """The line break that a text uses; `\\n` where it has none."""
    end = text.find("\n")
    if end < 0:
        return "\r" if "\r" in text else "\n"
    return "\r\n" if text[end - 1 : end] == "\r" else "\n"
