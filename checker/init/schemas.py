"""The JSON Schemas that an editor takes: those that decide here, with the names of the rules to choose from.

Here a name that does not exist is told with the nearest that does, and so is no matter of the schema; an editor has
nothing but the schema to complete from.
"""

from __future__ import annotations

import copy
from typing import Any

from ..rules import RULES
from ..schemas import load

NAMES = ("config", "requirement")


def for_editors(name: str) -> dict[str, Any]:
    """A schema as it is written for editors."""
    schema: dict[str, Any] = copy.deepcopy(dict(load(name)))
    if name == "config":
        settings = schema["properties"]["rules"]
        one = settings.pop("additionalProperties")
        about = {rule.ABOUT.id: (rule.__doc__ or "").strip().partition("\n")[0] for rule in RULES}
        settings["properties"] = {rule: {**one, "description": said} for rule, said in about.items()}
        settings["additionalProperties"] = False
        entry = schema["properties"]["ignore"]["items"]["properties"]["rule"]
        listed = entry.pop("items")
        entry.pop("type")
        entry["anyOf"] = [{"enum": [*about]}, {"type": "array", "items": {**listed, "enum": [*about]}}]
    return schema
