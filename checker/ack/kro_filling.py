"""What instances of a kro graph make of its resources: the values that they fill in, whether a resource is made, and
how often.

Source: kro.run documentation 0.8 to 0.10, "Resource Definitions" (includeWhen, forEach), "Instances", "CEL
Expressions".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..inventory.objects import Branch, Origin
from ..text.nodes import Path
from .cel import Expressions
from .kro import EXPRESSION, SCALARS, KroGraph, KroInstance
from .objects import mapping, text


def made_by(
    graph: KroGraph, route: Path, instances: Iterable[KroInstance], given: Mapping[str, Any]
) -> Iterator[tuple[KroInstance, Expressions, bool | None]]:
    """What each instance fills in, for each object that it makes of a resource, and whether it makes it: None where
    that cannot be told. `route` leads to the object, `given` are values from elsewhere."""
    for instance in instances:
        if not _is_taken(graph, instance):
            # The API server refuses it, or it cannot be told whether it does.
            yield instance, Expressions(given, {}, frozenset({"schema.spec", "schema.metadata"})), None
            continue
        values = values_for(graph, instance, given)
        values = values.with_plain(dict(_names(graph, values)))
        rounds = _rounds(graph, route, values)
        for round_values in [values] if rounds is None else rounds:
            is_there = None if rounds is None else _is_made(graph, route, round_values)
            if is_there is not False:
                yield instance, round_values, is_there


def _names(graph: KroGraph, values: Expressions) -> Iterator[tuple[str, str]]:
    """The names of the objects that the graph makes, by how other resources refer to them. A reference makes kro wait
    for an object; its name is known before."""
    for reference, written in graph.names.items():
        pieces = EXPRESSION.split(written)
        filled = [values.get(piece.strip()) if number % 2 else piece for number, piece in enumerate(pieces)]
        if all(isinstance(piece, str) for piece in filled):
            yield reference, "".join(map(str, filled))


def values_for(graph: KroGraph, instance: KroInstance, given: Mapping[str, Any]) -> Expressions:
    """What an instance of a graph fills in, by name: for each field that the graph declares, what the instance states,
    else the default; and expressions over these. Left out are fields with neither, and values of the wrong type, which
    the API server refuses. `given` are values from elsewhere."""
    metadata = {key: instance.metadata[key] for key in ("name", "labels", "annotations") if key in instance.metadata}
    data: dict[str, Any] = {"metadata": metadata, "spec": {}}
    metadata |= {"namespace": instance.namespace} if instance.namespace else {}
    unknown = {f"schema.metadata.{key}" for key in _METADATA if key not in metadata}
    plain = {f"schema.metadata.{key}": text(metadata[key]) for key in ("name", "namespace") if text(metadata.get(key))}
    for name, type_name in graph.types.items():
        route = name.split(".")[1:]
        if route[0] != "spec":
            continue
        for depth in range(2, len(route)):
            # A group that is stated is there, whatever is in it.
            if isinstance(_stated(instance.spec, route[1:depth]), dict):
                _group(data, route[:depth])
        stated = _stated(instance.spec, route[1:])
        value = graph.defaults.get(name) if stated is None else stated
        if name in graph.uncertain if value is None else not _has_type(value, type_name):
            unknown.add(name)
        elif value is not None:
            cel_value = float(value) if type_name == "float" else value
            _put(data, route, cel_value)
            plain |= {name: value} if type_name in SCALARS else {}
    return Expressions({**given, **plain}, {"schema": data}, frozenset(unknown))


_METADATA = (
    "namespace", "labels", "annotations", "uid", "creationTimestamp", "generation", "resourceVersion", "finalizers",
    "ownerReferences", "managedFields", "generateName", "selfLink", "deletionTimestamp", "deletionGracePeriodSeconds",
)  # fmt: skip
"""What the cluster may add to the metadata that a manifest states (Kubernetes API, "ObjectMeta")."""


def _stated(spec: Any, route: list[str]) -> Any:
    for key in route:
        spec = mapping(spec).get(key)
    return spec


def _is_taken(graph: KroGraph, instance: KroInstance) -> bool:
    """Whether the API server takes an instance: every field that is stated has its type and keeps to the markers of the
    schema, and what is required is stated. False as well where that cannot be told."""
    for name, type_name in graph.types.items():
        route = name.split(".")[1:]
        if route[0] != "spec":
            continue
        groups = [_stated(instance.spec, route[1:depth]) for depth in range(2, len(route))]
        if any(group is not None and not isinstance(group, dict) for group in groups):
            return False
        stated, limits = _stated(instance.spec, route[1:]), graph.limits.get(name, {})
        if stated is None:
            if limits.get("required") == "true" and graph.defaults.get(name) is None:
                return False
        elif (type_name in SCALARS and not _has_type(stated, type_name)) or not _keeps(stated, limits):
            return False
    return True


def _keeps(value: Any, limits: Mapping[str, str]) -> bool:
    for key, limit in limits.items():
        if key in ("required", "immutable"):
            continue
        if key == "enum":
            if str(value) not in (item.strip() for item in limit.split(",")):
                return False
        elif key in ("minimum", "maximum") and isinstance(value, (int, float)):
            try:
                if value < float(limit) if key == "minimum" else value > float(limit):
                    return False
            except ValueError:
                return False
        elif key in ("minLength", "maxLength") and isinstance(value, str) and limit.isdigit():
            if len(value) < int(limit) if key == "minLength" else len(value) > int(limit):
                return False
        else:
            return False  # a marker that is not worked out, such as a pattern
    return True


def _group(data: dict[str, Any], route: list[str]) -> None:
    for key in route:
        data = data.setdefault(key, {})


def _put(data: dict[str, Any], route: list[str], value: Any) -> None:
    for key in route[:-1]:
        data = data.setdefault(key, {})
    data[route[-1]] = value


def _has_type(value: Any, of: str) -> bool:
    """Whether a value is of a type of SimpleSchema; False for types that a schema declares itself: it is not known."""
    if of in SCALARS:
        return isinstance(value, SCALARS[of]) and (of == "boolean") == isinstance(value, bool)
    if of.startswith("[]"):
        return isinstance(value, list) and all(_has_type(item, of[2:]) for item in value)
    if of.startswith("map[string]"):
        return isinstance(value, dict) and all(_has_type(item, of[len("map[string]") :]) for item in value.values())
    return False


def _rounds(graph: KroGraph, route: Path, values: Expressions) -> list[Expressions] | None:
    """The values for each object that a resource with a forEach makes; for other resources, the values as they are.
    None where it cannot be told. `route` leads to the object."""
    loops = graph.loops.get(int(route[2]), ()) if len(route) > 2 and route[:2] == ("spec", "resources") else ()
    rounds = [values]
    for name, expression in loops:
        more: list[Expressions] = []
        for round_values in rounds:
            items = round_values.get(_expression(expression) or "")
            if not name or not isinstance(items, list) or len(more) + len(items) > _MOST_ROUNDS:
                return None
            more += [round_values.with_variable(name, item) for item in items]
        rounds = more
    return rounds


_MOST_ROUNDS = 1_000


def _is_made(graph: KroGraph, route: Path, values: Mapping[str, Any]) -> bool | None:
    """Whether the resource that an object of the graph stands in is made; None where that cannot be told. `route` leads
    to the object."""
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
    document = f"{origin.file}:{origin.document}"
    loop = (Branch(f"{document}:{route[2]}", "forEach"),) if int(route[2]) in graph.loops or whens is None else ()
    return loop + tuple(Branch(f"{document}:{when}", f"includeWhen {when}") for when in map(str, whens or ()))


def _holds(when: Any, values: Mapping[str, Any]) -> bool | None:
    value = values.get(_expression(when) or "")
    return value if isinstance(value, bool) else None


def _expression(value: Any) -> str | None:
    """The expression, where a value is one and nothing else; else None."""
    expression = EXPRESSION.fullmatch(value.strip()) if isinstance(value, str) else None
    return expression[1].strip() if expression else None
