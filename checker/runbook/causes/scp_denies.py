"""A service control policy of the organization does not allow the call.

What it looks for
    "service control policy" in the log line; the SCPs themselves where the
    credentials may read them, which mostly they may not.

What to do
    Ask the administrators of the organization; nothing in this account helps.

Source
    AWS Organizations User Guide, "SCP evaluation".
"""

from __future__ import annotations

from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.refusals import look_for

ID = "scp-denies"
TITLE = "A service control policy of the organization does not allow the call"
MANIFEST_HELPS = False
RESTART_NEEDED = False
REMEDIATION = "Ask the administrators of the AWS organization to allow the call in the service control policy."


def look(case: Case) -> Seen:
    command = commands.organization_policies(case.arn, "SERVICE_CONTROL_POLICY")
    return look_for(case, ID, manifest_can_grant=False)._replace(next=(command,))
