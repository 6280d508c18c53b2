"""kro: what a graph declares, and what an instance of it fills in.

A ResourceGraphDefinition declares a kind (`spec.schema`: group, apiVersion, kind, and the fields of its spec in
SimpleSchema, as in `string | default="x"`) and has a template for each resource. An object of that kind is an instance:
the controller makes the resources of it, with `${schema.spec.…}`, `${schema.metadata.…}` and what CEL makes of them
filled in. Source: kro.run documentation 0.8 to 0.10, "Simple Schema", "Resource Definitions" (includeWhen, forEach) and
"Instances".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from ..iam.expressions import expression
from ..iam.values import NamedTuple
from .objects import mapping, sequence, text

GROUP = "kro.run"
SCALARS: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "float": (int, float),
    "boolean": (bool,),
}
"""The scalar types of SimpleSchema."""
_MARKER = expression(r"(?<!\s)\s*+\b(\w++)=(\"[^\"\\]*+(?:\\.[^\"\\]*+)*\"|[^\s\"]++)(?=\s|$)")


class KroGraph(NamedTuple):
    """The kind that a graph declares. By the names that fields have in expressions: the `defaults` of scalar fields
    (None for those without), the `strings` among these, the `types` of all fields, and the `limits` that their markers
    set; whether an `uncertain` field is there is not known where it is not stated. By the number of a resource:
    `whens`, the conditions on which it is made, None where they cannot be told, as where it depends on a resource with
    a forEach; and `loops`, the variables of its forEach, each with its expression. `names` are the texts of the names
    that the resources give their objects, by how expressions refer to them (`ID.metadata.name`)."""

    api_version: str
    kind: str
    defaults: Mapping[str, Any]
    strings: frozenset[str]
    types: Mapping[str, str]
    limits: Mapping[str, Mapping[str, str]]
    uncertain: frozenset[str]
    whens: Mapping[int, tuple[Any, ...] | None]
    loops: Mapping[int, tuple[tuple[str, Any], ...]]
    names: Mapping[str, str] = MappingProxyType({})


class KroInstance(NamedTuple):
    """An object of the group of kro that is no graph, with its metadata and its spec. `is_open`: what it will state, or
    whether there is one, is not known."""

    api_version: str
    kind: str
    metadata: Mapping[str, Any]
    spec: Mapping[str, Any]
    is_open: bool = False

    @property
    def namespace(self) -> str:
        """ "" where the manifest states none: it then comes from whoever applies it."""
        return text(self.metadata.get("namespace")) or ""


def is_list_with_graph(data: Any) -> bool:
    """Whether a document is a list in which a graph stands: what its resources are made of is not followed there."""
    items = sequence(mapping(data).get("items")) if str(mapping(data).get("kind", "")).endswith("List") else []
    return any(mapping(item).get("kind") == "ResourceGraphDefinition" for item in items)


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
    types = {name: str(field).partition("|")[0].strip() for name, field in declared.items()}
    defaults = {name: _default(types[name], declared[name]) for name in types if types[name] in SCALARS}
    has_default = {name for name in types if "default" in str(declared[name]).partition("|")[2]}
    uncertain = {name for name in types if not _is_absent_unless_stated(types[name], name in has_default)}
    strings = {name for name, type_name in types.items() if type_name == "string"}
    resources = [mapping(resource) for resource in sequence(spec.get("resources"))]
    whens: dict[int, tuple[Any, ...] | None] = {}
    for number, entry in enumerate(resources):
        when = entry.get("includeWhen", [])
        whens[number] = tuple(when) if isinstance(when, list) else None
    loops = {number: _loops(entry["forEach"]) for number, entry in enumerate(resources) if "forEach" in entry}
    group = text(schema.get("group")) or GROUP
    own = dict.fromkeys(("schema.metadata.name", "schema.metadata.namespace"))
    return KroGraph(
        api_version=f"{group}/{version}",
        kind=kind,
        defaults={**own, **defaults},
        strings=frozenset((*strings, *own)),
        types={**dict.fromkeys(own, "string"), **types},
        limits={name: markers for name in types if (markers := _limits(str(declared[name])))},
        uncertain=frozenset(uncertain),
        whens=_with_dependencies(whens, resources, frozenset(loops)),
        loops=loops,
        names=dict(_names(entry for number, entry in enumerate(resources) if number not in loops)),
    )


def _names(resources: Iterable[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for entry in resources:
        name = text(mapping(mapping(entry.get("template")).get("metadata")).get("name"))
        if name and text(entry.get("id")):
            yield f"{entry['id']}.metadata.name", name


def _is_absent_unless_stated(of: str, has_default: bool) -> bool:
    """Whether a field of this type is certainly absent where it is neither stated nor has a default. For types that a
    schema declares itself that is not known."""
    return not has_default and (of in SCALARS or of.startswith(("[]", "map[string]")))


def _loops(declared: Any) -> tuple[tuple[str, Any], ...]:
    """The variables of a forEach, each with its expression; one without a name for what is not understood."""
    items = [mapping(item) for item in sequence(declared)]
    is_plain = bool(items) and len(items) == len(sequence(declared)) and all(len(item) == 1 for item in items)
    return tuple(pair for item in items for pair in item.items()) if is_plain else (("", None),)


def _with_dependencies(
    whens: dict[int, tuple[Any, ...] | None], resources: list[dict[str, Any]], loops: frozenset[int]
) -> dict[int, tuple[Any, ...] | None]:
    """The conditions of each resource, with those of the resources that it refers to: where one of these is not made,
    neither is it (kro documentation, "Dependencies & Ordering": kro waits until an expression can be resolved)."""
    by_id = {name: number for number, item in enumerate(resources) if (name := text(item.get("id")))}
    needs = {
        number: {by_id[name] for name in _IDENTIFIER.findall(" ".join(EXPRESSION.findall(str(item)))) if name in by_id}
        for number, item in enumerate(resources)
    }
    # A word that may be a reference to a resource that need not be made leaves it open whether this one is made.
    loose = {
        number: {target for name, target in by_id.items() if target != number and name in _words(item)} - needs[number]
        for number, item in enumerate(resources)
    }
    known_before = -1
    while known_before != (known_before := sum(map(len, needs.values()))):
        for number, others in needs.items():
            needs[number] = others.union(*(needs[target] for target in others)) if others else others
    merged: dict[int, tuple[Any, ...] | None] = {}
    for number, own in whens.items():
        parts = [own, *(None if ref in loops else whens[ref] for ref in sorted(needs[number] - {number}))]
        may_lack = any(whens[ref] != () or ref in loops for ref in loose[number])
        known = [part for part in parts if part is not None]
        merged[number] = None if may_lack or len(known) < len(parts) else tuple(when for part in known for when in part)
    return merged


def _words(value: Any) -> set[str]:
    """The words of all texts with an expression in them."""
    if isinstance(value, dict):
        return set().union(*map(_words, value.values()))
    if isinstance(value, list):
        return set().union(*map(_words, value))
    return set(re.findall(r"[A-Za-z_]\w*", value)) if isinstance(value, str) and "${" in value else set()


EXPRESSION = expression(r"\$\{([^{}]*+(?:\{[^{}]*+\}[^{}]*+)*)\}")
_IDENTIFIER = expression(r"(?<![\w.])([A-Za-z]\w*)(?=\s*\.)")


def instances_of(data: Any, *, is_open: bool) -> Iterator[KroInstance]:
    """The instances in a document: the document itself, the items of a list, and those that stand deeper, which
    something else makes. `is_open`: a template has yet to fill the document in."""
    whole = mapping(data)
    listed = sequence(whole.get("items")) if str(whole.get("kind", "")).endswith("List") else []
    stated = {id(item) for item in (whole, *listed)}
    for item in _mappings(whole):
        version, kind, metadata = text(item.get("apiVersion")), text(item.get("kind")), mapping(item.get("metadata"))
        if version is None or not kind or not version.startswith(f"{GROUP}/") or kind == "ResourceGraphDefinition":
            continue
        yield KroInstance(version, kind, metadata, mapping(item.get("spec")), is_open or id(item) not in stated)


def _mappings(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from _mappings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _mappings(item)


def _fields(data: dict[str, Any], name: str) -> Iterator[tuple[str, Any]]:
    """The fields of a spec by name; None for one that is neither a scalar nor a group of fields."""
    for key, value in data.items():
        if isinstance(value, dict) and value:
            yield from _fields(value, f"{name}.{key}")
        else:
            yield f"{name}.{key}", value if isinstance(value, (str, int, float, bool)) else None


_HARMLESS = ("default", "description")


def _limits(field: str) -> dict[str, str]:
    """The markers of a field that refuse an instance (`required`, `enum`, `minimum`, …), each with what it says."""
    return {key: value.strip('"') for key, value in _MARKER.findall(field.partition("|")[2]) if key not in _HARMLESS}


def _default(kind: str, field: str) -> Any:
    """The default that a field declares among its markers; None for none, or for markers that are not understood."""
    markers, offset = field.partition("|")[2], 0
    default = None
    while offset < len(markers.rstrip()):
        marker = _MARKER.match(markers, offset)
        if marker is None:
            return None
        offset = marker.end()
        default = marker[2] if marker[1] == "default" else default
    if default is None or (kind == "string" and not default.startswith('"')):
        return default
    try:
        return json.loads(default)
    except ValueError:
        return None
