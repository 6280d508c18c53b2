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


def _block(text: str, offset: int, end: int, indent: int, *, folded: bool) -> Iterator[Character]:
    leading: list[Character] = []
    offset, trailing, column = _block_breaks(text, offset, end, indent)
    leading_blank = False
    while column == indent and offset < end:
        trailing_blank = text[offset] in _BLANKS
        if folded and leading and leading[0][0] == "\n" and not leading_blank and not trailing_blank:
            if not trailing:
                yield " ", *leading[0][1:]
        else:
            yield from leading
        yield from trailing
        leading_blank = trailing_blank
        while offset < end and not _BREAK.match(text, offset):
            yield text[offset], offset, offset + 1
            offset += 1
        leading, offset = _read_break(text, offset, end)
        offset, trailing, column = _block_breaks(text, offset, end, indent)
    yield from leading
    yield from trailing


def _block_breaks(text: str, offset: int, end: int, indent: int) -> tuple[int, list[Character], int]:
    """Eats indentation and empty lines; returns where it stopped, the line breaks eaten, and the column reached."""
    breaks: list[Character] = []
    while True:
        column = 0
        while column < indent and offset < end and text[offset] == " ":
            column += 1
            offset += 1
        line_break, after = _read_break(text, offset, end)
        if not line_break:
            return offset, breaks, column
        breaks += line_break
        offset = after


def _read_break(text: str, offset: int, end: int) -> tuple[list[Character], int]:
    line_break = _BREAK.match(text, offset) if offset < end else None
    if line_break is None:
        return [], offset
    return [(line_break[0] if line_break[0] in "\u2028\u2029" else "\n", offset, line_break.end())], line_break.end()


def _flow(text: str, offset: int, end: int, quote: str | None) -> Iterator[Character]:
    while offset < end:
        after_escaped_break = False
        while offset < end and text[offset] not in _BLANKS and not _BREAK.match(text, offset):
            if quote == '"' and text[offset] == "\\":
                broken = _BREAK.match(text, offset + 1)
                if broken:
                    offset, after_escaped_break = broken.end(), True
                    break
                char, length = _escape(text, offset)
            else:
                char, length = text[offset], 2 if quote == "'" and text[offset] == "'" else 1
            yield char, offset, offset + length
            offset += length
        offset, gap = _gap(text, offset, end, after_escaped_break)
        yield from gap


def _gap(text: str, offset: int, end: int, after_break: bool) -> tuple[int, list[Character]]:
    """White space between two runs of text: kept on one line, folded across lines."""
    blanks: list[Character] = []
    leading: list[Character] = []
    trailing: list[Character] = []
    while offset < end:
        if text[offset] in _BLANKS:
            if not after_break:
                blanks.append((text[offset], offset, offset + 1))
            offset += 1
            continue
        line_break, after = _read_break(text, offset, end)
        if not line_break:
            break
        if after_break:
            trailing += line_break
        else:
            leading, after_break = line_break, True
        offset = after
    if not after_break:
        return offset, blanks
    if leading and leading[0][0] == "\n":
        return offset, trailing or [(" ", *leading[0][1:])]
    return offset, leading + trailing


def _escape(text: str, offset: int) -> tuple[str, int]:
    """The character an escape stands for, and the escape's length in the text."""
    letter = text[offset + 1]
    digits = _CODE_LENGTH.get(letter)
    if digits is None:
        return _ESCAPES.get(letter, ""), 2
    code = int(text[offset + 2 : offset + 2 + digits], 16)
    following = text[offset + 6 : offset + 12]
    if 0xD800 <= code < 0xDC00 and re.fullmatch(r"\\u[dD][c-fC-F][0-9a-fA-F]{2}", following):
        return chr(0x10000 + ((code - 0xD800) << 10) + int(following[2:], 16) - 0xDC00), 12
    return chr(code), 2 + digits
