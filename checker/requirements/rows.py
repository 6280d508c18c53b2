"""What a requirement asks, action by action: patterns spelled out, and deeds under all of their names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..iam.catalogue import expand
from ..iam.paths import Path
from ..iam.synonyms import synonyms
from .model import Access, Requirement


class Row(NamedTuple):
    """One action on one resource (which may hold `${parameter}`), and the place of the resource in the requirement.

    `instead` is the action that this one does the same as, `carries` what a request for it then has: (condition key,
    value). With `is_beyond`, `action` is a pattern, and meant are the actions it takes in that no catalogue lists.
    """

    action: str
    resource: str
    path: Path
    instead: str = ""
    carries: tuple[tuple[str, str], ...] = ()
    is_beyond: bool = False


def required_rows(requirement: Requirement) -> list[Row]:
    """Every required action on every resource; a pattern stands for the listed actions it matches, or, where there are
    none, for itself, about which nothing can be told."""
    return [
        Row(action, resource, path)
        for access in requirement.require
        for resource, path in _resources(access)
        for action in dict.fromkeys(action for pattern in access.actions for action in expand(pattern) or (pattern,))
    ]


def forbidden_rows(requirement: Requirement) -> list[Row]:
    """The same of what is forbidden. A pattern also stands for the actions it takes in that no catalogue lists, and an
    action for others that do the same, unless the requirement names them itself, as forbidden or as required."""
    required = {row.action.lower() for row in required_rows(requirement)}
    rows: list[Row] = []
    for access in requirement.forbid:
        listed = dict.fromkeys(action for pattern in access.actions for action in expand(pattern))
        named = {action.lower() for action in listed} | required
        others: dict[str, Row] = {}
        for action in listed:
            for other in synonyms(action):
                if other.action.lower() not in named:
                    others.setdefault(other.action, Row(other.action, "", (), action, other.carries))
        for resource, path in _resources(access):
            rows += (Row(action, resource, path) for action in listed)
            rows += (row._replace(resource=resource, path=path) for row in others.values())
            for pattern in access.actions:
                if "*" in pattern or "?" in pattern:
                    is_listed = bool(expand(pattern))
                    rows.append(Row(pattern, resource, path, is_beyond=is_listed))
    return rows


def _resources(access: Access) -> Iterator[tuple[str, Path]]:
    for number, resource in enumerate(access.resources):
        yield resource, (*access.path, "resources", number)
