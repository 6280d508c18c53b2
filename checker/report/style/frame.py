"""A finding's line of source with a caret under the exact span, fit for a terminal of any width."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from ...iam.expressions import expression
from ...text.source import Source, line_starts, line_text

if TYPE_CHECKING:
    from ...findings.location import Location

_CONTROL = expression(
    "[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_TAB = "    "
_MARGIN = 12
"""Characters of context kept before the span when a long line is cut."""
_LONGEST = 1_000
"""Characters of a line that are looked at: no terminal is wider."""


def safe(text: str) -> str:
    """Text from a manifest with control characters (terminal escapes, writing direction) made visible, and without the
    old workflow commands, which GitHub's runner takes from anywhere in a line (ActionCommand.cs, TryParse)."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text).replace("##[", "##\\[")


def safe_path(path: str) -> str:
    """A path fit to begin a line: one that begins like a workflow command (TryParseV2) gets a `./` before it."""
    return safe(f"./{path}" if path.lstrip().startswith("::") else path)


def frame(source: Source, location: Location, width: int | None) -> tuple[str, str, str]:
    """(line number, line, caret line), the line cut around the span where it is wider than `width` columns."""
    starts = line_starts(source.text)
    line = line_text(source.text, starts, location.start.line)
    line = line[: location.start.column + _LONGEST]
    first = min(location.start.column - 1, len(line))
    last = location.end.column - 1 if location.end.line == location.start.line else len(line)
    last = max(min(last, len(line)), first)
    room = (width or 160) - len(str(location.start.line)) - 5
    begin = 0
    if first > _MARGIN and (len(line) > _LONGEST or display_width(line) > room):
        begin = first - _MARGIN
    shown, before, marked = line[begin:], line[begin:first], line[first:last]
    head = "…" if begin else ""
    text = head + _expand(shown)
    caret = " " * (len(head) + display_width(before)) + "^" * max(display_width(marked), 1)
    return str(location.start.line), cut(text, room), caret[: max(room, 1)]


def display_width(text: str) -> int:
    """The columns a text takes in a terminal: two for wide characters, none for combining ones."""
    expanded = _expand(text)
    return len(expanded) if expanded.isascii() else sum(map(_columns, expanded))


@lru_cache(maxsize=8192)
def _columns(char: str) -> int:
    if unicodedata.combining(char) or char in "\u200d\ufe0f":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _expand(text: str) -> str:
    return safe(text.replace("\t", _TAB))


def cut(text: str, room: int) -> str:
    """The text in at most `room` columns, an ellipsis at its end where something is left out."""
    if display_width(text) <= room:
        return text
    if text.isascii():
        return text[: max(room - 1, 0)] + "…"
    kept, columns = "", 0
    for char in text:
        columns += _columns(char)
        if columns > room - 1:
            break
        kept += char
    return kept + "…"
