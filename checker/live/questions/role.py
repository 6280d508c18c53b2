"""The role and every policy on it.

A role in another account than that of the credentials cannot be read with them: that is said, and never taken for
"does not exist".
"""

from __future__ import annotations

import json
from typing import Any

from ...iam.arns import role_name
from ...managed import find as find_managed
from ..asking import Asking, Refused
from ..clients.aws import Aws, show_time
from ..record.redaction import redact_pair
from .account import elsewhere

ACTIONS = ("dynamodb:GetItem", "dynamodb:Query", "dynamodb:BatchGetItem")
"""What the simulator is asked about: the reads a reverse proxy makes."""


def role(asking: Asking, aws: Aws, arn: str, region: str, table_arn: str) -> None:
    """The role and every policy on it, concurrently; `table_arn` is what the simulator is asked about ("": nothing)."""
    named = role_name(arn)
    if named is None:
        asking.note("role", f"iam:GetRole {arn}", "skipped", f"{arn} is no ARN of a role")
        return
    name = named.name

    def read() -> dict[str, Any]:
        try:
            iam_role = aws.call("iam", "get_role", RoleName=name)["Role"]
        except Refused as error:
            raise elsewhere(asking, named.account, f"role {arn}", error) from None
        if role_name(iam_role["Arn"]) != named:
            raise Refused("denied", f"the credentials see {iam_role['Arn']}; the role is in account {named.account}")
        boundary = (iam_role.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn", "")
        if boundary:
            policy(asking, aws, boundary)
        return {
            "arn": iam_role["Arn"],
            "id": iam_role.get("RoleId", ""),
            "name": iam_role["RoleName"],
            "path": iam_role.get("Path", "/"),
            "created": show_time(iam_role.get("CreateDate")),
            "maxSessionDuration": iam_role.get("MaxSessionDuration"),
            "trust": _document(iam_role.get("AssumeRolePolicyDocument")),
            "boundary": boundary,
            "tags": {item["Key"]: redact_pair(item["Key"], item["Value"]) for item in iam_role.get("Tags") or []},
        }

    asking.ask("role", f"iam:GetRole {name}", read)
    inline = asking.ask("inline-names", f"iam:ListRolePolicies {name}", lambda: _inline_names(aws, name))
    attached = asking.ask("attached", f"iam:ListAttachedRolePolicies {name}", lambda: _attached(aws, name))
    if table_arn:
        _simulate(asking, aws, arn, table_arn)
    for policy_name in inline.get().value or ():
        asking.ask(f"inline/{policy_name}", f"iam:GetRolePolicy {name} {policy_name}", _inline(aws, name, policy_name))
    for policy_arn in attached.get().value or ():
        policy(asking, aws, policy_arn)


def policy(asking: Asking, aws: Aws, arn: str) -> None:
    """A managed policy's document in force. AWS's own are known from the shipped snapshot and cost no request."""
    if ":iam::aws:policy/" in arn and find_managed(arn) is not None:
        return

    def read() -> dict[str, Any]:
        metadata = aws.call("iam", "get_policy", PolicyArn=arn)["Policy"]
        version = metadata["DefaultVersionId"]
        answer = aws.call("iam", "get_policy_version", PolicyArn=arn, VersionId=version)["PolicyVersion"]
        kept = {"arn": arn, "name": metadata["PolicyName"], "path": metadata.get("Path", "/"), "version": version}
        changed = show_time(metadata.get("UpdateDate"))
        return {**kept, "changed": changed, "document": _document(answer["Document"])}

    asking.ask(f"policy/{arn}", f"iam:GetPolicyVersion {arn}", read)


def _simulate(asking: Asking, aws: Aws, arn: str, table_arn: str) -> None:
    def read() -> list[dict[str, Any]]:
        names = {"ActionNames": list(ACTIONS), "ResourceArns": [table_arn]}
        answer = aws.call("iam", "simulate_principal_policy", PolicySourceArn=arn, **names)
        return [
            {
                "action": item["EvalActionName"],
                "resource": item.get("EvalResourceName", ""),
                "decision": item["EvalDecision"],
                "missing": item.get("MissingContextValues") or [],
                "byOrganization": (item.get("OrganizationsDecisionDetail") or {}).get("AllowedByOrganizations"),
                "byBoundary": (item.get("PermissionsBoundaryDecisionDetail") or {}).get("AllowedByPermissionsBoundary"),
            }
            for item in answer["EvaluationResults"]
        ]

    asking.ask("simulation", f"iam:SimulatePrincipalPolicy {arn}", read)


def _inline_names(aws: Aws, name: str) -> list[str]:
    names: list[str] = []
    marker: dict[str, str] = {}
    while True:
        answer = aws.call("iam", "list_role_policies", RoleName=name, **marker)
        names += answer["PolicyNames"]
        if not answer.get("IsTruncated"):
            return names
        marker = {"Marker": answer["Marker"]}


def _attached(aws: Aws, name: str) -> list[str]:
    arns: list[str] = []
    marker: dict[str, str] = {}
    while True:
        answer = aws.call("iam", "list_attached_role_policies", RoleName=name, **marker)
        arns += [item["PolicyArn"] for item in answer["AttachedPolicies"]]
        if not answer.get("IsTruncated"):
            return arns
        marker = {"Marker": answer["Marker"]}


def _inline(aws: Aws, name: str, policy_name: str) -> Any:
    def read() -> dict[str, Any]:
        answer = aws.call("iam", "get_role_policy", RoleName=name, PolicyName=policy_name)
        return {"document": _document(answer["PolicyDocument"])}

    return read


def _document(value: Any) -> str:
    """A policy document as text; botocore decodes IAM's documents to objects."""
    return value if isinstance(value, str) else json.dumps(value)
