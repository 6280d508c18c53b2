"""kro: what a graph declares, and what an instance of it fills in.

A ResourceGraphDefinition declares a kind (`spec.schema`: group, apiVersion, kind, and the fields of its spec in
SimpleSchema, as in `string | default="x"`) and has a template for each resource. An object of that kind is an instance:
the controller makes the resources of it, with `${schema.spec.…}` and `${schema.metadata.…}` filled in. Other
expressions are CEL, which is not worked out here. Source: kro.run documentation 0.8 to 0.10, "Simple Schema",
"Resource Definitions" (includeWhen, forEach) and "Instances".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ..text.nodes import Path
from .objects import mapping, sequence, text
from .placeholders import find_in_text

GROUP = "kro.run"
_DEFAULT = re.compile(r"\bdefault=(\"[^\"\\]*+(?:\\.[^\"\\]*+)*\"|[^\s|]++)")
_REFERENCE = re.compile(r"\$\{\s*(schema\.(?:spec|metadata)\.[\w.]+)\s*\}")


class KroGraph(NamedTuple):
    """The kind that a graph declares, the default of each field that has one, and the fields that are strings, by the
    names that expressions have for them. `whens` are the conditions of each resource (a template) on being made; None
    for one that is made any number of times."""

    api_version: str
    kind: str
    defaults: Mapping[str, Any]
    strings: frozenset[str]
    whens: Mapping[int, tuple[Any, ...] | None]


class KroInstance(NamedTuple):
    """An object of the group of kro that is no graph: what it states, by the names that expressions have for it; None
    for what a template has yet to fill in. `is_open`: it stands in another graph, which may make any number of it."""

    api_version: str
    kind: str
    namespace: str
    values: Mapping[str, Any]
    is_open: bool = False


def graph_of(data: Any) -> KroGraph | None:
    """The graph that a document is, if it is one."""
    whole = mapping(data)
    if not str(whole.get("apiVersion", "")).startswith(f"{GROUP}/") or whole.get("kind") != "ResourceGraphDefinition":
        return None
    spec = mapping(whole.get("spec"))
    schema = mapping(spec.get("schema"))
    version, kind = text(schema.get("apiVersion")), text(schema.get("kind"))
    if not version or not kind:
        return None
    declared = dict(_fields(mapping(schema.get("spec")), "schema.spec"))
    defaults = {name: found for name, field in declared.items() if (found := _default(field)) is not None}
    strings = {name for name, field in declared.items() if field.split("|")[0].strip() == "string"}
    whens: dict[int, tuple[Any, ...] | None] = {}
    for place, resource in enumerate(sequence(spec.get("resources"))):
        one = mapping(resource)
        whens[place] = None if "forEach" in one else tuple(sequence(one.get("includeWhen")))
    group = text(schema.get("group")) or GROUP
    metadata = frozenset(("schema.metadata.name", "schema.metadata.namespace"))
    return KroGraph(f"{group}/{version}", kind, defaults, frozenset(strings) | metadata, whens)


def instances_of(data: Any) -> Iterator[KroInstance]:
    """The instances in a document: the document itself, the items of a list, what other graphs make."""
    whole = mapping(data)
    is_graph = whole.get("kind") == "ResourceGraphDefinition"
    for item in _mappings(whole):
        version, kind, metadata = text(item.get("apiVersion")), text(item.get("kind")), mapping(item.get("metadata"))
        is_ours = version is not None and version.startswith(f"{GROUP}/") and "metadata" in item
        if not is_ours or version is None or not kind or kind == "ResourceGraphDefinition":
            continue
        namespace = text(metadata.get("namespace")) or ""
        # A namespace that the manifest does not state comes from whoever applies it.
        named = {"schema.metadata.name": text(metadata.get("name")), "schema.metadata.namespace": namespace or None}
        stated = {**named, **dict(_fields(mapping(item.get("spec")), "schema.spec"))}
        values = {name: None if _is_open(value) else value for name, value in stated.items()}
        yield KroInstance(version, kind, namespace, values, is_graph or _is_open(namespace))


def _mappings(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from _mappings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _mappings(item)


def _is_open(value: Any) -> bool:
    return isinstance(value, str) and find_in_text(value) is not None


def values_for(graph: KroGraph, instance: KroInstance) -> dict[str, Any]:
    """What an instance of a graph fills in, defaults included, by name. What has neither is not in it."""
    values = {**graph.defaults, **instance.values}
    return {name: value for name, value in values.items() if value is not None}


def is_made(graph: KroGraph, route: Path, values: Mapping[str, Any]) -> bool | None:
    """Whether the resource that an object of the graph stands in is made once; None where that cannot be told. `route`
    leads to the object."""
    if len(route) != 4 or route[:2] != ("spec", "resources") or route[3] != "template":
        return None
    whens = graph.whens.get(int(route[2]))
    if whens is None:
        return None
    truths = [_holds(when, values) for when in whens]
    return False if False in truths else None if None in truths else True


def _holds(when: Any, values: Mapping[str, Any]) -> bool | None:
    found = _REFERENCE.fullmatch(when) if isinstance(when, str) else None
    value = values.get(found[1]) if found else None
    return value if isinstance(value, bool) else None


def _fields(data: dict[str, Any], name: str) -> Iterator[tuple[str, Any]]:
    for key, value in data.items():
        if isinstance(value, dict):
            yield from _fields(value, f"{name}.{key}")
        elif isinstance(value, (str, int, float, bool)):
            yield f"{name}.{key}", value


def _default(field: Any) -> Any:
    found = _DEFAULT.search(field) if isinstance(field, str) else None
    if found is None:
        return None
    try:
        return json.loads(found[1])
    except ValueError:
        return found[1]
