"""The role may not do what the proxy needs: its own policies, and the layers above and beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping

from .. import lines
from ..cell import Cell
from ..names import REGION, TABLE, TABLE_ARN
from . import edits
from .staging import stages


@stages("missing-action")
def _missing_action(cell: Cell, index: str) -> None:
    """Takes dynamodb:Query out of the Role and applies it."""
    edits.edit_inline(cell, index, lambda text: text.replace(', "dynamodb:Query"', ""))
    cell.reconcile()
    cell.log(index, *[lines.denied(index, "Query")] * 7)


@stages("wrong-table-arn")
def _wrong_table_arn(cell: Cell, index: str) -> None:
    """Writes another cell's table into the Role and applies it."""
    edits.edit_inline(cell, index, lambda text: text.replace(TABLE, "cell1-auth-keys"))
    cell.reconcile()
    cell.log(index, *[lines.denied(index, "GetItem")] * 7)


@stages("missing-index-arn")
def _missing_index_arn(cell: Cell, index: str) -> None:
    """Has the proxy query an index of the table, which the Role does not grant."""
    cell.queried[index] = f"{TABLE_ARN}/index/by-key-hash"
    cell.log(index, *[lines.denied(index, "Query", f"{TABLE_ARN}/index/by-key-hash")] * 7)


@stages("condition-unmet")
def _condition_unmet(cell: Cell, index: str) -> None:
    """Puts a condition on the region into the Role that no request meets."""
    condition = '"Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}},'
    edits.edit_inline(
        cell, index, lambda text: text.replace('"Sid": "ReadAuthKeys",', f'"Sid": "ReadAuthKeys", {condition}')
    )
    cell.reconcile()
    cell.log(index, *[lines.denied(index, "GetItem")] * 7)


@stages("explicit-deny")
def _explicit_deny(cell: Cell, index: str) -> None:
    """Adds an inline policy to the Role that denies reading any table."""
    deny = {"Sid": "Lockdown", "Effect": "Deny", "Action": "dynamodb:GetItem", "Resource": "*"}
    edits.edit_role(cell, index, lambda spec: spec["inlinePolicies"].update(lockdown=_document(deny)))
    cell.reconcile()
    cell.log(index, *[lines.denied(index, "GetItem", why="with an explicit deny in an identity-based policy")] * 7)


@stages("boundary-blocks", "borealis")
def _boundary_blocks(cell: Cell, index: str) -> None:
    """Narrows the permissions boundary so that it leaves out DynamoDB."""
    edits.edit_policy(cell, index, "tenant-boundary", lambda text: text.replace("dynamodb:*", "logs:*"))
    cell.reconcile()
    why = "because no permissions boundary allows the dynamodb:GetItem action"
    cell.log(index, *[lines.denied(index, "GetItem", why=why)] * 7)


@stages("scp-denies")
def _scp_denies(cell: Cell, index: str) -> None:
    """Has the organization deny DynamoDB; the tool's credentials cannot read its policies."""
    cell.aws.denied.add("organizations:ListPoliciesForTarget")
    scp = "arn:aws:organizations::987654321098:policy/o-qv5af4abcd/service_control_policy/p-2kgnabcd"
    cell.log(
        index, *[lines.denied(index, "GetItem", why=f"with an explicit deny in a service control policy: {scp}")] * 7
    )


@stages("rcp-denies")
def _rcp_denies(cell: Cell, index: str) -> None:
    """Has a resource control policy deny the table; the tool's credentials cannot read it."""
    cell.aws.denied.add("organizations:ListPoliciesForTarget")
    cell.log(index, *[lines.denied(index, "GetItem", why="with an explicit deny in a resource control policy")] * 7)


@stages("table-policy-denies")
def _table_policy_denies(cell: Cell, index: str) -> None:
    """Puts a resource policy on the table that denies reading it."""
    deny = {"Effect": "Deny", "Principal": "*", "Action": "dynamodb:GetItem", "Resource": TABLE_ARN}
    cell.client("dynamodb").put_resource_policy(ResourceArn=TABLE_ARN, Policy=_document(deny))
    cell.log(index, *[lines.denied(index, "GetItem", why="with an explicit deny in a resource-based policy")] * 7)


@stages("stale-principal-id")
def _stale_principal_id(cell: Cell, index: str) -> None:
    """Leaves a resource policy on the table that names the role by the id it had before it was recreated."""
    allow = {
        "Effect": "Allow",
        "Principal": {"AWS": "AROA5GONEGONEGONEGON2"},
        "Action": "dynamodb:GetItem",
        "Resource": TABLE_ARN,
    }
    cell.client("dynamodb").put_resource_policy(ResourceArn=TABLE_ARN, Policy=_document(allow))
    cell.log(index, *[lines.denied(index, "GetItem", why="because no resource-based policy allows the action")] * 7)


@stages("endpoint-policy-denies")
def _endpoint_policy_denies(cell: Cell, index: str) -> None:
    """Gives the VPC endpoint for DynamoDB a policy that leaves out the table."""
    ec2 = cell.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    allow = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=f"com.amazonaws.{REGION}.dynamodb", PolicyDocument=_document(allow))
    why = "because no VPC endpoint policy allows the dynamodb:GetItem action"
    cell.log(index, *[lines.denied(index, "GetItem", why=why)] * 7)


@stages("session-policy-blocks", "cobalt")
def _session_policy_blocks(cell: Cell, index: str) -> None:
    """Puts a session policy without DynamoDB on the Pod Identity association."""
    allow = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    cell.associate(index, policy=_document(allow), disableSessionTags=True)
    why = "because no session policy allows the dynamodb:GetItem action"
    cell.log(index, *[lines.denied(index, "GetItem", why=why)] * 7)


@stages("kms-denied")
def _kms_denied(cell: Cell, index: str) -> None:
    """Disables the key that encrypts the table."""
    cell.client("kms").disable_key(KeyId=cell.key_arn.rpartition("/")[2])
    cell.log(index, *[lines.key_disabled(cell.key_arn)] * 7)


@stages("propagation", "borealis")
def _propagation(cell: Cell, index: str) -> None:
    """Takes access away and gives it back; the refused calls are from before."""
    edits.edit_policy(cell, index, "auth-keys-read", lambda text: text.replace('"dynamodb:GetItem", ', ""))
    cell.reconcile()
    cell.log(index, *[lines.denied(index, "GetItem")] * 7, ago=40)
    edits.edit_policy(
        cell,
        index,
        "auth-keys-read",
        lambda text: text.replace('["dynamodb:Query"]', '["dynamodb:GetItem", "dynamodb:Query"]'),
    )
    cell.reconcile()


@stages("stale-credentials", "borealis")
def _stale_credentials(cell: Cell, index: str) -> None:
    """Has the proxy fail on, long after its permissions were mended."""
    cell.log(index, *[lines.denied(index, "GetItem")] * 7, ago=5)


def _document(statement: Mapping[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
