"""The cell's parameters, completed by what was found, and the auth keys table by them."""

from __future__ import annotations

from typing import Any

from ...iam.arns import parse_arn, role_name
from .effective_role import environment
from .record import Target


def completed(target: Target, container: dict[str, Any] | None, arn: str, issuer: str = "") -> dict[str, str]:
    """The parameters that the target gives, completed by the role's ARN, the container and the cluster's OIDC issuer;
    each may be unknown."""
    found = dict(target.parameters)
    named = role_name(arn)
    if named is not None:
        # The cell's account is the table's; the role may be in another.
        found.setdefault("account", named.account)
        found["roleAccount"] = named.account
    if target.region:
        found.setdefault("region", target.region)
    if target.cluster:
        found.setdefault("cluster", target.cluster)
    table = table_in(container)
    if table:
        found.setdefault("authKeysTable", table)
    whole = parse_arn(found.get("authKeysTable", ""))
    if whole is not None and whole.resource.startswith("table/"):
        # Given as an ARN, it says region and account itself.
        name = whole.resource.removeprefix("table/")
        found |= {"region": whole.region, "account": whole.account, "authKeysTable": name}
    if issuer:
        # The cluster itself knows better than the configuration.
        found["oidcIssuer"] = issuer
    return found


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
