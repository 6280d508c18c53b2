"""Causes that are one kind of refusal: the layer of policies that refuses, and how."""

from __future__ import annotations

from collections.abc import Callable

from ...iam.decisions.policies import LayerName
from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.refusals import look_for
from ..known_cause import KnownCause


def _by_layer(
    layer: LayerName,
    *,
    signature: str,
    id: str,
    title: str,
    page: str,
    remediation: str,
    command: Callable[[Case], str],
    manifest_helps: bool = False,
) -> KnownCause:
    """A layer around the role's own policies refuses; `signature` is that of the log lines that name it."""

    def look(case: Case) -> Seen:
        return look_for(case, layer, signature, manifest_can_grant=False)._replace(next=(command(case),))

    return KnownCause(
        id=id,
        title=title,
        page=f"{title}.\n\n{page}",
        remediation=remediation,
        manifest_helps=manifest_helps,
        look=look,
    )


def _by_identity(*, id: str, title: str, page: str, remediation: str) -> KnownCause:
    """The role's own policies do not allow the call."""

    def look(case: Case) -> Seen:
        return look_for(case, id)._replace(next=(commands.mend_role(case),))

    return KnownCause(
        id=id,
        title=title,
        page=f"{title}.\n\n{page}",
        remediation=remediation,
        manifest_helps=True,
        look=look,
    )


SCP_DENIES = _by_layer(
    "scp",
    signature="denied-scp",
    id="scp-denies",
    title="A service control policy of the organization does not allow the call",
    remediation="Ask the administrators of the AWS organization to allow the call in the service control policy.",
    command=lambda case: commands.organization_policies(case.arn, "SERVICE_CONTROL_POLICY"),
    page="""What it looks for
    "service control policy" in the log line; the SCPs themselves where the
    credentials may read them, which mostly they may not.

What to do
    Ask the administrators of the organization; nothing in this account helps.

Source
    AWS Organizations User Guide, "SCP evaluation".
""",
)


RCP_DENIES = _by_layer(
    "rcp",
    signature="denied-rcp",
    id="rcp-denies",
    title="A resource control policy of the organization denies the call",
    remediation="Ask the administrators of the AWS organization to except the call in the resource control policy.",
    command=lambda case: commands.organization_policies(case.table_arn, "RESOURCE_CONTROL_POLICY"),
    page="""What it looks for
    "resource control policy" in the log line; the RCPs themselves where the
    credentials may read them.

What to do
    Ask the administrators of the organization that owns the table's account.

Source
    AWS Organizations User Guide, "Resource control policies (RCPs)".
""",
)


ENDPOINT_POLICY_DENIES = _by_layer(
    "endpoint",
    signature="denied-endpoint",
    id="endpoint-policy-denies",
    title="The policy of the VPC endpoint for DynamoDB does not allow the call",
    remediation="Ask the network team to allow the table and the role in the policy of the VPC endpoint.",
    command=commands.endpoints,
    page="""What it looks for
    "VPC endpoint policy" in the log line, and the policy of the VPC's endpoint
    for DynamoDB where there is exactly one.

What to do
    The network team changes the policy of the endpoint.

Source
    AWS PrivateLink Guide, "Control access to VPC endpoints using endpoint
    policies".
""",
)


TABLE_POLICY_DENIES = _by_layer(
    "resource",
    signature="denied-table-policy",
    id="table-policy-denies",
    title="The table's resource policy denies the call, or, across accounts, does not allow it",
    remediation="Have the table's owner change its resource policy.",
    command=lambda case: commands.table(case, "get-resource-policy"),
    page="""What it looks for
    "resource-based policy" in the log line, and a resource policy of the table
    that denies the role, or a table of another account whose policy does not
    allow it: then both sides must.

What to do
    The owner of the table changes its resource policy.

Source
    DynamoDB Developer Guide, "Using resource-based policies for DynamoDB";
    IAM User Guide, "Cross-account policy evaluation logic".
""",
)


SESSION_POLICY_BLOCKS = _by_layer(
    "session",
    signature="denied-session",
    id="session-policy-blocks",
    title="The session policy of the Pod Identity association does not allow the call",
    remediation="Allow the call in the session policy of the Pod Identity association.",
    command=commands.associations,
    page="""What it looks for
    "session policy" in the log line, and an association with a policy that
    does not allow the call. It is intersected with what the role allows.

What to do
    Change the policy of the association in EKS.

Source
    EKS User Guide, "EKS Pod Identity": session policies.
""",
)


BOUNDARY_BLOCKS = _by_layer(
    "boundary",
    signature="denied-boundary",
    id="boundary-blocks",
    title="The permissions boundary of the role does not allow the call",
    manifest_helps=True,
    remediation="Allow the action in the permissions boundary as well; it is often another team's.",
    command=commands.show_role,
    page="""What it looks for
    "permissions boundary" in the log line, and a boundary that does not allow
    the call, or denies it.

What to do
    Whoever owns the boundary must widen it; what the role's own policies allow
    does not matter.

Source
    IAM User Guide, "Permissions boundaries for IAM entities".
""",
)


MISSING_ACTION = _by_identity(
    id="missing-action",
    title="A required action is in no policy of the role",
    remediation="Add the missing action to the Role manifest and apply it.",
    page="""What it looks for
    A refused dynamodb call with "no identity-based policy allows" in the log,
    and a role whose policies have the action in no Allow statement. Not where
    the ACK Role already grants it: then it has yet to arrive in IAM.

What to do
    Add the action to the statement that grants the table. IAM evaluates
    policies for each request, so the pod needs no restart.

Source
    IAM User Guide, "Troubleshoot access denied error messages" and "Policy
    evaluation logic".
""",
)


WRONG_TABLE_ARN = _by_identity(
    id="wrong-table-arn",
    title="The policies allow the action, but on another table, region or account",
    remediation="Correct the resource ARN in the Role manifest and apply it.",
    page="""What it looks for
    A refused call whose resource no Allow statement covers, while the action
    itself is allowed on some other ARN.

What to do
    Correct the ARN in the manifest: compare region, account and table name
    with the one in the log.

Source
    Service Authorization Reference, "Actions, resources, and condition keys
    for Amazon DynamoDB".
""",
)


MISSING_INDEX_ARN = _by_identity(
    id="missing-index-arn",
    title="The policies allow the table, but not the index that is queried",
    remediation="Add the ARN of the index to the resources of the statement in the Role manifest and apply it.",
    page="""What it looks for
    A refused Query whose resource ends in /index/NAME, while the same action
    is allowed on the table itself.

What to do
    Add the index ARN (or TABLE/index/*) to the statement.

Source
    DynamoDB Developer Guide, "Using IAM policy conditions for fine-grained
    access control": a Query with an IndexName is authorized on the index.
""",
)


CONDITION_UNMET = _by_identity(
    id="condition-unmet",
    title="A statement would allow the call, but its condition does not hold",
    remediation="Find out what the condition is for, and make it fit the requests of the proxy in the Role manifest.",
    page="""What it looks for
    A refused call that an Allow statement covers in action and resource, and
    whose condition the proxy's requests do not meet, or may not.

What to do
    Find out why the condition stands there, and make it fit the requests: VPC
    endpoint, leading keys, tags of the principal.

Source
    IAM User Guide, "IAM JSON policy elements: Condition".
""",
)
