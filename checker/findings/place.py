"""Symbolic places: what rules and patches point to, before anybody counts lines."""

from __future__ import annotations

from typing import Literal

from ..iam.documents.paths import Path
from ..iam.values import NamedTuple
from ..inventory.objects import Object, PolicyText

Part = Literal["key", "value"]


class Place(NamedTuple):
    """Somewhere in a file. Either a route to a node of a document, or a plain `offset` into the file's text.

    `inner` is a route inside the policy document that stands in that node's scalar, `inner_offset` an offset into it.
    """

    file: str
    document: int | None
    path: Path = ()
    part: Part = "value"
    inner: Path | None = None
    inner_offset: int | None = None
    offset: int | None = None
    length: int = 1


def at(item: Object, path: Path = (), part: Part = "value") -> Place:
    """The field of an object at this path."""
    for field in item.elsewhere:
        if path[: len(field.path)] == field.path:
            return Place(field.file, None, path, part, offset=field.offset)
    return Place(item.origin.file, item.origin.document, (*item.origin.path, *path), part)


def inside(text: PolicyText, inner: Path, part: Part = "value") -> Place:
    """An element of a policy document inside an object's field."""
    return at(text.owner, text.path)._replace(inner=inner, part=part)


def inside_at(text: PolicyText, offset: int) -> Place:
    """A character of a policy document inside an object's field."""
    return at(text.owner, text.path)._replace(inner_offset=offset)
