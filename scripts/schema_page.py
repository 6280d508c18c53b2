"""A JSON Schema as Markdown: a table of its fields, for docs/json.md."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any


def table(schema: dict[str, Any]) -> str:
    """Every field with its type and description; a definition that is used several times is shown where it first is."""
    lines = ["| field | type | |", "| --- | --- | --- |"]
    lines += [f"| `{path}` | {kind} | {said} |" for path, kind, said in _rows(schema, schema, "", ())]
    return "\n".join(lines)


def _rows(
    schema: dict[str, Any], node: dict[str, Any], path: str, seen: tuple[str, ...]
) -> Iterator[tuple[str, str, str]]:
    for name, part in node.get("properties", {}).items():
        yield from _field(schema, part, f"{path}.{name}" if path else name, seen)


def _field(
    schema: dict[str, Any], part: dict[str, Any], path: str, seen: tuple[str, ...]
) -> Iterator[tuple[str, str, str]]:
    said = str(part.get("description", "")).replace("|", "\\|")
    node, name = _resolved(schema, part)
    said = said or str(node.get("description", "")).replace("|", "\\|")
    items = node.get("items")
    if isinstance(items, dict):
        yield path + "[]", "list", said
        inner, inner_name = _resolved(schema, items)
        if inner_name not in seen:
            yield from _rows(schema, inner, path + "[]", (*seen, inner_name) if inner_name else seen)
        return
    yield path, _type(node), said
    if name not in seen:
        yield from _rows(schema, node, path, (*seen, name) if name else seen)


def _resolved(schema: dict[str, Any], part: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The schema behind a reference, and the definition's name; the one that is no null, where there is a choice."""
    for choice in (*part.get("anyOf", ()), *part.get("oneOf", ())):
        if "$ref" in choice or choice.get("properties"):
            return _resolved(schema, choice)
    reference = str(part.get("$ref", ""))
    if not reference.startswith("#/definitions/"):
        return part, ""
    name = reference.rpartition("/")[2]
    return schema["definitions"][name], name


def _type(node: dict[str, Any]) -> str:
    if "const" in node:
        return f"`{json.dumps(node['const'])}`"
    if "enum" in node:
        return ", ".join(f"`{json.dumps(item)}`" for item in node["enum"])
    kinds = node.get("type", "any")
    return " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
