"""Edits of JSON, and of YAML in flow style, by node: lists grow, members come and go, in the layout of their
neighbours (one line or one line each, with or without spaces). New lines are written as `\\n`."""

from __future__ import annotations

import json
import re
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from ..text.splices import Splice
from ..text.yaml_nodes import end_of, start_of

Collection = MappingNode | SequenceNode


def replace(text: str, node: Node, value: Any) -> list[Splice]:
    """Puts a value in the place of a node."""
    start, end = start_of(node), end_of(node)
    return [
        Splice(
            start, end, _layout(value, _spacing(text), _indent_of(text, start), _step(text, node), _is_wide(node, text))
        )
    ]


def append(text: str, node: SequenceNode, value: Any) -> list[Splice]:
    """Adds an item at the end of a list."""
    return _add(text, node, "", value)


def insert(text: str, node: MappingNode, key: str, value: Any) -> list[Splice]:
    """Adds a member at the end of an object."""
    return _add(text, node, key, value)


def remove(text: str, node: Collection, index: int) -> list[Splice]:
    """Takes out one member or item, and the comma that goes with it."""
    parts = _parts(node)
    start, end = parts[index]
    if index + 1 < len(parts):
        return [Splice(start, parts[index + 1][0], "")]
    if index:
        return [Splice(parts[index - 1][1], end, "")]
    return [Splice(start_of(node) + 1, end_of(node) - 1, "")]


def rename(key: Node, name: str) -> list[Splice]:
    """Gives a member another key."""
    style = key.style if isinstance(key, ScalarNode) else '"'
    return [Splice(start_of(key), end_of(key), name if not style else f"{style}{name}{style}")]


def listed(text: str, node: Node, value: Any) -> list[Splice]:
    """Makes a list of a single value and adds another to it."""
    _, comma = _spacing(text)
    return [
        Splice(start_of(node), start_of(node), "["),
        Splice(end_of(node), end_of(node), f"{comma}{json.dumps(value, ensure_ascii=False)}]"),
    ]


def _add(text: str, node: Collection, key: str, value: Any) -> list[Splice]:
    parts = _parts(node)
    colon, comma = _spacing(text)
    head = f"{json.dumps(key, ensure_ascii=False)}{colon}" if key else ""
    if not parts:
        inner = start_of(node) + 1
        return [Splice(inner, end_of(node) - 1, head + _layout(value, (colon, comma), "", "", False))]
    start, end = parts[-1]
    own_line = _own_line(text, start)
    last = node.value[-1][1] if isinstance(node, MappingNode) else node.value[-1]
    if own_line is None:
        return [Splice(end, end, comma + head + _layout(value, (colon, comma), "", "", False))]
    # A sibling tells whether collections stand on one line; without one, small ones do.
    siblings = [item for pair in node.value for item in (pair if isinstance(pair, tuple) else (pair,))]
    wide = any(_is_wide(item, text) for item in siblings if isinstance(item, (MappingNode, SequenceNode)))
    shown = _layout(value, (colon, comma), own_line, _step(text, node), wide, _has_wide_lists(last, text))
    return [Splice(end, end, ",\n" + own_line + head + shown)]


def _parts(node: Collection) -> list[tuple[int, int]]:
    if isinstance(node, MappingNode):
        return [(start_of(key), end_of(value)) for key, value in node.value]
    return [(start_of(item), end_of(item)) for item in node.value]


def _spacing(text: str) -> tuple[str, str]:
    """The colon and the comma as this text writes them."""
    has_tight = re.search(r'":[^\s]', text) is not None
    has_loose = re.search(r'":\s', text) is not None
    return (":", ",") if has_tight and not has_loose else (": ", ", ")


def _own_line(text: str, start: int) -> str | None:
    """The indentation of what starts here, if it is the first on its line."""
    line = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    before = text[line:start]
    return before if line and not before.strip() else None


def _indent_of(text: str, start: int) -> str:
    line = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    found = re.match(r"[ \t]*", text[line:start])
    return found[0] if found else ""


def _step(text: str, node: Node) -> str:
    """How much deeper the inside of a collection stands than itself."""
    parts = _parts(node) if isinstance(node, (MappingNode, SequenceNode)) else []
    inner = _own_line(text, parts[0][0]) if parts else None
    outer = _indent_of(text, start_of(node))
    if inner is not None and inner.startswith(outer) and len(inner) > len(outer):
        return inner[len(outer) :]
    return "\t" if "\n\t" in text else "  "


def _is_wide(node: Node, text: str) -> bool:
    """Whether a collection spreads over several lines."""
    return "\n" in text[start_of(node) : end_of(node)].strip()


def _has_wide_lists(node: Node, text: str) -> bool:
    if isinstance(node, SequenceNode):
        return _is_wide(node, text)
    below = [value for _, value in node.value] if isinstance(node, MappingNode) else []
    return any(_has_wide_lists(item, text) for item in below)


def _layout(value: Any, spacing: tuple[str, str], indent: str, step: str, wide: bool, wide_lists: bool = False) -> str:
    """A value as JSON: on one line, or, where `wide`, each member of an object (and each item of a list of objects, or
    of any list where `wide_lists`) on its own."""
    colon, comma = spacing
    if not isinstance(value, (dict, list)) or not value:
        return json.dumps(value, ensure_ascii=False)
    is_short_list = isinstance(value, list) and not wide_lists and not any(isinstance(item, dict) for item in value)
    deeper = indent + step
    inner = [
        _layout(item, spacing, deeper, step, wide, wide_lists)
        for item in (value.values() if isinstance(value, dict) else value)
    ]
    if isinstance(value, dict):
        inner = [f"{json.dumps(key, ensure_ascii=False)}{colon}{item}" for key, item in zip(value, inner, strict=True)]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    if not wide or is_short_list:
        return opening + comma.join(inner) + closing
    return f"{opening}\n{deeper}" + f",\n{deeper}".join(inner) + f"\n{indent}{closing}"


def document(value: Any, indent: str = "  ") -> str:
    """A whole policy document as the project's examples lay it out."""
    return _layout(value, (": ", ", "), "", indent, True)
