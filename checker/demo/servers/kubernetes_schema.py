"""What an API server says of an object that breaks the schema of its kind.

Two checks, as the server makes them: the patch of an apply has to be of the kind's type (structured-merge-diff,
`typed/validate.go`, answered with 500), and the object that comes of it has to be valid (apiextensions-apiserver, 422).
Lengths, patterns and ranges are left to the rules: the CRDs have none. The tests put the same objects to a real server.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from ...iam.expressions import expression
from ...iam.values import NamedTuple
from ...schemas import load


class Invalid(NamedTuple):
    """One field that makes an object invalid, as a cause of the answer words it."""

    field: str
    reason: str
    message: str


_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_NAME = expression(rf"{_LABEL}(\.{_LABEL})*")
_A_NAME = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and"
    " end with an alphanumeric character"
)
_ANYTHING: Mapping[str, Any] = {}
_SCALARS = {"string": (str,), "integer": (int, float), "boolean": (bool,)}
_EXPECTED = {
    "string": "expected string, got &value.valueUnstructured{{Value:{}}}",
    "integer": "expected numeric (int or float), got *value.valueUnstructured",
    "boolean": "expected boolean, got &value.valueUnstructured{{Value:{}}}",
    "array": "expected list, got &{{{}}}",
    "object": "expected map, got &{{{}}}",
}


def typed_patch(kind: str, body: Mapping[str, Any]) -> str:
    """The first field of an apply that is not of the kind's type, as `.spec.description: expected string, got …`; ""
    where all are, and of a kind without a schema here."""
    schema = _schema(kind)
    return next(_untyped(schema, dict(body), ""), "") if schema else ""


def invalid(kind: str, item: Mapping[str, Any]) -> list[Invalid]:
    """What makes an object invalid: a name that is none, fields that are missing, nulls where a value is due."""
    name = item["metadata"]["name"]
    if not _NAME.fullmatch(name):
        return [Invalid("metadata.name", "FieldValueInvalid", f'Invalid value: "{name}": {_A_NAME}')]
    schema, spec = _schema(kind), item.get("spec")
    if not schema or not isinstance(spec, dict):
        return []
    missing = [
        Invalid(f"spec.{name}", "FieldValueRequired", "Required value") for name in _required(kind) if name not in spec
    ]
    return [*missing, *_nulls(schema["properties"]["spec"], spec, "spec")]


@cache
def _definitions() -> dict[str, Any]:
    return dict(load("ack")["definitions"])


@cache
def _schema(kind: str) -> dict[str, Any] | None:
    definition = _definitions().get(kind)
    top = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "status": _ANYTHING}
    return {**definition, "type": "object", "properties": {**definition["properties"], **top}} if definition else None


def _required(kind: str) -> list[str]:
    # The shipped schema asks for them where no object is adopted; the CRD asks always.
    return sorted(_definitions()[kind]["else"]["properties"]["spec"]["required"])


def _meant(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    return _definitions()[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def _untyped(schema: Mapping[str, Any], value: Any, place: str) -> Iterator[str]:
    schema = _meant(schema)
    kind = schema.get("type")
    if kind is None or value is None:
        return
    if not _is_of(kind, value):
        yield f"{place}: {_EXPECTED[kind].format(_in_go(value))}"
    elif kind == "array":
        for number, entry in enumerate(value):
            yield from _untyped(schema["items"], entry, f"{place}[{number}]")
    elif kind == "object":
        known, others = schema.get("properties", {}), schema.get("additionalProperties", _ANYTHING)
        for key in sorted(value):
            if key not in known and not isinstance(others, dict):
                yield f"{place}.{key}: field not declared in schema"
            else:
                yield from _untyped(known.get(key, others), value[key], f"{place}.{key}")


def _is_of(kind: str, value: Any) -> bool:
    if kind in _SCALARS:
        return isinstance(value, _SCALARS[kind]) and isinstance(value, bool) == (kind == "boolean")
    return isinstance(value, list if kind == "array" else dict)


def _in_go(value: Any) -> str:
    """A value as Go prints it."""
    if isinstance(value, list):
        return f"[{' '.join(_in_go(entry) for entry in value)}]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _nulls(schema: Mapping[str, Any], value: Any, place: str) -> Iterator[Invalid]:
    schema = _meant(schema)
    kind = schema.get("type")
    if value is None and kind is not None:
        message = f'{place} in body must be of type {kind}: "null"'
        yield Invalid(place, "FieldValueInvalid", f'Invalid value: "null": {message}')
    elif isinstance(value, list):
        for entry in value:
            yield from _nulls(schema["items"], entry, place)
    elif isinstance(value, dict):
        others = schema.get("additionalProperties", _ANYTHING)
        others = others if isinstance(others, dict) else _ANYTHING
        for key, below in value.items():
            yield from _nulls(schema.get("properties", {}).get(key, others), below, f"{place}.{key}")
