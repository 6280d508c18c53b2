"""A statement would allow the call, but its condition does not hold.

What it looks for
    A refused call that an Allow statement covers in action and resource, and
    whose condition the proxy's requests do not meet, or may not.

What to do
    Find out why the condition stands there, and make it fit the requests: VPC
    endpoint, leading keys, tags of the principal.

Source
    IAM User Guide, "IAM JSON policy elements: Condition".
"""

from __future__ import annotations

from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.refusals import look_for

ID = "condition-unmet"
TITLE = "A statement would allow the call, but its condition does not hold"
MANIFEST_HELPS = True
RESTART_NEEDED = False
REMEDIATION = "Find out what the condition is for, and make it fit the requests of the proxy in the Role manifest."


def look(case: Case) -> Seen:
    return look_for(case, ID)._replace(next=(commands.mend_role(case),))
