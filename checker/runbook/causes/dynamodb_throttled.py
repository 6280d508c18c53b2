"""DynamoDB throttles the reads of the table.

What it looks for
    ThrottlingException or ProvisionedThroughputExceededException.

What to do
    Raise the capacity, or find the hot key.

Source
    DynamoDB Developer Guide, "Throttling issues for DynamoDB tables".
"""

from __future__ import annotations

from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.log_only import in_log

ID = "dynamodb-throttled"
TITLE = "DynamoDB throttles the reads of the table"
MANIFEST_HELPS = False
RESTART_NEEDED = False
REMEDIATION = "Raise the capacity of the table, or find the hot key."


def look(case: Case) -> Seen:
    return in_log(case, case.having("dynamodb-throttled"), commands.table(case))
