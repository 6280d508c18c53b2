"""The policy of the VPC endpoint for DynamoDB does not allow the call.

What it looks for
    "VPC endpoint policy" in the log line, and the policy of the VPC's endpoint
    for DynamoDB where there is exactly one.

What to do
    The network team changes the policy of the endpoint.

Source
    AWS PrivateLink Guide, "Control access to VPC endpoints using endpoint
    policies".
"""

from __future__ import annotations

from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.refusals import look_for

ID = "endpoint-policy-denies"
TITLE = "The policy of the VPC endpoint for DynamoDB does not allow the call"
MANIFEST_HELPS = False
RESTART_NEEDED = False
REMEDIATION = "Ask the network team to allow the table and the role in the policy of the VPC endpoint."


def look(case: Case) -> Seen:
    return look_for(case, ID, manifest_can_grant=False)._replace(next=(commands.endpoints(case),))
