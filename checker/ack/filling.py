"""Placeholders filled in with values that are known: those that a cell gives (`placeholders:` in checker.yaml).

A placeholder goes by its name: what stands between its delimiters, for a shell variable without its default. `${{ x }}`
and `{{ x }}` are `x`, `${schema.spec.table}` is `schema.spec.table`, `${NAME:-text}` and `$NAME` are `NAME`, `<table>`
is `table`, `__TABLE__` is `TABLE`, a word in place of an account number is itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from yaml.nodes import Node, ScalarNode

from ..text.nodes import Path, find
from ..text.plain_scalars import resolve
from .objects import Sighting, make_object, nulls, without_nulls
from .placeholders import Placeholder, find_in_text, is_free_text

_DELIMITERS = (("${{", "}}"), ("{{", "}}"), ("${", "}"), ("<", ">"), ("__", "__"), ("$", ""))
_DEFAULT = re.compile(r"(\w+):?[-=?+]")
_MOST = 200
"""Placeholders of one text that are filled in; each takes another look at the text."""


def name_of(reason: str, shown: str) -> str:
    """The name of a placeholder that `find_in_text` has found."""
    for opening, closing in _DELIMITERS:
        if shown.startswith(opening) and shown.endswith(closing):
            name = shown[len(opening) : len(shown) - len(closing)].removeprefix("-").removesuffix("-").strip()
            default = _DEFAULT.match(name) if reason == "shell-variable" else None
            return default[1] if default else name
    return shown


def filled(sighting: Sighting, values: Mapping[str, str]) -> Sighting:
    """The object with every placeholder filled in that has a value, if those suffice: what then is left to fill in is
    in `placeholder`, and the object is as it was."""
    if not values or not sighting.supported or (sighting.placeholder is not None and not sighting.is_open):
        return sighting
    item = sighting.object
    data = _filled(item.data, (), values, sighting.node)
    left = next(_left(data, item.data, ()), None)
    if left is not None:
        return sighting._replace(placeholder=left)
    if sighting.placeholder is None and data == item.data:
        return sighting
    made = make_object(without_nulls(data), item.origin)._replace(nulls=(*item.nulls, *nulls(data)))
    return sighting._replace(object=made, placeholder=None, is_open=False)


def _filled(value: Any, path: Path, values: Mapping[str, str], node: Node) -> Any:
    if isinstance(value, dict):
        return {key: _filled(item, (*path, key), values, node) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, (*path, place), values, node) for place, item in enumerate(value)]
    if not isinstance(value, str):
        return value
    text, is_all = _text(value, values)
    if is_all and text != value:
        scalar = find(node, path)
        # Without quotes, what is filled in is read as YAML: a number stays one.
        if isinstance(scalar, ScalarNode) and not scalar.style:
            return resolve(text)
    return text


def _text(value: str, values: Mapping[str, str]) -> tuple[str, bool]:
    """A text with its placeholders filled in, and whether it was one placeholder and nothing else."""
    parts: list[str] = []
    place, is_all = 0, False
    while len(parts) < 2 * _MOST and (found := find_in_text(value[place:])) is not None:
        reason, shown, offset = found
        name = name_of(reason, shown)
        known = values.get(name, shown) if reason != "flux-escape" else shown
        parts += [value[place : place + offset], known]
        is_all = is_all or (place == 0 and shown == value)
        place += offset + len(shown)
    return "".join((*parts, value[place:])), is_all


def _left(data: Any, before: Any, path: Path) -> Iterator[Placeholder]:
    """The placeholders that are left, where they stand in the text as it is written."""
    if is_free_text(path):
        return
    if isinstance(data, dict):
        for key, item in data.items():
            yield from _left(item, before[key], (*path, key))
    elif isinstance(data, list):
        for place, item in enumerate(data):
            yield from _left(item, before[place], (*path, place))
    elif isinstance(data, str) and isinstance(before, str):
        found = find_in_text(data)
        if found is not None:
            reason, shown, _ = found
            yield Placeholder(reason, shown, path, max(0, before.find(shown)), False)
