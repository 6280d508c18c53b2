"""From the nodes of a document to Kubernetes objects: at the top, in a `kind: List`, or nested in another resource.

A kro ResourceGraphDefinition carries whole Roles as templates, and some files are a bare list of objects, so an
object is recognised wherever a mapping states an apiVersion and kind of ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from yaml.nodes import MappingNode, Node, ScalarNode

from ..inventory import Object, Origin
from ..text.nodes import Path, TreeError, plain, walk
from .kinds import WORKLOADS, standing
from .placeholders import Placeholder, find_placeholder


class Sighting(NamedTuple):
    """An object in a document: its node, the object, and the placeholder that keeps it from being read, if any."""

    node: Node
    object: Object
    placeholder: Placeholder | None
    supported: bool


def sightings(root: Node, file: str, document: int) -> Iterator[Sighting]:
    """The objects of our kinds in one document, in reading order. Raises TreeError for trees that cannot be written
    out.
    """
    inside: list[Path] = []
    for path, node in walk(root):
        if not isinstance(node, MappingNode) or any(path[: len(outer)] == outer for outer in inside):
            continue
        identity = _identity(node)
        if identity is None:
            continue
        status = standing(*identity)
        if status == "passed-over":
            continue
        # A workload's own pod template or a List's items are walked further; an object of ours holds no other.
        if not (identity[1].endswith("List") or status == "unsupported"):
            inside.append(path)
        data = without_nulls(plain(node))
        if isinstance(data, dict):
            is_ours = status == "read" and identity not in WORKLOADS
            placeholder = find_placeholder(node) if is_ours else None
            yield Sighting(node, make_object(data, Origin(file, document, path)), placeholder, status == "read")


def make_object(data: dict[str, Any], origin: Origin) -> Object:
    """An object from its plain data; what is missing or of the wrong type is empty."""
    metadata = mapping(data.get("metadata"))
    return Object(
        str(data.get("apiVersion", "")),
        str(data.get("kind", "")),
        text(metadata.get("namespace")) or "",
        text(metadata.get("name")) or text(metadata.get("generateName")) or "",
        string_map(metadata.get("labels")),
        string_map(metadata.get("annotations")),
        data,
        origin,
    )


def without_nulls(value: Any, depth: int = 0) -> Any:
    """The value without null fields, which the API server prunes (Kubernetes documentation, "CustomResourceDefinition:
    Defaulting and Nullable")."""
    if depth > 100:
        raise TreeError("nested too deeply", ScalarNode("", ""))
    if isinstance(value, dict):
        return {key: without_nulls(item, depth + 1) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_nulls(item, depth + 1) for item in value]
    return value


def mapping(value: Any) -> dict[str, Any]:
    """The value if it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def sequence(value: Any) -> list[Any]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def text(value: Any) -> str | None:
    """The value if it is a string, else None."""
    return value if isinstance(value, str) else None


def string_map(value: Any) -> dict[str, str]:
    """The entries of a mapping that have strings as values."""
    return {key: item for key, item in mapping(value).items() if isinstance(item, str)}


def _identity(node: MappingNode) -> tuple[str, str] | None:
    found = {
        key.value: value.value
        for key, value in node.value
        if isinstance(key, ScalarNode) and isinstance(value, ScalarNode) and key.value in ("apiVersion", "kind")
    }
    return (found["apiVersion"], found["kind"]) if len(found) == 2 else None
