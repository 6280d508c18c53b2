"""What of an object a template engine has yet to fill in: its holes, and what cannot be told because of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..iam.documents.holes import has_hole
from ..inventory.objects import Object
from ..text.nodes import Path
from .objects import mapping, sequence
from .placeholders import find_in_text, is_free_text

_MOST_HOLES = 200
"""Placeholders of one text that are told apart; each takes another look at the text."""


def holes_of(data: Any) -> tuple[str, ...] | None:
    """The placeholders in the fields of an object, as they are written; None where a text holds too many of them."""
    found: dict[str, None] = {}
    for _, text in _texts(data, ()):
        place = 0
        for _ in range(_MOST_HOLES + 1):
            hit = find_in_text(text[place:])
            if hit is None:
                break
            found[hit[1]] = None
            place += hit[2] + len(hit[1])
        else:
            return None
    return tuple(found)


def has_other_expressions(data: Any, holes: tuple[str, ...]) -> bool:
    """Whether a field holds a `${…}` that is none of its placeholders: a variable of IAM, say, which engines that know
    no other `${…}` than their own would not let through."""
    mask = re.compile("|".join(map(re.escape, sorted(holes, key=len, reverse=True)))) if holes else None
    return any("${" in (mask.sub("", text) if mask else text) for _, text in _texts(data, ()))


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if is_free_text(path):
        return
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, (*path, key))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _texts(item, (*path, place))


_STRUCTURES = ("inlinePolicies", "policies", "policyRefs", "permissionsBoundaryRef")


def unfilled(item: Object) -> str:
    """What of a Role, a Policy or an association is filled in later although it decides what AWS will have of it beyond
    names and documents, as a reason; "" for nothing."""
    if not item.holes:
        return ""
    for key, value in item.annotations.items():
        if key.split("/")[0].endswith("services.k8s.aws") and has_hole(value, item.holes):
            return f"the annotation {key} is {value}, which is filled in later"
    whole, metadata = item.data.get("spec"), item.data.get("metadata")
    spec = mapping(whole)
    places = [("spec", whole), ("metadata", metadata), ("metadata.annotations", mapping(metadata).get("annotations"))]
    places += [*((f"spec.{name}", spec.get(name)) for name in _STRUCTURES)]
    references: list[Any] = [*sequence(spec.get("policyRefs")), spec.get("permissionsBoundaryRef"), spec.get("roleRef")]
    places += [("a reference", one) for one in references]
    places += [("a reference", mapping(one).get("from")) for one in references]
    found = next(((where, value) for where, value in places if isinstance(value, str)), None)
    return f"{found[0]} is {found[1]}, which is filled in later" if found else ""


def labels_are_open(item: Object) -> bool:
    """Whether an object may have labels that are not known: all are filled in later, or some are put in."""
    labels = mapping(item.data.get("metadata")).get("labels")
    return isinstance(labels, str) or any(find_in_text(key) is not None for key in item.labels)
