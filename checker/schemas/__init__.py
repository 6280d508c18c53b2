"""The shipped JSON Schemas, and what in a value breaks them.

Three share the work: `fitting` says yes to the first values of a run, jsonschema-rs answers yes or no where there are
many or the answer may be no, jsonschema explains where it is no (docs/decisions.md has the measurements). Of ours it
imports only `iam.values`.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from functools import lru_cache
from typing import Any

from ..iam.values import NamedTuple
from .fitting import fits

Path = tuple[str | int, ...]


class Violation(NamedTuple):
    """One broken constraint: where, which JSON Schema keyword, its value, what the place holds, and what is due there.

    For `required` and `additionalProperties` the path ends in the missing or unknown key.
    """

    path: Path
    keyword: str
    expected: Any
    found: Any
    hint: str


class SchemaDisagreementError(Exception):
    """The engines differ on whether a value is valid: a defect of ours, never of the input."""


def load(name: str) -> dict[str, Any]:
    """The shipped schema of that name: `ack`, `requirement`, `config`, `baseline`, or that of a command's JSON
    (`report`, `diagnosis`, `fix`, `emission`, `diff`)."""
    with open(os.path.join(os.path.dirname(__file__), f"{name}.json"), encoding="utf-8") as file:
        schema: dict[str, Any] = json.load(file)
    return schema


def is_valid(name: str, value: Any) -> bool:
    """Whether the schema takes the value."""
    _asked[name] += 1
    if _asked[name] <= _FEW and fits(_loaded(name), value, _loaded(name)):
        return True
    return bool(_validator(name).is_valid(value))


_FEW = 100
"""Values of one schema after which the engine, which answers in a tenth of the time, has paid for being loaded."""

_asked: Counter[str] = Counter()


def violations(name: str, value: Any) -> list[Violation]:
    """Everything in `value` (plain dicts, lists and scalars) that the schema refuses, sorted by path."""
    if is_valid(name, value):
        return []
    from jsonschema import Draft7Validator

    broken = [item for error in Draft7Validator(load(name)).iter_errors(value) for item in _read(error)]
    if not broken:
        raise SchemaDisagreementError(f"the schema {name} refuses a value without a reason")
    return list(dict.fromkeys(sorted(broken, key=_in_order)))


def _in_order(violation: Violation) -> list[tuple[bool, int, str]]:
    """Numbers of entries by their size, names of fields by their letters."""
    return [
        (isinstance(step, str), step if isinstance(step, int) else 0, step if isinstance(step, str) else "")
        for step in violation.path
    ]


@lru_cache
def _validator(name: str) -> Any:
    import jsonschema_rs

    return jsonschema_rs.Draft7Validator(_loaded(name))


_loaded = lru_cache(load)


def _read(error: Any) -> list[Violation]:
    path = tuple(error.absolute_path)
    hint = error.schema.get("description", "") if isinstance(error.schema, dict) else ""
    if error.validator == "additionalProperties":
        known = list(error.schema.get("properties", {}))
        return [
            Violation((*path, key), "additionalProperties", tuple(known), None, hint)
            for key in error.instance
            if key not in known
        ]
    if error.validator == "required":
        return [
            Violation((*path, key), "required", key, None, hint)
            for key in error.validator_value
            if key not in error.instance
        ]
    if "propertyNames" in error.absolute_schema_path:
        path = (*path, error.instance)
    return [Violation(path, error.validator, _frozen(error.validator_value), _frozen(error.instance), hint)]


class CollectionText(str):
    """A mapping or a list, as its JSON text."""


def _frozen(value: Any) -> Any:
    if isinstance(value, (str, int, float, bool, type(None))):
        return value
    return CollectionText(json.dumps(value, sort_keys=True, default=str))
