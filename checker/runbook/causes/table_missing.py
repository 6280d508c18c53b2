"""The table does not exist, or is not active.

What it looks for
    ResourceNotFoundException in the log, and DescribeTable: not found, or a
    status other than ACTIVE or UPDATING.

What to do
    Restore the table, or correct the table's name in the proxy.

Source
    DynamoDB API Reference, TableDescription (TableStatus).
"""

from __future__ import annotations

from ...live.record.parameters import table_in, table_name
from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.refusals import said, short

ID = "table-missing"
TITLE = "The table does not exist, or is not active"
MANIFEST_HELPS = False
RESTART_NEEDED = False
REMEDIATION = "Restore the table, or correct the table's name in the proxy's configuration."


_USABLE = ("ACTIVE", "UPDATING", "INACCESSIBLE_ENCRYPTION_CREDENTIALS", "REPLICATION_NOT_AUTHORIZED")


def look(case: Case) -> Seen:
    events = case.having("table-missing")
    log, evidence = case.says(events), tuple(said(event) for event in events[:1])
    table = case.reading("table")
    command = (commands.table(case),)
    if table.status == "absent":
        return Seen(log, "shows", (*evidence, f"there is no table {short(case.table_arn)}"), next=command)
    if table.status != "ok":
        return Seen(log, "unread", evidence, next=command)
    status = table.value["status"]
    if status not in _USABLE:
        return Seen(log, "shows", (*evidence, f"the table's status is {status}"), next=command)
    # That the expected table exists proves nothing where the proxy asks for another one.
    named = table_in(case.container)
    if events and named and table_name(named) != table_name(case.table_arn):
        return Seen(log, "unread", (*evidence, f"the proxy asks for {named}"), next=command)
    return Seen(log, "refutes", (f"the table is {status}",))
