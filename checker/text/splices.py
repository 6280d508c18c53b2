"""Replacing stretches of a text, all of them counted in the text as it was."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from ..iam.values import NamedTuple


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
    offset = 0
    previous: Splice | None = None
    for item in sorted(splices):
        if previous is not None and collide(previous, item):
            raise OverlapError(f"two edits meet at offset {item.start}")
        parts += [text[offset : item.start], item.text]
        offset, previous = item.end, item
    return "".join([*parts, text[offset:]])


def compose(earlier: Iterable[Splice], later: Iterable[Splice]) -> tuple[Splice, ...]:
    """The splices that do to a text at once what `earlier`, and then `later` on the result, would do."""
    middle = _pieces(earlier)
    last = [piece for item in _pieces(later) for piece in ([item] if isinstance(item, str) else _cut(middle, *item))]
    composed: list[Splice] = []
    offset, text = 0, ""
    for piece in last:
        if isinstance(piece, str):
            text += piece
            continue
        if text or piece.start > offset:
            composed.append(Splice(offset, piece.start, text))
        offset, text = piece.end, ""
    return tuple(composed)


class _Kept(NamedTuple):
    """A stretch of the text before the splices."""

    start: int
    end: int


_END = sys.maxsize
"""Behind the end of every text: how long the text is does not matter here."""


def _pieces(splices: Iterable[Splice]) -> list[_Kept | str]:
    """The text after the splices: what is kept of the one before, and what is put between."""
    pieces: list[_Kept | str] = []
    offset = 0
    for item in sorted(splices):
        pieces += [_Kept(offset, item.start), item.text]
        offset = item.end
    return [*pieces, _Kept(offset, _END)]


def _cut(pieces: list[_Kept | str], start: int, end: int) -> Iterator[_Kept | str]:
    """The part of a text in pieces from one offset to another."""
    offset = 0
    for piece in pieces:
        length = len(piece) if isinstance(piece, str) else piece.end - piece.start
        first, last = max(start - offset, 0), min(end - offset, length)
        if first < last:
            yield piece[first:last] if isinstance(piece, str) else _Kept(piece.start + first, piece.start + last)
        offset += length


def line_break(text: str) -> str:
    """The line break that a text uses; `\\n` where it has none."""
    end = text.find("\n")
    if end < 0:
        return "\r" if "\r" in text else "\n"
    return "\r\n" if text[end - 1 : end] == "\r" else "\n"
