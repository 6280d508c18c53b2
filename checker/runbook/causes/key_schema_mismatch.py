"""The proxy asks for the wrong table, or with the wrong key or index.

What it looks for
    "key element does not match the schema" and its like in the log, and a
    table in the container's environment that is not the cell's.

What to do
    Correct the configuration of the proxy: table, key attributes, index.

Source
    DynamoDB Developer Guide, "Error handling with DynamoDB"
    (ValidationException).
"""

from __future__ import annotations

from ...live.record.parameters import table_in, table_name
from .. import commands
from ..case.case import Case, elsewhere
from ..case.witnesses import Seen
from ..evidence.refusals import said

ID = "key-schema-mismatch"
TITLE = "The proxy asks for the wrong table, or with the wrong key or index"
MANIFEST_HELPS = False
RESTART_NEEDED = True
REMEDIATION = "Correct the table, the key attributes or the index in the configuration of the proxy."


def look(case: Case) -> Seen:
    others = elsewhere(case)
    events = (*case.having("key-schema"), *others)
    log, evidence = case.says(events, case.having("table-missing")), [said(event) for event in events[:1]]
    if others:
        evidence.append(f"the proxy asks for {others[0].resource}, the auth keys table is {case.table_arn}")
    configured, named = case.record.target.parameters.get("authKeysTable", ""), table_in(case.container)
    command = (commands.table(case),)
    if configured and named and table_name(named) != table_name(configured):
        evidence.append(f"the proxy's table is {named}, the cell's auth keys table is {configured}")
        return Seen(log, "shows", tuple(evidence), next=command)
    table = case.value("table")
    if table and events:
        keys = ", ".join(item["AttributeName"] for item in table["keySchema"])
        evidence.append(f"the key of the table is {keys}; its indexes: {', '.join(table['indexes']) or 'none'}")
    return Seen(log, "no-word", tuple(evidence), next=command)
