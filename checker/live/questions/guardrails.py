"""Layers above the account, asked for only when a log line names them: most credentials may not read them, and it takes
many calls.
"""

from __future__ import annotations

from typing import Any

from ..asking import Asking
from ..clients.aws import Aws


def endpoints(asking: Asking, aws: Aws, region: str, vpc: str) -> None:
    """The policies of the VPC endpoints for DynamoDB: asked for only when a log line speaks of one."""

    def read() -> list[dict[str, Any]]:
        filters = [{"Name": "service-name", "Values": [f"com.amazonaws.{region}.dynamodb"]}]
        filters += [{"Name": "vpc-id", "Values": [vpc]}] if vpc else []
        vpc_endpoints = aws.call("ec2", "describe_vpc_endpoints", region, Filters=filters)["VpcEndpoints"]
        return [{"id": item["VpcEndpointId"], "document": item.get("PolicyDocument") or ""} for item in vpc_endpoints]

    asking.ask("vpc-endpoints", f"ec2:DescribeVpcEndpoints {vpc} dynamodb", read)


def organization_policies(asking: Asking, aws: Aws, account: str, kind: str) -> None:
    """SCPs or RCPs of an account, level by level up to the root: asked for only when a log line speaks of one.

    They can be read from the organization's management account or a delegated one only.
    """

    def read() -> list[dict[str, Any]]:
        levels: list[dict[str, Any]] = []
        entity = account
        while entity:
            policies = aws.call("organizations", "list_policies_for_target", TargetId=entity, Filter=kind)["Policies"]
            documents = []
            for item in policies:
                answer = aws.call("organizations", "describe_policy", PolicyId=item["Id"])["Policy"]
                documents.append({"name": item["Name"], "id": item["Id"], "document": answer["Content"]})
            levels.append({"entity": entity, "policies": documents})
            if entity.startswith("r-"):
                return levels
            entity = aws.call("organizations", "list_parents", ChildId=entity)["Parents"][0]["Id"]
        return levels

    name = "scps" if kind == "SERVICE_CONTROL_POLICY" else "rcps"
    asking.ask(name, f"organizations:ListPoliciesForTarget {account} {kind}", read)
