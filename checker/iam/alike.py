"""Which actions there are to ask about, and which of them policies do not tell apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .catalogue import expand, find_action, service
from .globs import wildcard_glob
from .language import explore
from .policies import Layer
from .resource_types import resource_shapes
from .statements import action_matches

UNLISTED = "(any other action)"
"""Stands for the actions of a service that no catalogue lists and no pattern but `*` takes in."""

Stacks = tuple[tuple[Layer, ...], ...]


def alike(actions: Iterable[str], stacks: Stacks) -> Iterator[tuple[str, ...]]:
    """The actions in groups that no statement of these policies tells apart and that have the same kinds of ARN."""
    patterns = list(dict.fromkeys(action_patterns(stacks)))
    groups: dict[tuple[object, ...], list[str]] = {}
    for action in actions:
        folded = action.lower()
        shapes = tuple(id(shape) for shape in resource_shapes(folded))
        matched = tuple(action_matches(pattern, folded) for pattern in patterns)
        groups.setdefault((shapes, matched), []).append(action)
    return (tuple(group) for group in groups.values())


def action_patterns(stacks: Stacks) -> Iterator[str]:
    """Every Action string of the policies."""
    for layers in stacks:
        for layer in layers:
            for policy in layer.policies:
                for statement in policy.document.statements if policy.document else ():
                    yield from (entry.text for entry in statement.actions)


def named_actions(stacks: Stacks) -> tuple[str, ...]:
    """Every action that these policies can tell apart: the listed ones of each service they spell out, names for those
    that are not listed, one for each way in which the patterns match, and one for all other services."""
    by_service: dict[str, dict[str, None]] = {}
    for pattern in action_patterns(stacks):
        prefix, _, name = pattern.lower().partition(":")
        if name and "*" not in prefix and "?" not in prefix:
            by_service.setdefault(prefix, {})[name] = None
    named: dict[str, None] = {}
    for prefix, names in by_service.items():
        known = service(prefix)
        named |= dict.fromkeys(f"{prefix}:{action.name}" for action in known.actions.values()) if known else {}
        named |= dict.fromkeys(f"{prefix}:{name}" for name in _unlisted(prefix, list(names)))
    return (*named, f"(any other service):{UNLISTED}")


def _unlisted(prefix: str, names: list[str]) -> Iterator[str]:
    yield UNLISTED
    for name in names:
        if "*" not in name and "?" not in name and find_action(f"{prefix}:{name}") is None:
            yield name
    cells = explore(wildcard_glob("?*"), [wildcard_glob(name) for name in names if name != "*"])
    for cell in cells.found:
        if cell.accepted and find_action(f"{prefix}:{cell.witness}") is None:
            yield cell.witness


def spelled_out(pattern: str) -> tuple[str, ...] | None:
    """The actions an Action string stands for; None for a pattern that no listed action matches, or too many (`*`)."""
    found = expand(pattern)
    return found if found or ("*" not in pattern and "?" not in pattern) else None
