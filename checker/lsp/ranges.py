"""Places as the protocol counts them: lines from 0, columns in the units that client and server agreed upon.

Source: Language Server Protocol 3.17, PositionEncodingKind: UTF-16 where nothing else was agreed upon.
"""

from __future__ import annotations

from typing import NamedTuple

from lsprotocol.types import Position, PositionEncodingKind, Range, TextEdit

from ..findings.location import Location
from ..text import source
from ..text.splices import Splice

_BYTES = {PositionEncodingKind.Utf8: ("utf-8", 1), PositionEncodingKind.Utf16: ("utf-16-le", 2)}


class Ranges(NamedTuple):
    """Turns offsets in a text into places of the protocol, and back."""

    text: str
    encoding: str = PositionEncodingKind.Utf16

    def position(self, offset: int) -> Position:
        """The place of an offset in code points."""
        starts = source.line_starts(self.text)
        line = source.position(starts, offset).line
        return Position(line - 1, self._units(self.text[starts[line - 1] : offset]))

    def offset(self, place: Position) -> int:
        """The offset of a place; that of the end of the line for one behind it."""
        starts = source.line_starts(self.text)
        if place.line >= len(starts):
            return len(self.text)
        line = source.line_text(self.text, starts, place.line + 1)
        column = next((n for n in range(len(line)) if self._units(line[:n]) >= place.character), len(line))
        return starts[place.line] + column

    def range_of(self, location: Location) -> Range:
        """A location of a report. The text that it was found in may be a little older than this one."""
        end = min(location.end.offset, len(self.text))
        return Range(self.position(min(location.start.offset, end)), self.position(end))

    def edit(self, splice: Splice) -> TextEdit:
        """A splice as an edit."""
        return TextEdit(Range(self.position(splice.start), self.position(splice.end)), splice.text)

    def _units(self, text: str) -> int:
        name, size = _BYTES.get(PositionEncodingKind(self.encoding), ("", 0))
        return len(text.encode(name, "surrogatepass")) // size if size else len(text)


def contains(outer: Range, place: Position) -> bool:
    """Whether a place is in a range, or right behind it."""
    at = (place.line, place.character)
    return (outer.start.line, outer.start.character) <= at <= (outer.end.line, outer.end.character)
