"""The settings that a container is started with: its arguments, and what a shell in it assigns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ...ack.objects import mapping, sequence, text
from ...iam.expressions import expression
from .setting_names import as_variable, names_the_endpoint, names_the_region, names_the_table

_SETTING = expression(
    r"(?:^|(?<=[\s;&|(\"']))(?:(?:-D|--?)([A-Za-z][\w.-]*)(?:[=:]|\s+)|([A-Za-z_]\w*)=)"
    r"(?!-)(?:\"([^\"]*)\"|'([^']*)'|([^\s;&|\"']+))"
)
"""`--auth-keys-table NAME`, `-Dauth.keys.table=NAME`, `AUTH_KEYS_TABLE=NAME`."""
_VARIABLE = expression(r"\$(?:\((\w+)\)|\{(\w+)\}|(\w+))")

Kept = dict[str, str]
"""What the record keeps of a value: `value`, or where it comes from."""


def arguments(container: Mapping[str, Any], kept: Callable[[str, str], Kept]) -> list[dict[str, str]]:
    """The arguments of a container (as the API has it) that name table, region or endpoint; others may hold secrets.
    `kept` says by the name of the variable, and its value, what the record keeps."""
    line = " ".join(text(item) or "" for field in ("command", "args") for item in sequence(container.get(field)))
    stated = {text(mapping(item).get("name")): mapping(item) for item in sequence(container.get("env"))}
    found = []
    for flag, variable, *values in _SETTING.findall(line):
        name = as_variable(flag or variable)
        if not (names_the_table(name) or names_the_region(name) or names_the_endpoint(name)):
            continue
        value = next(filter(None, values), "")
        reference = _VARIABLE.fullmatch(value)
        named = next(filter(None, reference.groups()), "") if reference else ""
        if names_the_table(named) or names_the_region(named) or names_the_endpoint(named):
            continue  # the environment says it
        entry = stated.get(named, {})
        value = (text(entry.get("value")) or "") if reference else value
        found.append({"name": flag or variable, **(kept(name, value) if value else {"from": "value not recorded"})})
    return found
