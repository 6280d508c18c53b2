"""Whether a value fits a schema, asked without a schema engine.

To load the engine costs a tenth of a run over one file, and nearly all files are valid. This knows the keywords that
the shipped schemas use, and no others; what does not fit is put to the engines, which say why. Held equal to
jsonschema-rs over thousands of made values by tests/schemas/test_fitting.py.

Source for each keyword: JSON Schema draft 7, "Validation", sections 6.1 to 6.7, and "Core", section 8.3.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Schema = dict[str, Any]


def fits(schema: Schema | bool, value: Any, root: Schema) -> bool:
    """Whether the schema takes the value (plain dicts, lists and scalars); also False where nobody looked: in long
    lists. References are looked up in `root`, the
    whole of which the schema is a part. Raises KeyError for a keyword that is not known here."""
    if isinstance(schema, bool):
        return schema
    # Draft 7: what stands beside a reference is ignored.
    reference = schema.get("$ref")
    if reference is not None:
        return fits(_referred(reference, root), value, root)
    return all(_CHECKS[keyword](asked, value, schema, root) for keyword, asked in schema.items())


def _referred(reference: str, root: Schema) -> Any:
    place: Any = root
    for step in reference.removeprefix("#/").split("/"):
        place = place[step]
    return place


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


_TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": _is_number,
    "integer": lambda value: _is_number(value) and (isinstance(value, int) or value.is_integer()),
}


def _has_type(asked: str | list[str], value: Any) -> bool:
    return any(_TYPES[name](value) for name in ([asked] if isinstance(asked, str) else asked))


def _is_same(one: Any, other: Any) -> bool:
    """Equality in JSON, where true is no number."""
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _are_distinct(asked: bool, value: Any) -> bool:
    return not asked or (
        len(value) <= _FEW and not any(_is_same(one, other) for at, one in enumerate(value) for other in value[:at])
    )


_FEW = 100
"""Items of a list that are looked at here; more are left to the engine, which takes a tenth of the time."""


def _matches(pattern: str, value: str) -> bool:
    """As ECMA 262 and the engine have it: in Python alone a dollar also stands before a line break at the end."""
    whole = pattern[:-1] + r"\Z" if pattern.endswith("$") else pattern
    return re.search(whole, value) is not None


def _names_fit(asked: Schema, value: Any, schema: Schema, root: Schema) -> bool:
    known = schema.get("properties", ())
    return all(fits(asked, item, root) for name, item in value.items() if name not in known)


def _fits_where(asked: Schema, value: Any, schema: Schema, root: Schema) -> bool:
    branch = schema.get("then" if fits(asked, value, root) else "else", True)
    return fits(branch, value, root)


def _always(*_: Any) -> bool:
    return True


_CHECKS: dict[str, Callable[[Any, Any, Schema, Schema], bool]] = {
    "type": lambda asked, value, _schema, _root: _has_type(asked, value),
    "const": lambda asked, value, _schema, _root: _is_same(asked, value),
    "enum": lambda asked, value, _schema, _root: any(_is_same(one, value) for one in asked),
    "minimum": lambda asked, value, _schema, _root: not _is_number(value) or value >= asked,
    "maximum": lambda asked, value, _schema, _root: not _is_number(value) or value <= asked,
    "minLength": lambda asked, value, _schema, _root: not isinstance(value, str) or len(value) >= asked,
    "maxLength": lambda asked, value, _schema, _root: not isinstance(value, str) or len(value) <= asked,
    "pattern": lambda asked, value, _schema, _root: not isinstance(value, str) or _matches(asked, value),
    "minItems": lambda asked, value, _schema, _root: not isinstance(value, list) or len(value) >= asked,
    "maxItems": lambda asked, value, _schema, _root: not isinstance(value, list) or len(value) <= asked,
    "items": lambda asked, value, _schema, root: (
        not isinstance(value, list) or (len(value) <= _FEW and all(fits(asked, item, root) for item in value))
    ),
    "uniqueItems": lambda asked, value, _schema, _root: not isinstance(value, list) or _are_distinct(asked, value),
    "minProperties": lambda asked, value, _schema, _root: not isinstance(value, dict) or len(value) >= asked,
    "required": lambda asked, value, _schema, _root: (
        not isinstance(value, dict) or all(name in value for name in asked)
    ),
    "properties": lambda asked, value, _schema, root: (
        not isinstance(value, dict)
        or all(fits(part, value[name], root) for name, part in asked.items() if name in value)
    ),
    "additionalProperties": lambda asked, value, schema, root: (
        not isinstance(value, dict) or _names_fit(asked, value, schema, root)
    ),
    "propertyNames": lambda asked, value, _schema, root: (
        not isinstance(value, dict) or all(fits(asked, name, root) for name in value)
    ),
    "allOf": lambda asked, value, _schema, root: all(fits(part, value, root) for part in asked),
    "anyOf": lambda asked, value, _schema, root: any(fits(part, value, root) for part in asked),
    "if": _fits_where,
    # What `if` asks, and what says nothing about the value.
    **dict.fromkeys(("then", "else", "$schema", "$id", "definitions", "title", "description", "$comment"), _always),
}
