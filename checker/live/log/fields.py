"""The fields of a line, and what the words of their names mean (fields.yaml)."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from ...iam.expressions import expression
from ...iam.values import NamedTuple

_FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fields.yaml")
_FIELD = expression(
    r"(?<![\w.])([A-Za-z_@][\w.@-]{0,60})[\"']?\s?[=:]\s?"
    r"(\"[^\"]*\"|'[^']*'|map\[[^\]]*\]|\[[^\]]*\]|\{\s*\}|\(\s*\)|[^\s,;\"'\])}{]+)"
)
_PART = expression(r"[A-Z]?[a-z]+\d*|[A-Z]+(?![a-z])")
_DEEPEST = 8


class Field(NamedTuple):
    """A field of a line: the words of its name, those of the field around it besides, and its value, in small
    letters."""

    words: frozenset[str]
    value: str
    around: frozenset[str] = frozenset()


class Names(NamedTuple):
    """The lists of fields.yaml."""

    origin: frozenset[str]
    good: frozenset[str]
    bad: frozenset[str]
    written: frozenset[str]
    weightless: frozenset[str]
    may_be_zero: frozenset[str]
    held: frozenset[str]
    not_done: frozenset[str]
    old: frozenset[str]
    state: frozenset[str]
    mode: frozenset[str]
    have: frozenset[str]
    wanted: frozenset[str]
    valid: frozenset[str]
    counted: frozenset[str]
    afar: frozenset[str]
    fine: frozenset[str]
    down: frozenset[str]
    table: frozenset[str]
    ours: frozenset[str]


@lru_cache(maxsize=1)
def names() -> Names:
    import yaml

    with open(_FILE, encoding="utf-8") as file:
        lists = yaml.load(file, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    return Names(**{name: frozenset(lists[name].split()) for name in Names._fields})


def are_ours(word: str) -> bool:
    """Whether keys with this word before them are those that are meant: auth keys are, and rate-limit keys are not."""
    return word.lower() in names().ours


def tables_named(text: str) -> Iterator[str]:
    """The tables that a line names, in fields, in words or by their ARNs, as they are written."""
    yield from _TABLE_ARN.findall(text)
    yield from (named or alike for named, alike in _FROM_TABLE.findall(text))
    for item in fields(text, as_written=True):
        is_name = "table" in item.words or (item.words == {"name"} and "table" in item.around)
        if is_name and item.words <= names().table and _TABLE.fullmatch(item.value):
            yield item.value


_TABLE = expression(r"(?=[^A-Za-z]*[A-Za-z])[\w.-]{3,255}")
_TABLE_ARN = expression(r"arn:aws[\w-]*:dynamodb:[\w-]*:\d*:table/[\w.-]{3,255}")
_FROM_TABLE = expression(
    r"\bfrom (?:(?:the )?(?:dynamodb )?table [\"']?([\w.-]{3,255})|([\w.-]{1,80}[_.-](?:auth|api)[_.-]?keys?\b))",
    re.IGNORECASE,
)


def fields(text: str, *, as_written: bool = False) -> Iterator[Field]:
    """The fields of a line: of a JSON record those at its leaves, with the words of the field around them, else
    `name=value` and `name: value`."""
    for name, around, value in _given(text):
        shown = value.strip()
        yield Field(_words(name), shown if as_written else shown.lower(), _words(around))


def _words(name: str) -> frozenset[str]:
    return frozenset(part.lower() for part in _PART.findall(name))


def _given(text: str) -> Iterator[tuple[str, str, str]]:
    start = text.find("{")
    if start >= 0 and not text[:start].strip():
        try:
            record = json.loads(text)
        except (ValueError, RecursionError):
            record = None
        if isinstance(record, dict):
            yield from _leaves(record, "", "", 0)
            return
    for name, value in _FIELD.findall(text):
        yield name, "", value.strip("\"'")


def _leaves(value: Any, name: str, around: str, depth: int) -> Iterator[tuple[str, str, str]]:
    if isinstance(value, dict) and value and depth < _DEEPEST:
        for key, item in value.items():
            yield from _leaves(item, str(key), name, depth + 1)
    elif isinstance(value, list) and value and depth < _DEEPEST:
        for item in value:
            yield from _leaves(item, name, around, depth + 1)
    else:
        yield name, around, value if isinstance(value, str) else json.dumps(value)
