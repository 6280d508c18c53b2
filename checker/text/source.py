"""One text as it was read, and lines and columns in it the way an editor shows them."""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from functools import lru_cache

from ..iam.expressions import expression
from ..iam.values import NamedTuple

_LINE_BREAK = expression(r"\r\n|\n|\r")


class Source(NamedTuple):
    """A file's text. `name` is the path as it is shown; a byte order mark is not part of `text`. `refused` says why
    there is none ("" where there is). A text that was rendered from a file has that file's own text as `written`, and
    in `lines`, for each of its lines, the line of the file (from 1) that it comes from."""

    name: str
    text: str
    refused: str = ""
    written: str | None = None
    lines: tuple[int, ...] = ()

    def line_of(self, line: int) -> int:
        """The line of the file that a line of the text comes from."""
        return self.lines[min(line, len(self.lines)) - 1] if self.lines else line


def as_written(source: Source) -> Source:
    """The file as it is written, whatever was rendered from it."""
    return source if source.written is None else Source(source.name, source.written)


class Position(NamedTuple):
    """Line and column count from 1, columns in Unicode code points; `offset` counts code points from 0."""

    line: int
    column: int
    offset: int


class Span(NamedTuple):
    """Half-open range of offsets into a source's text."""

    start: int
    end: int


_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF8, "utf-8"),
)
_UNMARKED = (
    (rb"[^\0]\0\0\0", "utf-32-le"),
    (rb"\0\0\0[^\0]", "utf-32-be"),
    (rb"[^\0]\0", "utf-16-le"),
    (rb"\0[^\0]", "utf-16-be"),
)


class Encoding(NamedTuple):
    """How a file's bytes are text: the byte order mark it begins with, and the codec of the rest."""

    mark: bytes
    codec: str


def encoding_of(data: bytes) -> Encoding:
    """UTF-8, UTF-16 or UTF-32, told by the byte order mark or the first bytes (YAML 1.2, section 5.2)."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return Encoding(mark, name)
    return Encoding(b"", next((name for first_bytes, name in _UNMARKED if re.match(first_bytes, data)), "utf-8"))


def decode(data: bytes) -> str:
    """Bytes to text.

    A byte that is no text becomes a lone surrogate (PEP 383), which no parser here accepts: so it is reported at its
    place, in its document, and the rest of the file is read all the same.
    """
    mark, codec = encoding_of(data)
    return data[len(mark) :].decode(codec, "surrogateescape" if codec == "utf-8" else "replace")


def encode(text: str, encoding: Encoding) -> bytes:
    """Text to the bytes of a file in this encoding; what `decode` made of bytes becomes them again."""
    errors = "surrogateescape" if encoding.codec == "utf-8" else "strict"
    return encoding.mark + text.encode(encoding.codec, errors)


@lru_cache(maxsize=16)
def line_starts(text: str) -> tuple[int, ...]:
    """The offset of each line's first character. Lines end at LF, CRLF and CR, and nowhere else (U+2028 is no line
    end).
    """
    return (0, *(line_break.end() for line_break in _LINE_BREAK.finditer(text)))


def position(starts: tuple[int, ...], offset: int) -> Position:
    """The line and column of an offset, given the text's line starts."""
    line = bisect_right(starts, offset)
    return Position(line, offset - starts[line - 1] + 1, offset)


def line_text(text: str, starts: tuple[int, ...], line: int) -> str:
    """One line (counting from 1) without its line break."""
    end = starts[line] if line < len(starts) else len(text)
    return text[starts[line - 1] : end].rstrip("\r\n")
