"""Holes: text that a template engine has yet to fill in, inside of text that is known otherwise.

A hole goes by its text (`${schema.spec.table}`, `{{ .Values.table }}`), and has the same value wherever it stands.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from .paths import Path


def has_hole(text: str, holes: tuple[str, ...]) -> bool:
    """Whether one of the holes stands in a text."""
    return any(hole in text for hole in holes)


def with_wildcards(text: str, holes: tuple[str, ...]) -> str:
    """The text with a `*` for each hole: a pattern for all that it may become."""
    return pattern_of(holes).sub("*", text) if holes else text


@lru_cache(maxsize=1024)
def pattern_of(holes: tuple[str, ...]) -> re.Pattern[str]:
    """An expression for any of the holes; the longest first, since one may begin as another does."""
    return re.compile("|".join(re.escape(hole) for hole in sorted(holes, key=len, reverse=True)))


def as_json(text: str, holes: tuple[str, ...]) -> str:
    """The text of a document as JSON in which each hole is text: within a string as it is written, elsewhere as a
    string of its own."""
    return _closed(text, holes, lambda hole: json.dumps(hole)[1:-1])


def in_place(text: str, holes: tuple[str, ...]) -> str:
    """`as_json` with filler of the same length for each hole, so that all other text keeps its offset."""
    return _closed(text, holes, lambda hole: "x" * len(hole), shorter=2)


def _closed(text: str, holes: tuple[str, ...], spelled: Callable[[str], str], shorter: int = 0) -> str:
    known = frozenset(holes)
    is_inside = False

    def put_in(found: re.Match[str]) -> str:
        nonlocal is_inside
        if found[0] in known:
            filler = spelled(found[0])
            return filler if is_inside else f'"{filler[shorter:]}"'
        if found[0] == '"':
            is_inside = not is_inside
        return found[0]

    return re.sub(rf'{pattern_of(holes).pattern}|"|\\.', put_in, text, flags=re.DOTALL)


def breaking(value: Any, path: Path, holes: tuple[str, ...], *, at_key: bool) -> str | None:
    """The hole that stands where a flaw is, if its value decides on the flaw; "" in an element where any text may turn
    out to be right, None where no hole stands there."""
    for step in path[:-1] if at_key else path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    text = path[-1] if at_key and path else value
    hole = next((hole for hole in holes if isinstance(text, str) and hole in text), None)
    named = [step for step in path[-2:] if isinstance(step, str)]
    return "" if hole is not None and not at_key and named and named[-1] in _FREE else hole


_FREE = ("Action", "NotAction", "Resource", "NotResource", "Sid", "AWS")
"""Elements in which text of any kind may turn out to be right."""


def is_wrong_sid(value: Any, path: Path, holes: tuple[str, ...]) -> bool:
    """Whether a Sid is wrong whatever is filled in: by what else stands in it, or because it stands twice."""
    statements = value["Statement"] if isinstance(value["Statement"], list) else [value["Statement"]]
    text = statements[int(path[1])]["Sid"] if len(path) > 2 else statements[0]["Sid"]
    others = [item.get("Sid") for item in statements if isinstance(item, dict)]
    rest = pattern_of(holes).sub("", text)
    return others.count(text) > 1 or not (rest.isascii() and (rest.isalnum() or not rest))
