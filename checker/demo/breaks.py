"""What can be broken in the embedded cell: one function a cause, which leaves the cell as that cause leaves a real one.

To add one, write it here with `@stages("cause", "index")`. What a broken proxy logs is in lines.py: recorded wording,
not something that the cell works out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import NamedTuple

from . import edits, lines
from .cell import ACCOUNT, REGION, TABLE, TABLE_ARN, Cell


class Break(NamedTuple):
    """A way to break the cell: the cause it stages, the index whose proxy then fails, what is done."""

    cause: str
    index_name: str
    change: Callable[[Cell, str], None]

    @property
    def told(self) -> str:
        """What is done, for people."""
        return (self.change.__doc__ or "").strip().splitlines()[0]


BREAKS: dict[str, Break] = {}


def stages(cause: str, index: str = "acme") -> Callable[[Callable[[Cell, str], None]], Callable[[Cell, str], None]]:
    """Registers a function as the way to stage a cause."""

    def register(change: Callable[[Cell, str], None]) -> Callable[[Cell, str], None]:
        BREAKS[cause] = Break(cause, index, change)
        return change

    return register


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


@stages("trust-subject-mismatch")
def _trust_subject_mismatch(cell: Cell, index: str) -> None:
    """Names another service account in the Role's trust policy and applies it."""
    edits.edit_trust(cell, index, lambda text: text.replace(f":reverse-proxy-{index}", ":reverse-proxy"))
    cell.reconcile()
    cell.log(index, *[lines.ASSUME_DENIED] * 7)


@stages("trust-audience-mismatch")
def _trust_audience_mismatch(cell: Cell, index: str) -> None:
    """Asks for another audience in the Role's trust policy and applies it."""
    edits.edit_trust(cell, index, lambda text: text.replace('"sts.amazonaws.com"', '"sts.us-east-1.amazonaws.com"'))
    cell.reconcile()
    cell.log(index, *[lines.ASSUME_DENIED] * 7)


@stages("oidc-provider-missing")
def _oidc_provider_missing(cell: Cell, index: str) -> None:
    """Deletes the cluster's OIDC provider from IAM."""
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{cell.issuer.removeprefix('https://')}"
    cell.client("iam").delete_open_id_connect_provider(OpenIDConnectProviderArn=provider)
    cell.log(index, *[lines.no_provider(cell.issuer)] * 7)


@stages("malformed-role-arn")
def _malformed_role_arn(cell: Cell, index: str) -> None:
    """Annotates the service account with something that is no ARN, and restarts the pod."""
    edits.annotate(cell, index, f"arn:aws:iam::{ACCOUNT}:acme-reverse-proxy")
    cell.start_pod(index)
    cell.log(index, *[lines.MALFORMED_ARN] * 7)


@stages("service-account-unannotated")
def _service_account_unannotated(cell: Cell, index: str) -> None:
    """Takes the annotation off the service account, and restarts the pod."""
    edits.annotate(cell, index, "")
    cell.start_pod(index)
    cell.log(index, *[lines.denied_as_node("GetItem")] * 7)


@stages("credentials-not-injected")
def _credentials_not_injected(cell: Cell, index: str) -> None:
    """Restarts the pod while the webhook is away, so that nothing is injected."""
    cell.start_pod(index, inject=False)
    cell.log(index, *[lines.denied_as_node("GetItem")] * 7)


@stages("pod-identity-agent-down", "cobalt")
def _pod_identity_agent_down(cell: Cell, index: str) -> None:
    """Takes the Pod Identity agent on the pod's node down."""
    cell.run_agent(ready=False)
    cell.log(index, *[lines.AGENT_REFUSED] * 7)


@stages("role-missing")
def _role_missing(cell: Cell, index: str) -> None:
    """Deletes the role and its object."""
    cell.kubernetes.delete("Role", f"tenant-{index}", cell.role_of(index))
    edits.delete_role(cell, index)
    cell.log(index, *[lines.ASSUME_DENIED] * 7)


@stages("ack-terminal")
def _ack_terminal(cell: Cell, index: str) -> None:
    """Takes dynamodb:Query out of the Role, then puts it back with a comma too many, which AWS refuses."""
    edits.edit_inline(cell, index, lambda text: text.replace(', "dynamodb:Query"', ""))
    cell.reconcile()
    edits.edit_inline(
        cell, index, lambda text: text.replace('["dynamodb:GetItem"]', '["dynamodb:GetItem", "dynamodb:Query",]')
    )
    cell.reconcile()
    cell.log(index, *[lines.denied(index, "Query")] * 7)


@stages("ack-not-synced", "borealis")
def _ack_not_synced(cell: Cell, index: str) -> None:
    """Refers to a Policy that does not exist, after the right one was detached by hand."""
    edits.detach_all(cell, index)
    edits.edit_role(cell, index, lambda spec: spec["policyRefs"].append({"from": {"name": "auth-keys-raed"}}))
    cell.reconcile()
    cell.log(index, *[lines.denied(index, "GetItem")] * 7)


@stages("ack-read-only")
def _ack_read_only(cell: Cell, index: str) -> None:
    """Marks the Role read-only, after its inline policy was deleted by hand."""
    cell.client("iam").delete_role_policy(RoleName=cell.role_of(index), PolicyName="auth-keys")
    edits.annotate_role(cell, index, {"services.k8s.aws/read-only": "true"})
    cell.reconcile()
    cell.log(index, *[lines.denied(index, "GetItem")] * 7)


@stages("ack-controller-down")
def _ack_controller_down(cell: Cell, index: str) -> None:
    """Scales the ACK controller to nothing, after the role's inline policy was deleted by hand."""
    cell.client("iam").delete_role_policy(RoleName=cell.role_of(index), PolicyName="auth-keys")
    cell.run_controller(0)
    cell.log(index, *[lines.denied(index, "GetItem")] * 7)


@stages("drift")
def _drift(cell: Cell, index: str) -> None:
    """Deletes the role's inline policy by hand; the controller has not looked since."""
    cell.client("iam").delete_role_policy(RoleName=cell.role_of(index), PolicyName="auth-keys")
    cell.log(index, *[lines.denied(index, "GetItem")] * 7)


@stages("not-applied")
def _not_applied(cell: Cell, index: str) -> None:
    """Mends the manifest in Git and does not apply it."""
    cell.manifests = edits.write_manifests(cell)
    edits.edit_inline(cell, index, lambda text: text.replace('"dynamodb:GetItem", ', ""))
    cell.reconcile()
    cell.log(index, *[lines.denied(index, "GetItem")] * 7)


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


@stages("expired-token")
def _expired_token(cell: Cell, index: str) -> None:
    """Has the proxy hold on to credentials that have expired."""
    cell.log(index, *[lines.EXPIRED] * 7)


@stages("clock-skew")
def _clock_skew(cell: Cell, index: str) -> None:
    """Sets the node's clock back."""
    cell.log(index, *[lines.CLOCK] * 7)


@stages("network-unreachable")
def _network_unreachable(cell: Cell, index: str) -> None:
    """Cuts the way to DynamoDB."""
    cell.log(index, *[lines.unreachable(f"dynamodb.{REGION}.amazonaws.com")] * 7)


@stages("account-endpoint-blocked")
def _account_endpoint_blocked(cell: Cell, index: str) -> None:
    """Cuts the way to the account's own endpoint of DynamoDB."""
    cell.log(index, *[lines.unreachable(f"{ACCOUNT}.ddb.{REGION}.amazonaws.com")] * 7)


@stages("sts-unreachable")
def _sts_unreachable(cell: Cell, index: str) -> None:
    """Cuts the way to STS."""
    cell.log(index, *[lines.unreachable("sts.amazonaws.com", "STS: AssumeRoleWithWebIdentity")] * 7)


@stages("dynamodb-throttled")
def _dynamodb_throttled(cell: Cell, index: str) -> None:
    """Has DynamoDB throttle the table."""
    cell.log(index, *[lines.THROTTLED] * 7)


@stages("sts-throttled")
def _sts_throttled(cell: Cell, index: str) -> None:
    """Has STS throttle the proxy."""
    cell.log(index, *[lines.STS_THROTTLED] * 7)


@stages("table-missing")
def _table_missing(cell: Cell, index: str) -> None:
    """Deletes the table."""
    cell.client("dynamodb").delete_table(TableName=TABLE)
    cell.log(index, *[lines.TABLE_MISSING] * 7)


@stages("key-schema-mismatch")
def _key_schema_mismatch(cell: Cell, index: str) -> None:
    """Has the proxy ask with a key that the table does not have."""
    cell.log(index, *[lines.KEY_SCHEMA] * 7)


@stages("stale-credentials", "borealis")
def _stale_credentials(cell: Cell, index: str) -> None:
    """Has the proxy fail on, long after its permissions were mended."""
    cell.log(index, *[lines.denied(index, "GetItem")] * 7, ago=5)


@stages("sdk-too-old", "cobalt")
def _sdk_too_old(cell: Cell, index: str) -> None:
    """Runs a proxy whose SDK does not know EKS Pod Identity."""
    cell.log(index, *[lines.SDK_REFUSES, lines.denied_as_node("GetItem")] * 4)


def _document(statement: Mapping[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
