"""Every connection of the SDK's pool is in use, so a refresh waits for one and gives up.

What it looks for
    "Timeout waiting for connection from pool" and its kin in the log: no packet
    was sent, so the network is not to blame.

What to do
    Look for responses that the proxy does not close, or for a pool that is too
    small for its calls; a restart frees the connections for a while.

Source
    aws/aws-sdk-java issue 1615, aws/aws-sdk-java-v2 (ApacheHttpClient,
    NettyNioAsyncHttpClient: their messages).
"""

from __future__ import annotations

from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.log_only import in_log

ID = "connection-pool-exhausted"
TITLE = "Every connection of the SDK's pool is in use"
MANIFEST_HELPS = False
RESTART_NEEDED = True
REMEDIATION = "Restart the pod; then look for responses that are never closed, or give the SDK a larger pool."


def look(case: Case) -> Seen:
    return in_log(case, case.having("pool-exhausted"), commands.restart(case))
