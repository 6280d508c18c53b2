"""Which actions there are to ask about, and which of them policies do not tell apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..catalogue.catalogue import expand, find_action, service
from ..catalogue.condition_keys import never_carried
from ..catalogue.resource_types import resource_shapes
from ..decisions.policies import Layer
from ..decisions.statements import action_matches
from ..decisions.unasked import asks_no_policy
from ..patterns.globs import matches, wildcard_glob
from ..patterns.language import explore

UNLISTED = "(any other action)"
"""Stands for the actions of a service that no catalogue lists and no pattern but `*` takes in."""

_ROUNDS = 25
"""Rounds of the search for a name that is not listed; each steps around the listed names that earlier ones met."""

Stacks = tuple[tuple[Layer, ...], ...]


def alike(actions: Iterable[str], stacks: Stacks) -> Iterator[tuple[str, ...]]:
    """The actions in groups. Those of one group are told apart by no statement of these policies, have the same kinds
    of ARN, and their requests lack the same of the condition keys that the policies ask for."""
    patterns = list(dict.fromkeys(action_patterns(stacks)))
    keys = list(dict.fromkeys(_keys(stacks)))
    groups: dict[tuple[object, ...], list[str]] = {}
    for action in actions:
        folded = action.lower()
        shapes = tuple(id(shape) for shape in resource_shapes(folded))
        matched = tuple(action_matches(pattern, folded) for pattern in patterns)
        lacking = tuple(never_carried(folded, key) for key in keys)
        groups.setdefault((shapes, matched, lacking, asks_no_policy(folded)), []).append(action)
    return (tuple(group) for group in groups.values())


def action_patterns(stacks: Stacks) -> Iterator[str]:
    """Every Action string of the policies."""
    for layers in stacks:
        for layer in layers:
            for policy in layer.policies:
                for statement in policy.document.statements if policy.document else ():
                    yield from (entry.text for entry in statement.actions)


def _keys(stacks: Stacks) -> Iterator[str]:
    for layers in stacks:
        for layer in layers:
            for policy in layer.policies:
                for statement in policy.document.statements if policy.document else ():
                    yield from (item.key.lower() for item in statement.conditions)


def named_actions(stacks: Stacks) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Every action that these policies can tell apart: the listed ones of each service they spell out, names for those
    that are not listed, one for each way in which the patterns match, and one for all other services. Second,
    the services that have too many patterns for that."""
    by_service: dict[str, None] = {}
    for pattern in action_patterns(stacks):
        prefix, _, name = pattern.lower().partition(":")
        if name and "*" not in prefix and "?" not in prefix:
            by_service[prefix] = None
    named: dict[str, None] = {}
    crowded: tuple[str, ...] = ()
    for prefix in by_service:
        known = service(prefix)
        named |= dict.fromkeys(f"{prefix}:{action.name}" for action in known.actions.values()) if known else {}
        beyond = beyond_the_list(f"{prefix}:*", stacks)
        named |= dict.fromkeys((f"{prefix}:{UNLISTED}",) if beyond is None else beyond)
        crowded += (prefix,) if beyond is None else ()
    return (*named, f"(any other service):{UNLISTED}"), crowded


def beyond_the_list(pattern: str, stacks: Stacks) -> tuple[str, ...] | None:
    """Actions that an Action string with wildcards in its name takes in and that no catalogue lists: those the policies
    name, one name for each way in which their patterns match, and one that only `*` takes in. None where these are too
    many to be told apart. AWS adds actions every week, so what is not listed may well exist.
    """
    prefix, _, wanted = pattern.partition(":")
    names = _names_of(prefix, stacks)
    inside = wildcard_glob(wanted.lower())
    plain = [name for name in names if "*" not in name and "?" not in name]
    unlisted = [name for name in plain if matches(inside, name.lower()) and find_action(f"{prefix}:{name}") is None]
    patterns = [wildcard_glob(name.lower()) for name in names if ("*" in name or "?" in name) and name != "*"]
    within = wildcard_glob("?*") if wanted == "*" else inside
    avoided = dict.fromkeys(name.lower() for name in plain)
    for _ in range(_ROUNDS):
        cells = explore(within, [*patterns, *map(wildcard_glob, avoided)])
        if cells.capped:
            return None
        ways = [cell for cell in cells.cells if cell.accepted < 1 << len(patterns)]
        listed = [cell.witness for cell in ways if find_action(f"{prefix}:{cell.witness}") is not None]
        if not listed:
            spelled = (cell.witness if cell.accepted else UNLISTED for cell in ways)
            return tuple(f"{prefix}:{name}" for name in dict.fromkeys((*unlisted, *spelled)))
        avoided |= dict.fromkeys(listed)
    return None


def show_action(action: str, stacks: Stacks) -> str:
    """An action for people; one that only stands for the unlisted ones of a pattern is shown as that pattern."""
    name = action.partition(":")[2]
    if name == UNLISTED or find_action(action) is not None:
        return action
    taking = [text for text in action_patterns(stacks) if text != "*" and action_matches(text, action.lower())]
    is_named = any(text.lower() == action.lower() for text in taking)
    pattern = max(taking, key=len, default=action)
    return action if is_named else f"{pattern} (those that are not listed)"


def _names_of(prefix: str, stacks: Stacks) -> list[str]:
    """The names in the Action strings of one service; of spellings that differ in case, the first."""
    named: dict[str, str] = {}
    for pattern in action_patterns(stacks):
        service_prefix, _, name = pattern.partition(":")
        if name and service_prefix.lower() == prefix.lower():
            named.setdefault(name.lower(), name)
    return list(named.values())


def spelled_out(pattern: str) -> tuple[str, ...] | None:
    """The actions an Action string stands for; None for a pattern that no listed action matches, or too many (`*`)."""
    actions = expand(pattern)
    return actions if actions or ("*" not in pattern and "?" not in pattern) else None
