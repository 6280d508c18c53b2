"""The environment variables that a container takes from ConfigMaps, filled in.

What `env` says wins over `envFrom`, and of several in `envFrom` the last one; what is `optional` and not there sets
nothing (Kubernetes API Reference, Container and EnvFromSource). Secrets are not read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...ack.objects import mapping, sequence
from .record import Reading

CONFIG_MAP = "config-map/"
"""What the readings of ConfigMaps are named, before the name of each."""

_MAP = "configMapKeyRef", "configMapRef"


def config_maps(container: dict[str, Any] | None) -> tuple[str, ...]:
    """The names of the ConfigMaps from which a container (as the record has it) takes variables."""
    entries = [*sequence((container or {}).get("env")), *sequence((container or {}).get("envFrom"))]
    named = (item for item in map(mapping, entries) if item.get("from") in _MAP and item.get("of"))
    return tuple(dict.fromkeys(str(item["of"]) for item in named))


def names_of(container: dict[str, Any], name: str, keys: tuple[str, ...]) -> dict[str, list[str]]:
    """By key of a ConfigMap (`name`, with these keys), the variables as which the container takes it."""
    taken: dict[str, list[str]] = {}
    for item in map(mapping, sequence(container.get("env"))):
        if item.get("from") == _MAP[0] and item.get("of") == name:
            taken.setdefault(str(item.get("key")), []).append(str(item.get("name")))
    for item in map(mapping, sequence(container.get("envFrom"))):
        if item.get("from") == _MAP[1] and item.get("of") == name:
            for key in keys:
                taken.setdefault(key, []).append(f"{item.get('prefix', '')}{key}")
    return taken


def filled_in(container: dict[str, Any], readings: Mapping[str, Reading]) -> dict[str, Any]:
    """The container with the variables that it takes from the ConfigMaps among these readings. What none of them says
    stays as it is."""
    maps = {
        name.removeprefix(CONFIG_MAP): item.value or {"data": {}}
        for name, item in readings.items()
        if name.startswith(CONFIG_MAP) and item.is_settled
    }
    absent = {name.removeprefix(CONFIG_MAP) for name, item in readings.items() if item.status == "absent"}
    if not maps:
        return container
    variables: dict[str, dict[str, Any]] = {}
    left = []
    for item in sequence(container.get("envFrom")):
        is_known = isinstance(item, dict) and item.get("from") == _MAP[1] and item.get("of") in maps
        if not is_known or (item["of"] in absent and not item.get("optional")):
            left.append(item)
            continue
        for key, entry in maps[item["of"]]["data"].items():
            name = f"{item.get('prefix', '')}{key}"
            variables[name] = {"name": name, **entry}
    for item in map(mapping, sequence(container.get("env"))):
        name, entry = str(item.get("name")), dict(item)
        if item.get("from") == _MAP[0] and item.get("of") in maps:
            # What must be there and is not now was there when the container started.
            entry = maps[item["of"]]["data"].get(item.get("key"), {} if item.get("optional") else entry)
        variables.pop(name, None)
        if entry:
            variables[name] = {**entry, "name": name}
    return {**container, "env": list(variables.values()), "envFrom": left}
