"""The permissions boundary of the role does not allow the call.

What it looks for
    "permissions boundary" in the log line, and a boundary that does not allow
    the call, or denies it.

What to do
    Whoever owns the boundary must widen it; what the role's own policies allow
    does not matter.

Source
    IAM User Guide, "Permissions boundaries for IAM entities".
"""

from __future__ import annotations

from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.refusals import look_for

ID = "boundary-blocks"
TITLE = "The permissions boundary of the role does not allow the call"
MANIFEST_HELPS = True
RESTART_NEEDED = False
REMEDIATION = "Allow the action in the permissions boundary as well; it is often another team's."


def look(case: Case) -> Seen:
    return look_for(case, ID, manifest_can_grant=False)._replace(next=(commands.show_role(case),))
