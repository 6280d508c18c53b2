"""Which object of the one side is which of the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from ..iam.values import NamedTuple
from ..inventory.objects import Policy, Role
from .sides import Side

T = TypeVar("T", Role, Policy)


class Pair(NamedTuple):
    """An object before and after; None where there is none."""

    before: Role | None
    after: Role | None


def pair_roles(before: Side, after: Side) -> list[Pair]:
    """The roles of both sides, each once, in the order of the second."""
    return [
        Pair(*pair)
        for pair in _paired(before, after, *(side.facts.project.inventory.roles for side in (before, after)))
    ]


def pair_policies(before: Side, after: Side) -> list[tuple[Policy | None, Policy | None]]:
    """The policies of both sides."""
    return _paired(before, after, *(side.facts.project.inventory.policies for side in (before, after)))


def _paired(before: Side, after: Side, old: Sequence[T], new: Sequence[T]) -> list[tuple[T | None, T | None]]:
    """Pairs objects by name and file (first those rendered together), then by name in any file, then by name in AWS,
    then by place in a file: renamed altogether."""
    waiting = list(old)
    partner: dict[int, T] = {}
    keys: tuple[Callable[[Side, T], object], ...] = (
        lambda side, item: (
            item.object.namespace,
            item.object.name,
            side.file_of(item.object.origin.file),
            item.object.pool,
        ),
        lambda side, item: (item.object.namespace, item.object.name, side.file_of(item.object.origin.file)),
        lambda side, item: (item.object.namespace, item.object.name),
        lambda side, item: (item.iam_path, item.name.lower(), side.file_of(item.object.origin.file)),
        lambda side, item: (item.iam_path, item.name.lower()),
        lambda side, item: (
            side.file_of(item.object.origin.file),
            item.object.origin.document,
            item.object.origin.path,
        ),
    )
    for key in keys:
        by_key: dict[object, list[T]] = {}
        for item in waiting:
            by_key.setdefault(key(before, item), []).append(item)
        for item in new:
            matches = by_key.get(key(after, item))
            if id(item) not in partner and matches:
                partner[id(item)] = matches.pop(0)
        taken = set(map(id, partner.values()))
        waiting = [item for item in waiting if id(item) not in taken]
    pairs: list[tuple[T | None, T | None]] = [(partner.get(id(item)), item) for item in new]
    return pairs + [(item, None) for item in waiting]


def changed_texts(pairs: Iterable[tuple[T | None, T | None]]) -> list[tuple[T, T]]:
    """Pairs whose objects differ in anything but their place."""
    return [(old, new) for old, new in pairs if old and new and old.object.data != new.object.data]
