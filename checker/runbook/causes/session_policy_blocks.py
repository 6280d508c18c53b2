"""The session policy of the Pod Identity association does not allow the call.

What it looks for
    "session policy" in the log line, and an association with a policy that
    does not allow the call. It is intersected with what the role allows.

What to do
    Change the policy of the association in EKS.

Source
    EKS User Guide, "EKS Pod Identity": session policies.
"""

from __future__ import annotations

from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.refusals import look_for

ID = "session-policy-blocks"
TITLE = "The session policy of the Pod Identity association does not allow the call"
MANIFEST_HELPS = False
RESTART_NEEDED = False
REMEDIATION = "Allow the call in the session policy of the Pod Identity association."


def look(case: Case) -> Seen:
    return look_for(case, ID, manifest_can_grant=False)._replace(next=(commands.associations(case),))
