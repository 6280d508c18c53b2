"""The JSON Schemas for editors: those that checker itself validates with, and the names of the rules in them.

checker reports an unknown rule with the nearest name that exists, so its own schema lists none; an editor has nothing
but the schema to complete from.
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
        rule_schema = settings.pop("additionalProperties")
        about = {rule.ABOUT.id: (rule.__doc__ or "").strip().partition("\n")[0] for rule in RULES}
        settings["properties"] = {rule: {**rule_schema, "description": summary} for rule, summary in about.items()}
        settings["additionalProperties"] = False
        entry = schema["properties"]["ignore"]["items"]["properties"]["rule"]
        listed = entry.pop("items")
        entry.pop("type")
        entry["anyOf"] = [{"enum": [*about]}, {"type": "array", "items": {**listed, "enum": [*about]}}]
    return schema
