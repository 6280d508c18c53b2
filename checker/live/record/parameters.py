"""Completes the cell's parameters by what was read, and derives the auth keys table from them."""

from __future__ import annotations

from typing import Any

from ...iam.arns import parse_arn, role_name
from .effective_role import environment
from .record import Target


def completed(target: Target, container: dict[str, Any] | None, arn: str, issuer: str = "") -> dict[str, str]:
    """The parameters that the target gives, completed by the role's ARN, the container and the cluster's OIDC issuer;
    each may be unknown."""
    parameters = dict(target.parameters)
    role = role_name(arn)
    if role is not None:
        # The cell's account is the table's; the role may be in another.
        parameters.setdefault("account", role.account)
        parameters["roleAccount"] = role.account
    if target.region:
        parameters.setdefault("region", target.region)
    if target.cluster:
        parameters.setdefault("cluster", target.cluster)
    table = table_in(container)
    if table:
        parameters.setdefault("authKeysTable", table)
    table_arn = parse_arn(parameters.get("authKeysTable", ""))
    if table_arn is not None and table_arn.resource.startswith("table/"):
        # Given as an ARN, it says region and account itself.
        name = table_arn.resource.removeprefix("table/")
        parameters |= {"region": table_arn.region, "account": table_arn.account, "authKeysTable": name}
    if issuer:
        # The cluster itself knows better than the configuration.
        parameters["oidcIssuer"] = issuer
    return parameters


def table_of(parameters: Any, container: dict[str, Any] | None) -> str:
    """The ARN of the auth keys table: from the cell's parameters, else from the container's environment; "" if none."""
    region, account = parameters.get("region", ""), parameters.get("account", "")
    table = parameters.get("authKeysTable", "") or table_in(container)
    if table.startswith("arn:"):
        return table if ":table/" in table else ""
    if not (region and account and table):
        return ""
    partition = "aws-cn" if region.startswith("cn-") else "aws-us-gov" if region.startswith("us-gov-") else "aws"
    return f"arn:{partition}:dynamodb:{region}:{account}:table/{table}"


def table_in(container: dict[str, Any] | None) -> str:
    """The auth keys table that the container's environment names: by a variable that speaks of the keys of callers
    (AUTH_KEYS_TABLE, API_KEY_TABLE_NAME), else by one that speaks of keys and of nothing else (KEYS_TABLE). "" where
    there is none, or several."""
    variables = environment(container) if container else {}
    named = {name: item for name, item in variables.items() if item and "TABLE" in name and "KEY" in name}
    tables = {item for name, item in named.items() if any(word in name for word in _OF_CALLERS)}
    tables = tables or {item for name, item in named.items() if _PLAIN.issuperset(name.split("_"))}
    return tables.pop() if len(tables) == 1 else ""


_OF_CALLERS = ("AUTH", "API", "ACCESS", "TENANT", "INDEX")
_PLAIN = frozenset({"KEY", "KEYS", "TABLE", "NAME", "ARN", "DYNAMODB", "DYNAMO", "DDB", "AWS", "STORE", "PROXY"})
