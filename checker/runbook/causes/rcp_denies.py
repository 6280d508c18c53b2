"""A resource control policy of the organization denies the call.

What it looks for
    "resource control policy" in the log line; the RCPs themselves where the
    credentials may read them.

What to do
    Ask the administrators of the organization that owns the table's account.

Source
    AWS Organizations User Guide, "Resource control policies (RCPs)".
"""

from __future__ import annotations

from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.refusals import look_for

ID = "rcp-denies"
TITLE = "A resource control policy of the organization denies the call"
MANIFEST_HELPS = False
RESTART_NEEDED = False
REMEDIATION = "Ask the administrators of the AWS organization to except the call in the resource control policy."


def look(case: Case) -> Seen:
    command = commands.organization_policies(case.table_arn, "RESOURCE_CONTROL_POLICY")
    return look_for(case, ID, manifest_can_grant=False)._replace(next=(command,))
