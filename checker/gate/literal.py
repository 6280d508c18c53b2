"""Which findings on an object hold before a template engine fills it in: those that rest on literal text alone.

A template changes what stands in its placeholders, and nothing else of a scalar (branches and loops, which take lines
in or out, keep an object from being judged at all). So a finding holds, whatever is filled in, where no placeholder
stands in the text that it is about, nor in what else the rule looks at (`About.rests_on`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ..ack.placeholders import find_in_text
from ..findings.place import Place
from ..findings.problem import Problem
from ..iam.documents.holes import as_json
from ..iam.documents.paths import Path
from ..inventory.objects import Object
from ..rules.rule import About


def is_literal(problem: Problem, about: About) -> bool:
    """Whether a problem of an object with placeholders stays one, whatever is filled in."""
    item = problem.subject
    if item is None:
        return False
    places = (problem.place, *(one.place for one in problem.related))
    return all(_stands_on_literal_text(place, item, about) for place in places)


def _stands_on_literal_text(place: Place, item: Object, about: About) -> bool:
    if (place.file, place.document) != item.origin[:2] or place.path[: len(item.origin.path)] != item.origin.path:
        return False
    route = place.path[len(item.origin.path) :]
    if place.inner is None and place.inner_offset is None:
        return _is_closed(item.data, route, place.part, not isinstance(about.rests_on, str))
    document, is_there = _at(item.data, route)
    if not is_there or not isinstance(document, str):
        return False
    if place.inner is None or isinstance(about.rests_on, str):
        is_whole = not place.inner or about.rests_on == "document"
        return (
            find_in_text(document if is_whole else json.dumps(_statement(document, place.inner or (), item.holes)))
            is None
        )
    try:
        data = json.loads(as_json(document, item.holes) if item.holes else document)
    except (ValueError, RecursionError):
        return False
    statement = _statement(document, place.inner, item.holes)
    beside = [statement.get(name) for name in about.rests_on] if isinstance(statement, dict) else []
    return _is_closed(data, place.inner, place.part, True) and not any(_has_placeholder(one) for one in beside)


def _statement(document: str, inner: Path, holes: tuple[str, ...]) -> Any:
    """The statement that a route leads into; the whole document where it leads into none."""
    try:
        data = json.loads(as_json(document, holes) if holes else document)
    except (ValueError, RecursionError):
        return document
    if inner[:1] != ("Statement",):
        return data
    statement, is_there = _at(data, inner[:2] if len(inner) > 1 and isinstance(inner[1], int) else inner[:1])
    return statement if is_there else data


def _is_closed(data: Any, route: Path, part: str, text_alone: bool) -> bool:
    """Whether the value at the end of a route is literal. With `text_alone` only its own text counts: a scalar, a list
    of scalars, the keys of a mapping, or a key and those beside it; else all that is in it."""
    if any(find_in_text(step) is not None for step in route if isinstance(step, str)):
        return False
    value, is_there = _at(data, route)
    parent = _at(data, route[:-1])[0]
    if text_alone and part == "key" and isinstance(parent, dict):
        value = dict.fromkeys(parent)
    elif text_alone and isinstance(value, dict):
        value = dict.fromkeys(value)
    return (is_there or text_alone) and not _has_placeholder(value)


def _at(data: Any, route: Path) -> tuple[Any, bool]:
    """The value at the end of a route, or the last one on the way to it; and whether the end is there."""
    for step in route:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return data, False
    return data, True


def _has_placeholder(value: Any) -> bool:
    return any(find_in_text(text) is not None for text in _texts(value))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(key)
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
