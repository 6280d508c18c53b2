"""The policies allow the action, but on another table, region or account.

What it looks for
    A refused call whose resource no Allow statement covers, while the action
    itself is allowed on some other ARN.

What to do
    Correct the ARN in the manifest: compare region, account and table name
    with the one in the log.

Source
    Service Authorization Reference, "Actions, resources, and condition keys
    for Amazon DynamoDB".
"""

from __future__ import annotations

from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.refusals import look_for

ID = "wrong-table-arn"
TITLE = "The policies allow the action, but on another table, region or account"
MANIFEST_HELPS = True
RESTART_NEEDED = False
REMEDIATION = "Correct the resource ARN in the Role manifest and apply it."


def look(case: Case) -> Seen:
    return look_for(case, ID)._replace(next=(commands.mend_role(case),))
