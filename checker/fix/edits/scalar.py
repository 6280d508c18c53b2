"""Edits inside a YAML or JSON scalar, in its own style: from offsets into the value to offsets into the file.

Quotes, escapes and the indentation of block scalars are taken from the text around the edit (YAML 1.1, chapter 5.7 and
9; RFC 8259, section 7).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache

from yaml.nodes import ScalarNode

from ...iam.expressions import expression
from ...text.nodes import scalar_value
from ...text.scalars import character_spans
from ...text.source import Span
from ...text.splices import Splice, line_break
from ...text.yaml_nodes import IMPLICIT, end_of, start_of

_PLAIN = expression(r"[A-Za-z_/][A-Za-z0-9_./:@+=*-]*")


def edit_value(text: str, node: ScalarNode, base: int, edits: Iterable[Splice]) -> list[Splice] | None:
    """Splices of the file for splices of the scalar's value; None where the value's characters cannot be traced.

    `base` is the offset of the node's document within `text`.
    """
    spans = _spans(text, node, base)
    if spans is None or not node.style:
        return None
    splices = []
    for edit in edits:
        start = spans[edit.start].start
        if edit.end == edit.start:
            end = start
        elif node.value[edit.end - 1] == "\n" and edit.end < len(node.value):
            # The next line starts behind its own indentation, which is cut along with this line.
            end = spans[edit.end].start
        else:
            end = spans[edit.end - 1].end
        splices.append(Splice(start, end, _encoded(edit.text, text, node, _first(node, spans))))
    return splices


@lru_cache(maxsize=8)
def _spans(text: str, node: ScalarNode, base: int) -> list[Span] | None:
    """Many edits of one scalar come one by one; its characters are traced once."""
    return character_spans(text, node, base)


def _first(node: ScalarNode, spans: list[Span]) -> int:
    """The offset of the first character that is no line break: in a block, behind the indentation."""
    filled = len(node.value) - len(node.value.lstrip("\n"))
    return spans[min(filled, len(spans) - 1)].start


def replace_value(text: str, node: ScalarNode, base: int, value: str) -> list[Splice] | None:
    """Splices that give the scalar another value, in its style where that can hold it."""
    if node.style in ("|", ">"):
        return edit_value(text, node, base, [Splice(0, len(node.value.rstrip("\n")), value)])
    start, end = start_of(node) + base, end_of(node) + base
    if node.tag != IMPLICIT:
        return None
    return [Splice(start, end, written(value, node.style or ""))]


def written(value: str, style: str = "") -> str:
    """A string as a scalar on one line: plain where that is allowed and wanted, else in quotes."""
    if value.isprintable() and (style == "'" or (not style and '"' in value)):
        return "'" + value.replace("'", "''") + "'"
    return value if not style and _is_plain(value) else json.dumps(value, ensure_ascii=False)


def _is_plain(value: str) -> bool:
    """Whether a string may stand without quotes, in YAML 1.1 and 1.2 and inside a flow collection."""
    is_text = isinstance(scalar_value(ScalarNode(IMPLICIT, value)), str)
    ends_well = not value.endswith(":") and value.lower() not in ("on", "off", "yes", "no", "y", "n", "true", "false")
    return is_text and ends_well and _PLAIN.fullmatch(value) is not None


def _encoded(value: str, text: str, node: ScalarNode, first: int) -> str:
    if node.style in ("|", ">"):
        column = first - (max(text.rfind("\n", 0, first), text.rfind("\r", 0, first)) + 1)
        return value.replace("\n", line_break(text) + " " * column)
    if node.style == "'":
        return value.replace("'", "''").replace("\n", " ")
    return json.dumps(value, ensure_ascii=False)[1:-1]
