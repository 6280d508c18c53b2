"""The credentials or the token of the pod have expired and are not renewed.

What it looks for
    ExpiredToken in the log: from DynamoDB the session, from STS the service
    account's token. The SDK renews both unless it cannot read the token file
    or holds on to an old one.

What to do
    Restart the pod; if it comes back, look at fsGroup and at the SDK.

Source
    STS API Reference, AssumeRoleWithWebIdentity (ExpiredTokenException).
"""

from __future__ import annotations

from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.log_only import in_log

ID = "expired-token"
TITLE = "The credentials or the token of the pod have expired and are not renewed"
MANIFEST_HELPS = False
RESTART_NEEDED = True
REMEDIATION = "Restart the pod; if it comes back, check that the proxy may read the token file and rereads it."


def look(case: Case) -> Seen:
    return in_log(case, case.having("expired"), commands.restart(case), case.having("invalid-token"))
