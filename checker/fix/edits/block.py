"""Edits of YAML in block style, by whole lines: keys and list items come and go, everything between them stays.

New lines are written as `\\n`; the caller puts in the line break of the file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from ...text.scalars import character_spans
from ...text.splices import Splice
from ...text.yaml_nodes import end_of, start_of
from .scalar import written

Collection = MappingNode | SequenceNode


def insert(text: str, node: MappingNode, key: str, value: Any) -> list[Splice] | None:
    """Adds a key with its value behind the last one; None where the lines cannot be told apart."""
    if not node.value:
        return None
    first, last = node.value[0][0], node.value[-1][1]
    column = _column(text, start_of(first))
    end = _after_content(text, last)
    if column is None or end is None:
        return None
    step = _step(text, node)
    return [_new_lines(text, end, [" " * column + line for line in lines({key: value}, step)])]


def append(text: str, node: SequenceNode, items: Sequence[Any]) -> list[Splice] | None:
    """Adds items behind the last one."""
    if not node.value:
        return None
    dash = _dash(text, node.value[-1])
    end = _after_content(text, node.value[-1])
    if dash is None or end is None:
        return None
    return [_new_lines(text, end, [" " * (_column(text, dash) or 0) + line for line in lines(list(items), 2)])]


def remove(text: str, node: Collection, indexes: Iterable[int]) -> list[Splice] | None:
    """Takes out keys with their values, or list items, by whole lines; None where nothing would be left, or where they
    share a line with something else."""
    chosen = set(indexes)
    if len(chosen) == len(node.value):
        return None
    cut = _cut_key if isinstance(node, MappingNode) else _cut_item
    splices = [cut(text, node, number, chosen) for number in sorted(chosen)]
    return [item for item in splices if item] if all(splices) else None


def _cut_key(text: str, node: Collection, index: int, chosen: set[int]) -> Splice | None:
    key, value = node.value[index]
    end = _after_content(text, value)
    start = _line_start(text, start_of(key))
    if end is None:
        return None
    if text[start : start_of(key)].strip():
        # The first key of a list item stands behind the dash; the next one takes its place.
        following = index + 1 < len(node.value) and index + 1 not in chosen
        if not following:
            return None
        # A comment between them is about the next key, and takes the place behind the dash.
        rest, until = _next_line(text, end), start_of(node.value[index + 1][0])
        between = text[rest:until]
        return Splice(start_of(key), until - len(between.lstrip()) if between.strip() else until, "")
    return Splice(start, _next_line(text, end), "")


def _cut_item(text: str, node: Collection, index: int, chosen: set[int]) -> Splice | None:
    item = node.value[index]
    dash, end = _dash(text, item), _after_content(text, item)
    if dash is None or end is None:
        return None
    start = _line_start(text, dash)
    return None if text[start:dash].strip() else Splice(start, _next_line(text, end), "")


def lines(value: Any, step: int) -> list[str]:
    """A mapping or a list as lines of block YAML; strings of several lines as literal blocks."""
    if isinstance(value, dict):
        return [line for key, item in value.items() for line in _entry(f"{written(str(key))}:", item, step)]
    return [line for item in value for line in _item(item, step)]


def _entry(head: str, item: Any, step: int) -> Iterable[str]:
    inner = " " * step
    if isinstance(item, (dict, list)) and item:
        # Lists stand at the column of their key plus the step, as mappings do.
        return [head, *(inner + line for line in lines(item, step))]
    if isinstance(item, str) and _is_block(item):
        body = item.removesuffix("\n")
        mark = "|" if item.endswith("\n") else "|-"
        digit = str(step) if body[:1] in (" ", "\n") else ""
        return [f"{head} {mark}{digit}", *((inner + line if line else "") for line in body.split("\n"))]
    return [f"{head} {_scalar(item)}"]


def _item(item: Any, step: int) -> list[str]:
    if isinstance(item, (dict, list)) and item:
        first, *rest = lines(item, step)
        return [f"- {first}", *(f"  {line}" for line in rest)]
    if isinstance(item, str) and _is_block(item):
        return list(_entry("-", item, step))
    return [f"- {_scalar(item)}"]


def _is_block(item: str) -> bool:
    """Whether a string can stand as a literal block, and reads better so."""
    body = item.removesuffix("\n")
    return "\n" in body and not body.endswith("\n") and all(map(str.isprintable, body.split("\n")))


def _scalar(item: Any) -> str:
    if isinstance(item, str):
        return written(item)
    if isinstance(item, (dict, list)):
        return "{}" if isinstance(item, dict) else "[]"
    return json.dumps(item)


def _new_lines(text: str, end: int, added: list[str]) -> Splice:
    """Lines behind the line that ends at `end`."""
    offset = _next_line(text, end)
    if offset and text[offset - 1] not in "\r\n":
        return Splice(offset, offset, "\n" + "\n".join(added))
    return Splice(offset, offset, "\n".join(added) + "\n")


def _after_content(text: str, node: Node) -> int | None:
    """The offset behind a value's last character; the parser's end mark may lie further down."""
    if isinstance(node, ScalarNode):
        if node.style in ("|", ">"):
            spans = character_spans(text, node)
            if spans is None:
                return None
            kept = (
                len(node.value)
                if text[start_of(node) : start_of(node) + 3].find("+") > 0
                else len(node.value.rstrip("\n"))
            )
            return spans[kept - 1].end if kept else end_of(node)
        return end_of(node)
    if not isinstance(node, (MappingNode, SequenceNode)) or node.flow_style or not node.value:
        return end_of(node)
    last = node.value[-1]
    return _after_content(text, last[1] if isinstance(last, tuple) else last)


def _dash(text: str, item: Node) -> int | None:
    match = re.search(r"-[ \t\r\n]*(?:[&!][^ \r\n]*[ \t\r\n]+)*\Z", text[max(0, start_of(item) - 200) : start_of(item)])
    return max(0, start_of(item) - 200) + match.start() if match else None


def _column(text: str, offset: int) -> int | None:
    before = text[_line_start(text, offset) : offset]
    return len(before) if set(before) <= {" ", "-"} else None


def _step(text: str, node: MappingNode) -> int:
    """The indentation that the file uses: of the first mapping inside this one, else two."""
    outer = _column(text, start_of(node.value[0][0])) or 0
    for _, value in node.value:
        if isinstance(value, MappingNode) and not value.flow_style and value.value:
            inner = _column(text, start_of(value.value[0][0]))
            if inner is not None and inner > outer:
                return inner - outer
    return 2


def _line_start(text: str, offset: int) -> int:
    return max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1


def _next_line(text: str, offset: int) -> int:
    """The start of the line after the one that holds `offset`; a line break at `offset` ends that line."""
    if offset and text[offset - 1] == "\n":
        return offset
    match = re.compile(r"\r\n|\n|\r").search(text, offset)
    return match.end() if match else len(text)
