"""Changes as rules think of them: at a node, named by its route, in a document or in the policy inside a scalar.

A patch says what the data is to become; `expected` works that out on plain data, `realize` makes text edits of it, and
the two have to agree.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable
from typing import Any, Literal

from ...findings.place import Place
from ...iam.documents.paths import Path
from ...iam.values import NamedTuple

Kind = Literal["replace", "append", "insert", "remove", "rename", "retext", "splice"]


class Patch(NamedTuple):
    """One change at a place. `key` names a new member or a key's new name, `value` is plain data (or text), `start` and
    `end` are offsets: into the scalar's value for "retext", into the file for "splice".
    """

    kind: Kind
    place: Place
    key: str = ""
    value: Any = None
    start: int = 0
    end: int = 0


def replace(place: Place, value: Any) -> Patch:
    """The node at the place becomes `value`."""
    return Patch("replace", place, value=value)


def append(place: Place, *items: Any) -> Patch:
    """The list at the place gets more items; a single value becomes a list."""
    return Patch("append", place, value=items)


def insert(place: Place, key: str, value: Any) -> Patch:
    """The mapping at the place gets another member."""
    return Patch("insert", place, key, value)


def remove(place: Place) -> Patch:
    """The member or item at the place goes."""
    return Patch("remove", place)


def rename(place: Place, key: str) -> Patch:
    """The member at the place gets another key."""
    return Patch("rename", place, key)


def retext(place: Place, start: int, end: int, text: str) -> Patch:
    """Characters of the scalar's value are replaced, whatever they mean."""
    return Patch("retext", place, value=text, start=start, end=end)


def splice(file: str, start: int, end: int, text: str) -> Patch:
    """Characters of the file are replaced; the data it stands for stays the same."""
    return Patch("splice", Place(file, None), value=text, start=start, end=end)


def expected(data: Any, patches: Iterable[Patch]) -> Any:
    """The data of one document after these patches, its policy documents as data too (see `meaning`). Raises
    LookupError and TypeError where a patch does not fit the data.
    """
    return meaning(changed(data, patches))


def changed(data: Any, patches: Iterable[Patch]) -> Any:
    """Plain data after patches; a string that they change inside becomes a `_Document`."""
    whole = copy.deepcopy(data)
    # Renames and removals come last, and from the end, so that they do not move what the other patches name.
    last = {"rename": 1, "remove": 2}
    ordered = sorted(patches, key=lambda item: (last.get(item.kind, 0), _from_the_end(item), -item.start))
    for patch in ordered:
        place = patch.place
        if place.inner is None:
            whole = _changed(whole, place.path, patch)
        else:
            text = _at(whole, place.path)
            inner = text if isinstance(text, _Document) else _Document(json.loads(text))
            whole = _changed(whole, place.path, replace(place, _Document(_changed(inner.value, place.inner, patch))))
    return whole


class _Document(NamedTuple):
    value: Any


def meaning(value: Any) -> Any:
    """Plain data with every string that is a JSON object or list read as such, so that layout does not count."""
    if isinstance(value, _Document):
        return ("document", meaning(value.value))
    if isinstance(value, dict):
        return {key: meaning(item) for key, item in value.items()}
    if isinstance(value, list):
        return [meaning(item) for item in value]
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            return ("document", meaning(json.loads(value)))
        except (ValueError, RecursionError):
            return value
    return value


def _from_the_end(patch: Patch) -> tuple[Any, ...]:
    steps = (*patch.place.path, *(patch.place.inner or ()))
    return tuple(-step if isinstance(step, int) else 0 for step in steps)


def _at(data: Any, path: Path) -> Any:
    for step in path:
        data = data[step]
    return data


def _changed(data: Any, path: Path, patch: Patch) -> Any:
    if not path:
        return _here(data, patch)
    parent = _at(data, path[:-1])
    step = path[-1]
    if patch.kind == "remove":
        del parent[step]
    elif patch.kind == "rename":
        renamed = {(patch.key if key == step else key): item for key, item in parent.items()}
        parent.clear()
        parent.update(renamed)
    else:
        parent[step] = _here(parent[step], patch)
    return data


def _here(found: Any, patch: Patch) -> Any:
    if patch.kind == "replace":
        return patch.value
    if patch.kind == "append":
        return [*(found if isinstance(found, list) else [found]), *patch.value]
    if patch.kind == "insert":
        if patch.key in found:
            raise LookupError(patch.key)
        return {**found, patch.key: patch.value}
    if patch.kind == "retext":
        return found[: patch.start] + patch.value + found[patch.end :]
    raise TypeError(patch.kind)
