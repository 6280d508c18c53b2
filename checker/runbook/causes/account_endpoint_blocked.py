"""The account's own DynamoDB endpoint is not reachable, while the ordinary one may be.

What it looks for
    Failures to reach ACCOUNT.ddb.REGION.amazonaws.com: newer SDKs prefer this
    host, and allow-lists often know only dynamodb.REGION.amazonaws.com.

What to do
    Allow the host, or set AWS_ACCOUNT_ID_ENDPOINT_MODE=disabled.

Source
    AWS SDKs and Tools Reference Guide, "Account-based endpoints".
"""

from __future__ import annotations

from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.log_only import in_log
from ..evidence.network import account_hosts

ID = "account-endpoint-blocked"
TITLE = "The account's own DynamoDB endpoint is not reachable, while the ordinary one may be"
MANIFEST_HELPS = False
RESTART_NEEDED = True
REMEDIATION = "Allow ACCOUNT.ddb.REGION.amazonaws.com, or set AWS_ACCOUNT_ID_ENDPOINT_MODE=disabled in the proxy."


def look(case: Case) -> Seen:
    return in_log(case, account_hosts(case), commands.disable_account_endpoint(case))
