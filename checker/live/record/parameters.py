"""Completes the cell's parameters by what was read, and derives the auth keys table from them."""

from __future__ import annotations

from typing import Any

from ...ack.objects import sequence
from ...iam.arns import parse_arn, role_name
from .effective_role import environment
from .record import Target
from .setting_names import as_variable, names_the_table


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
    """The auth keys table that the container's arguments (--auth-keys-table) name, else its environment
    (AUTH_KEYS_TABLE, API_KEY_TABLE_NAME, …). "" where there is none, or several, or where its value comes from
    elsewhere."""
    tables = tables_in(container)
    return tables[0] if len(set(map(table_name, tables))) == 1 else ""


def tables_in(container: dict[str, Any] | None) -> tuple[str, ...]:
    """All of them; one that is named by its ARN as well comes first so."""
    variables = environment(container) if container else {}
    arguments = [
        item for item in sequence((container or {}).get("arguments")) if names_the_table(as_variable(item["name"]))
    ]
    stated = [item.get("value", "") for item in arguments] or [
        item for name, item in variables.items() if item and names_the_table(name)
    ]
    return tuple(sorted(dict.fromkeys(filter(None, stated)), key=lambda item: not item.startswith("arn:")))


def table_name(text: str) -> str:
    """The name of a table, given by its name or by its ARN, or by that of an index of it."""
    arn = parse_arn(text)
    return arn.resource.removeprefix("table/").partition("/")[0] if arn is not None else text
