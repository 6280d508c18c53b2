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
    holes: dict[str, None] = {}
    for _, text in _texts(data, ()):
        start = 0
        for _ in range(_MOST_HOLES + 1):
            hit = find_in_text(text[start:])
            if hit is None:
                break
            holes[hit[1]] = None
            start += hit[2] + len(hit[1])
        else:
            return None
    return tuple(holes)


def has_other_expressions(data: Any, holes: tuple[str, ...]) -> bool:
    """Whether a field holds a `${…}` that is none of its placeholders, such as a variable of IAM: an engine that takes
    every `${…}` for its own would not let it through."""
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
        for number, item in enumerate(value):
            yield from _texts(item, (*path, number))


_STRUCTURES = ("inlinePolicies", "policies", "policyRefs", "permissionsBoundaryRef")


def unfilled(item: Object) -> str:
    """The part of a Role, a Policy or an association, beyond names and documents, that is filled in later and decides
    what AWS will have, as a reason; "" for none."""
    if not item.holes:
        return ""
    for key, value in item.annotations.items():
        if key.split("/")[0].endswith("services.k8s.aws") and has_hole(value, item.holes):
            return f"the annotation {key} is {value}, which is filled in later"
    whole, metadata = item.data.get("spec"), item.data.get("metadata")
    spec = mapping(whole)
    parts = [("spec", whole), ("metadata", metadata), ("metadata.annotations", mapping(metadata).get("annotations"))]
    parts += [*((f"spec.{name}", spec.get(name)) for name in _STRUCTURES)]
    references: list[Any] = [
        *sequence(spec.get("policyRefs")),
        *(spec.get(name) for name in ("permissionsBoundaryRef", "roleRef", "targetRoleRef")),
    ]
    parts += [("a reference", reference) for reference in references]
    parts += [("a reference", mapping(reference).get("from")) for reference in references]
    open_part = next(((where, value) for where, value in parts if isinstance(value, str)), None)
    return f"{open_part[0]} is {open_part[1]}, which is filled in later" if open_part else ""


def labels_are_open(item: Object) -> bool:
    """Whether an object may have labels that are not known: all are filled in later, or some are put in."""
    labels = mapping(item.data.get("metadata")).get("labels")
    return isinstance(labels, str) or any(find_in_text(key) is not None for key in item.labels)
