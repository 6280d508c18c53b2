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

from ..inventory.objects import Branch, Origin
from ..text.nodes import Path
from .objects import mapping, sequence, text

GROUP = "kro.run"
_MARKER = re.compile(r"\s*(\w+)=(\"[^\"\\]*+(?:\\.[^\"\\]*+)*\"|[^\s\"]++)(?=\s|$)")
_REFERENCE = re.compile(r"\$\{\s*(schema\.(?:spec|metadata)\.[\w.]+)\s*\}")


class KroGraph(NamedTuple):
    """The kind that a graph declares, its fields with their defaults (None for those without), and the fields that are
    strings, by the names that expressions have for them. `whens` are the conditions of each resource (a template) on
    being made; None for one that is made any number of times."""

    api_version: str
    kind: str
    defaults: Mapping[str, Any]
    strings: frozenset[str]
    whens: Mapping[int, tuple[Any, ...] | None]


class KroInstance(NamedTuple):
    """An object of the group of kro that is no graph: what it states, by the names that expressions have for it; None
    for what is no scalar. `is_open`: what it will state, or whether there is one, is not known."""

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
    types = {name: field.partition("|")[0].strip() for name, field in declared.items() if isinstance(field, str)}
    defaults = {name: _default(types[name], declared[name]) for name in types if types[name] in _SCALARS}
    strings = {name for name, of in types.items() if of == "string"}
    whens: dict[int, tuple[Any, ...] | None] = {}
    for place, resource in enumerate(sequence(spec.get("resources"))):
        one = mapping(resource)
        when = one.get("includeWhen", [])
        whens[place] = tuple(when) if isinstance(when, list) and "forEach" not in one else None
    whens = _with_dependencies(whens, [mapping(one) for one in sequence(spec.get("resources"))])
    group = text(schema.get("group")) or GROUP
    own = dict.fromkeys(("schema.metadata.name", "schema.metadata.namespace"))
    return KroGraph(f"{group}/{version}", kind, {**own, **defaults}, frozenset((*strings, *own)), whens)


def _with_dependencies(
    whens: dict[int, tuple[Any, ...] | None], resources: list[dict[str, Any]]
) -> dict[int, tuple[Any, ...] | None]:
    """The conditions of each resource, with those of the resources that it refers to: where one of these is not made,
    neither is it (kro documentation, "Dependencies & Ordering": kro waits until an expression can be resolved)."""
    places = {name: place for place, one in enumerate(resources) if (name := text(one.get("id")))}
    needs = {
        place: {places[name] for name in _IDENTIFIER.findall(" ".join(_EXPRESSION.findall(str(one)))) if name in places}
        for place, one in enumerate(resources)
    }
    for _ in resources:
        for place, others in needs.items():
            needs[place] = others.union(*(needs[other] for other in others)) if others else others
    made: dict[int, tuple[Any, ...] | None] = {}
    for place, own in whens.items():
        parts = [own, *(whens[other] for other in sorted(needs[place] - {place}))]
        known = [part for part in parts if part is not None]
        made[place] = None if len(known) < len(parts) else tuple(when for part in known for when in part)
    return made


_EXPRESSION = re.compile(r"\$\{([^{}]*+(?:\{[^{}]*+\}[^{}]*+)*)\}")
_IDENTIFIER = re.compile(r"(?<![\w.])([A-Za-z]\w*)(?=\s*\.)")


def instances_of(data: Any, *, is_open: bool) -> Iterator[KroInstance]:
    """The instances in a document: the document itself, the items of a list, and what stands deeper, which something
    else makes. `is_open`: a template has yet to fill the document in."""
    whole = mapping(data)
    listed = sequence(whole.get("items")) if str(whole.get("kind", "")).endswith("List") else []
    stated = {id(item) for item in (whole, *listed)}
    for item in _mappings(whole):
        version, kind, metadata = text(item.get("apiVersion")), text(item.get("kind")), mapping(item.get("metadata"))
        if version is None or not kind or not version.startswith(f"{GROUP}/") or kind == "ResourceGraphDefinition":
            continue
        namespace = text(metadata.get("namespace")) or ""
        # A namespace that the manifest does not state comes from whoever applies it.
        named = {"schema.metadata.name": text(metadata.get("name")), "schema.metadata.namespace": namespace or None}
        values = {**named, **dict(_fields(mapping(item.get("spec")), "schema.spec"))}
        yield KroInstance(version, kind, namespace, values, is_open or id(item) not in stated)


def _mappings(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from _mappings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _mappings(item)


def values_for(graph: KroGraph, instance: KroInstance) -> dict[str, Any]:
    """What an instance of a graph fills in, by name: of the fields that the graph declares, what the instance states,
    else the default. What has neither is not in it, nor what is no scalar."""
    values = {name: instance.values.get(name, default) for name, default in graph.defaults.items()}
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


def branches_of(graph: KroGraph, origin: Origin) -> tuple[Branch, ...]:
    """What decides whether an object of the graph is made, or how often: equal conditions decide alike."""
    route = origin.path
    if len(route) != 4 or route[:2] != ("spec", "resources") or route[3] != "template":
        return ()
    whens = graph.whens.get(int(route[2]))
    place = f"{origin.file}:{origin.document}"
    if whens is None:
        return (Branch(f"{place}:{route[2]}", "forEach"),)
    return tuple(Branch(f"{place}:{when}", f"includeWhen {when}") for when in map(str, whens))


def _holds(when: Any, values: Mapping[str, Any]) -> bool | None:
    found = _REFERENCE.fullmatch(when) if isinstance(when, str) else None
    value = values.get(found[1]) if found else None
    return value if isinstance(value, bool) else None


def _fields(data: dict[str, Any], name: str) -> Iterator[tuple[str, Any]]:
    """The fields of a spec by name; None for one that is neither a scalar nor a group of fields."""
    for key, value in data.items():
        if isinstance(value, dict) and value:
            yield from _fields(value, f"{name}.{key}")
        else:
            yield f"{name}.{key}", value if isinstance(value, (str, int, float, bool)) else None


_SCALARS = ("string", "integer", "float", "boolean")


def _default(kind: str, field: str) -> Any:
    """The default that a field declares among its markers; None for none, or for markers that are not understood."""
    markers, place = field.partition("|")[2], 0
    found = None
    while place < len(markers.rstrip()):
        marker = _MARKER.match(markers, place)
        if marker is None:
            return None
        place = marker.end()
        found = marker[2] if marker[1] == "default" else found
    if found is None or (kind == "string" and not found.startswith('"')):
        return found
    try:
        return json.loads(found)
    except ValueError:
        return None
