"""Objects as text, one document each, and back; and the merge patch that leads from one object to another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...ack.objects import mapping
from ...text.documents import cut, parse_piece
from ...text.nodes import plain
from ...text.source import Source
from .block import lines


def as_text(items: Iterable[dict[str, Any]]) -> str:
    """The objects as YAML documents; policy documents of several lines as literal blocks."""
    return "---\n".join("\n".join(lines(item, 2)) + "\n" for item in items)


def from_text(name: str, text: str) -> list[dict[str, Any]]:
    """The objects of such a text."""
    values = [plain(document.root) for piece in cut(Source(name, text)) for document in parse_piece(piece)]
    return [item for item in values if isinstance(item, dict)]


def ready_to_apply(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """The object with lists and mappings that were removed from its spec written as empty: an apply leaves a field
    alone that is merely absent, unless the applier owns it (Kubernetes documentation, "Server-Side Apply")."""
    spec = dict(mapping(after.get("spec")))
    for key, value in mapping(before.get("spec")).items():
        if key not in spec and isinstance(value, (list, dict)):
            spec[key] = type(value)()
    return {**after, "spec": spec} if "spec" in after else after


def merge_patch(before: Any, after: Any) -> Any:
    """The JSON merge patch (RFC 7396) from `before` to `after`: lists as a whole, null for what goes."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        return after
    difference: dict[str, Any] = {key: None for key in before if key not in after}
    for key, value in after.items():
        if key not in before:
            difference[key] = value
        elif before[key] != value:
            difference[key] = merge_patch(before[key], value)
    return difference


def key_of(item: Mapping[str, Any]) -> tuple[str, str, str]:
    """Kind, namespace and name."""
    metadata = mapping(item.get("metadata"))
    return str(item.get("kind")), str(metadata.get("namespace", "")), str(metadata.get("name", ""))
