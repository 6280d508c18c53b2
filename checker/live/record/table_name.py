"""The auth keys table by its name: from the cell's parameters, or from the container's environment."""

from __future__ import annotations

from typing import Any

from .effective_role import environment


def table_of(parameters: Any, container: dict[str, Any] | None) -> str:
    """The ARN of the auth keys table: from the cell's parameters, else from the container's environment; "" if open."""
    region, account = parameters.get("region", ""), parameters.get("account", "")
    named = parameters.get("authKeysTable", "") or table_in(container)
    if named.startswith("arn:"):
        return named if ":table/" in named else ""
    if not (region and account and named):
        return ""
    partition = "aws-cn" if region.startswith("cn-") else "aws-us-gov" if region.startswith("us-gov-") else "aws"
    return f"arn:{partition}:dynamodb:{region}:{account}:table/{named}"


def table_in(container: dict[str, Any] | None) -> str:
    """The auth keys table that the container's environment names: by a variable that speaks of keys (AUTH_KEYS_TABLE,
    API_KEY_TABLE_NAME, …). "" where there is none, or several."""
    variables = environment(container) if container else {}
    named = {item for name, item in variables.items() if item and "TABLE" in name and "KEY" in name}
    return named.pop() if len(named) == 1 else ""
