"""The table's resource policy denies the call, or, across accounts, does not allow it.

What it looks for
    "resource-based policy" in the log line, and a resource policy of the table
    that denies the role, or a table of another account whose policy does not
    allow it: then both sides must.

What to do
    The owner of the table changes its resource policy.

Source
    DynamoDB Developer Guide, "Using resource-based policies for DynamoDB";
    IAM User Guide, "Cross-account policy evaluation logic".
"""

from __future__ import annotations

from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.refusals import look_for

ID = "table-policy-denies"
TITLE = "The table's resource policy denies the call, or, across accounts, does not allow it"
MANIFEST_HELPS = False
RESTART_NEEDED = False
REMEDIATION = "Have the table's owner change its resource policy."


def look(case: Case) -> Seen:
    return look_for(case, ID, manifest_can_grant=False)._replace(next=(commands.table(case, "get-resource-policy"),))
