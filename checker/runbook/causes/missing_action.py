"""A required action is in no policy of the role.

What it looks for
    A refused dynamodb call with "no identity-based policy allows" in the log,
    and a role whose policies have the action in no Allow statement. Not where
    the ACK Role already grants it: then it has yet to arrive in IAM.

What to do
    Add the action to the statement that grants the table. IAM evaluates
    policies for each request, so the pod needs no restart.

Source
    IAM User Guide, "Troubleshoot access denied error messages" and "Policy
    evaluation logic".
"""

from __future__ import annotations

from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.refusals import look_for

ID = "missing-action"
TITLE = "A required action is in no policy of the role"
MANIFEST_HELPS = True
RESTART_NEEDED = False
REMEDIATION = "Add the missing action to the Role manifest and apply it."


def look(case: Case) -> Seen:
    return look_for(case, ID)._replace(next=(commands.mend_role(case),))
