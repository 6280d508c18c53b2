"""JSON text to the same nodes as YAML text, with exact places.

Used for JSON manifests (tabs and surrogate escapes are JSON, but not YAML 1.1) and, only where a finding must be
placed, for the policy documents inside YAML scalars. `json.loads` stays the judge of what JSON is; this only adds
the places.
"""

from __future__ import annotations

from json.decoder import JSONDecodeError, scanstring  # type: ignore[attr-defined]  # there since 2.7, not in the stubs
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from ..iam.expressions import expression
from .limits import DEPTH_LIMIT
from .yaml_nodes import IMPLICIT, end_of, too_deep

_LONE = expression("[\ud800-\udfff]")
_SPACE = expression(r"[ \t\r\n]*")
_WORD = expression(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null")


class JsonError(Exception):
    """Text that is not JSON, and the offset (code points) where it stops being so."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message, self.offset = message, offset


class _Mark:
    __slots__ = ("index",)

    def __init__(self, index: int) -> None:
        self.index = index


def _mark(index: int) -> Any:
    """A place in the form of PyYAML's marks, of which only the index is ever read."""
    return _Mark(index)


def compose_json(text: str) -> Node:
    """The root node of one JSON text. Raises JsonError."""
    try:
        node = _value(text, _skip(text, 0), 0)
    except JSONDecodeError as error:
        raise JsonError(error.msg, error.pos) from None
    end = _skip(text, end_of(node))
    if end != len(text):
        raise JsonError("text after the end of the JSON value", end)
    return node


def _skip(text: str, offset: int) -> int:
    spaces = _SPACE.match(text, offset)
    return spaces.end() if spaces else offset


def _value(text: str, start: int, depth: int) -> Node:
    if depth > DEPTH_LIMIT:
        raise JsonError(too_deep(), start)
    opening = text[start : start + 1]
    if opening == '"':
        return _string(text, start)
    if opening == "{":
        return _object(text, start, depth)
    if opening == "[":
        return _array(text, start, depth)
    word = _WORD.match(text, start)
    if word is None:
        raise JsonError("a JSON value is due here", start)
    return ScalarNode(IMPLICIT, word[0], _mark(start), _mark(word.end()))


def _string(text: str, start: int) -> Node:
    if text[start : start + 1] != '"':
        raise JsonError("a key in double quotes is due here", start)
    value, end = scanstring(text, start + 1, True)
    if _LONE.search(value):
        # Half of a surrogate pair is no character; Go's decoder, and so Kubernetes, puts U+FFFD in its place.
        value = _LONE.sub("\ufffd", value)
    return ScalarNode(IMPLICIT, value, _mark(start), _mark(end), style='"')


def _object(text: str, start: int, depth: int) -> Node:
    pairs: list[tuple[Node, Node]] = []
    offset = _skip(text, start + 1)
    while text[offset : offset + 1] != "}":
        if pairs:
            offset = _expect(text, offset, ",")
        key = _string(text, offset)
        offset = _expect(text, _skip(text, end_of(key)), ":")
        value = _value(text, offset, depth + 1)
        pairs.append((key, value))
        offset = _skip(text, end_of(value))
    return MappingNode(IMPLICIT, pairs, _mark(start), _mark(offset + 1), flow_style=True)


def _array(text: str, start: int, depth: int) -> Node:
    items: list[Node] = []
    offset = _skip(text, start + 1)
    while text[offset : offset + 1] != "]":
        if items:
            offset = _expect(text, offset, ",")
        items.append(_value(text, offset, depth + 1))
        offset = _skip(text, end_of(items[-1]))
    return SequenceNode(IMPLICIT, items, _mark(start), _mark(offset + 1), flow_style=True)


def _expect(text: str, offset: int, char: str) -> int:
    if text[offset : offset + 1] != char:
        raise JsonError(f"{char!r} is due here", offset)
    return _skip(text, offset + 1)
