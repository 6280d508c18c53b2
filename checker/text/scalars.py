"""Where each character of a YAML scalar's value stands in the file.

Follows the scanner of libyaml (scanner.c: yaml_parser_scan_block_scalar, _flow_scalar, _plain_scalar) for folding,
chomping, indentation and escapes. The value rebuilt here is compared with the value the parser gave; where they
differ, nothing is claimed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from yaml.nodes import ScalarNode

from ..iam.expressions import expression
from .source import Span
from .yaml_nodes import end_of, start_of

_BREAK = expression("\r\n|[\n\r\x85\u2028\u2029]")
_BLANKS = " \t"
_ESCAPES = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b",
    " ": " ", '"': '"', "/": "/", "\\": "\\", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip
_CODE_LENGTH = {"x": 2, "u": 4, "U": 8}

Character = tuple[str, int, int]
"""One character of the value, and from where to where in the text it is written (`\\u00e9` takes six)."""


def character_spans(text: str, node: ScalarNode, base: int = 0) -> list[Span] | None:
    """For each character of the node's value its span in `text`, and an empty one for the end; None if it cannot be
    told.

    `base` is added to the node's marks: the offset of the document within `text`.
    """
    start, end = start_of(node) + base, end_of(node) + base
    if node.style in ("|", ">"):
        attempts = _block_attempts(text, start, end, folded=node.style == ">")
    else:
        quote = node.style if node.style in ("'", '"') else None
        inner = (start + 1, end - 1) if quote else (start, end)
        attempts = iter([list(_flow(text, *inner, quote))])
    for characters in attempts:
        if "".join(char for char, _, _ in characters[: len(node.value)]) == node.value:
            spans = [Span(first, last) for _, first, last in characters[: len(node.value)]]
            closing = spans[-1].end if spans else end
            return [*spans, Span(closing, closing)]
    return None


def _block_attempts(text: str, start: int, end: int, *, folded: bool) -> Iterator[list[Character]]:
    """The block's characters for each indentation it could have: the detected one first, then those a digit may
    state.
    """
    header = _BREAK.search(text, start)
    if header is None:
        yield []
        return
    body = header.end()
    filled = re.compile(r"^( *)[^ \r\n]", re.MULTILINE).search(text, body)
    detected = len(filled[1]) if filled and filled.start() < end else end - body
    for indent in range(detected, -1, -1):
        yield list(_block(text, body, end, indent, folded=folded))


def _block(text: str, place: int, end: int, indent: int, *, folded: bool) -> Iterator[Character]:
    leading: list[Character] = []
    place, trailing, column = _block_breaks(text, place, end, indent)
    leading_blank = False
    while column == indent and place < end:
        trailing_blank = text[place] in _BLANKS
        if folded and leading and leading[0][0] == "\n" and not leading_blank and not trailing_blank:
            if not trailing:
                yield " ", *leading[0][1:]
        else:
            yield from leading
        yield from trailing
        leading_blank = trailing_blank
        while place < end and not _BREAK.match(text, place):
            yield text[place], place, place + 1
            place += 1
        leading, place = _read_break(text, place, end)
        place, trailing, column = _block_breaks(text, place, end, indent)
    yield from leading
    yield from trailing


def _block_breaks(text: str, place: int, end: int, indent: int) -> tuple[int, list[Character], int]:
    """Eats indentation and empty lines; returns where it stopped, the line breaks eaten, and the column reached."""
    breaks: list[Character] = []
    while True:
        column = 0
        while column < indent and place < end and text[place] == " ":
            column += 1
            place += 1
        line_break, after = _read_break(text, place, end)
        if not line_break:
            return place, breaks, column
        breaks += line_break
        place = after


def _read_break(text: str, place: int, end: int) -> tuple[list[Character], int]:
    line_break = _BREAK.match(text, place) if place < end else None
    if line_break is None:
        return [], place
    return [(line_break[0] if line_break[0] in "\u2028\u2029" else "\n", place, line_break.end())], line_break.end()


def _flow(text: str, place: int, end: int, quote: str | None) -> Iterator[Character]:
    while place < end:
        after_escaped_break = False
        while place < end and text[place] not in _BLANKS and not _BREAK.match(text, place):
            if quote == '"' and text[place] == "\\":
                broken = _BREAK.match(text, place + 1)
                if broken:
                    place, after_escaped_break = broken.end(), True
                    break
                char, length = _escape(text, place)
            else:
                char, length = text[place], 2 if quote == "'" and text[place] == "'" else 1
            yield char, place, place + length
            place += length
        place, gap = _gap(text, place, end, after_escaped_break)
        yield from gap


def _gap(text: str, place: int, end: int, after_break: bool) -> tuple[int, list[Character]]:
    """White space between two runs of text: kept on one line, folded across lines."""
    blanks: list[Character] = []
    leading: list[Character] = []
    trailing: list[Character] = []
    while place < end:
        if text[place] in _BLANKS:
            if not after_break:
                blanks.append((text[place], place, place + 1))
            place += 1
            continue
        line_break, after = _read_break(text, place, end)
        if not line_break:
            break
        if after_break:
            trailing += line_break
        else:
            leading, after_break = line_break, True
        place = after
    if not after_break:
        return place, blanks
    if leading and leading[0][0] == "\n":
        return place, trailing or [(" ", *leading[0][1:])]
    return place, leading + trailing


def _escape(text: str, place: int) -> tuple[str, int]:
    """The character an escape stands for, and the escape's length in the text."""
    letter = text[place + 1]
    digits = _CODE_LENGTH.get(letter)
    if digits is None:
        return _ESCAPES.get(letter, ""), 2
    code = int(text[place + 2 : place + 2 + digits], 16)
    following = text[place + 6 : place + 12]
    if 0xD800 <= code < 0xDC00 and re.fullmatch(r"\\u[dD][c-fC-F][0-9a-fA-F]{2}", following):
        return chr(0x10000 + ((code - 0xD800) << 10) + int(following[2:], 16) - 0xDC00), 12
    return chr(code), 2 + digits
