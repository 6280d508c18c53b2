"""Edits of JSON, and of YAML in flow style, by node: lists grow, members come and go, in the layout of their
neighbours (one line or one line each, with or without spaces). New lines are written as `\\n`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from ...text.splices import Splice
from ...text.yaml_nodes import end_of, start_of

Collection = MappingNode | SequenceNode


def replace(text: str, node: Node, value: Any) -> list[Splice]:
    """Puts a value in the place of a node."""
    start, end = start_of(node), end_of(node)
    return [
        Splice(
            start, end, _layout(value, _spacing(text), _indent_of(text, start), _step(text, node), _is_wide(node, text))
        )
    ]


def append(text: str, node: SequenceNode, items: Sequence[Any]) -> list[Splice] | None:
    """Adds items at the end of a list; None where a comment stands between the items, and would change its place."""
    return None if _has_comments(text, node) else _add(text, node, [("", item) for item in items])


def insert(text: str, node: MappingNode, key: str, value: Any) -> list[Splice] | None:
    """Adds a member at the end of an object; None where comments stand between the members."""
    return None if _has_comments(text, node) else _add(text, node, [(key, value)])


def remove(text: str, node: Collection, indexes: Iterable[int]) -> list[Splice] | None:
    """Takes out members or items, and the commas that go with them; None where comments stand between them."""
    if _has_comments(text, node):
        return None
    parts = _parts(node)
    splices: list[Splice] = []
    for first, last in _runs(sorted(indexes)):
        if last + 1 < len(parts):
            splices.append(Splice(parts[first][0], parts[last + 1][0], ""))
        elif first:
            splices.append(Splice(parts[first - 1][1], parts[last][1], ""))
        else:
            splices.append(Splice(start_of(node) + 1, end_of(node) - 1, ""))
    return splices


def _runs(indexes: list[int]) -> list[tuple[int, int]]:
    """The first and the last of each run of consecutive numbers."""
    runs: list[tuple[int, int]] = []
    for number in indexes:
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def rename(key: Node, name: str) -> list[Splice]:
    """Gives a member another key."""
    style = key.style if isinstance(key, ScalarNode) else '"'
    return [Splice(start_of(key), end_of(key), name if not style else f"{style}{name}{style}")]


def listed(text: str, node: Node, items: Sequence[Any]) -> list[Splice]:
    """Makes a list of a single value and adds items to it."""
    spacing = _spacing(text)
    added = "".join(spacing[1] + _layout(item, spacing, "", "", False) for item in items)
    return [Splice(start_of(node), start_of(node), "["), Splice(end_of(node), end_of(node), f"{added}]")]


def _add(text: str, node: Collection, items: list[tuple[str, Any]]) -> list[Splice]:
    parts = _parts(node)
    spacing = colon, comma = _spacing(text)
    heads = [f"{json.dumps(key, ensure_ascii=False)}{colon}" if key else "" for key, _ in items]
    own_line = _own_line(text, parts[-1][0]) if parts else None
    if own_line is None:
        flat = [head + _layout(value, spacing, "", "", False) for head, (_, value) in zip(heads, items, strict=True)]
        if not parts:
            return [Splice(start_of(node) + 1, end_of(node) - 1, comma.join(flat))]
        return [Splice(parts[-1][1], parts[-1][1], comma + comma.join(flat))]
    # A sibling tells whether collections stand on one line; without one, small ones do.
    last = node.value[-1][1] if isinstance(node, MappingNode) else node.value[-1]
    siblings = [item for pair in node.value for item in (pair if isinstance(pair, tuple) else (pair,))]
    wide = any(_is_wide(item, text) for item in siblings if isinstance(item, (MappingNode, SequenceNode)))
    step, wide_lists = _step(text, node), _has_wide_lists(last, text)
    shown = [
        f",\n{own_line}{head}{_layout(value, spacing, own_line, step, wide, wide_lists)}"
        for head, (_, value) in zip(heads, items, strict=True)
    ]
    return [Splice(parts[-1][1], parts[-1][1], "".join(shown))]


def _has_comments(text: str, node: Collection) -> bool:
    """Whether YAML comments stand between the parts: only people know which part a comment belongs to."""
    offset, gaps = start_of(node), []
    for start, end in _parts(node):
        gaps.append(text[offset:start])
        offset = end
    return any("#" in gap for gap in (*gaps, text[offset : end_of(node)]))


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
    match = re.match(r"[ \t]*", text[line:start])
    return match[0] if match else ""


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
