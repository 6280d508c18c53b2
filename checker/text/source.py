"""One text as it was read, and lines and columns in it the way an editor shows them."""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from typing import NamedTuple

_LINE_BREAK = re.compile(r"\r\n|\n|\r")


class Source(NamedTuple):
    """A file's text. `name` is the path as it is shown; a byte order mark is not part of `text`."""

    name: str
    text: str


class Position(NamedTuple):
    """Line and column count from 1, columns in Unicode code points; `offset` counts code points from 0."""

    line: int
    column: int
    offset: int


class Span(NamedTuple):
    """Half-open range of offsets into a source's text."""

    start: int
    end: int


class DecodeError(Exception):
    """The bytes are not text. `line` and `column` (in bytes) count from 1."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.line, self.column = line, column


_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def decode(data: bytes) -> str:
    """Bytes to text: UTF-8, or UTF-16 when it says so by its byte order mark. Raises DecodeError with the place."""
    encoding = "utf-8"
    for mark, name in _MARKS:
        if data.startswith(mark):
            encoding, data = name, data[len(mark) :]
            break
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        message = f"the file is not {encoding.upper()} text: byte 0x{data[error.start]:02X} cannot stand here"
        raise DecodeError(message, line, error.start - (before.rfind(b"\n") + 1) + 1) from None


def line_starts(text: str) -> list[int]:
    """The offset of each line's first character. Lines end at LF, CRLF and CR, and nowhere else (U+2028 is no line end)."""
    return [0, *(found.end() for found in _LINE_BREAK.finditer(text))]


def position(starts: list[int], offset: int) -> Position:
    """The line and column of an offset, given the text's line starts."""
    line = bisect_right(starts, offset)
    return Position(line, offset - starts[line - 1] + 1, offset)


def line_text(text: str, starts: list[int], line: int) -> str:
    """One line (counting from 1) without its line break."""
    end = starts[line] if line < len(starts) else len(text)
    return text[starts[line - 1] : end].rstrip("\r\n")
