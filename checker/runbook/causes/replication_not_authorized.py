"""Strongly consistent reads are refused because the table may not replicate.

What it looks for
    A table of multi-Region strong consistency with a replica, or the table
    itself, in the state REPLICATION_NOT_AUTHORIZED, and refused reads that the
    role's policies do not explain.

What to do
    Take the Deny against AWSServiceRoleForDynamoDBReplication out of the
    table's resource policy (or the key's policy). After seven days the replica
    cannot be reached for good.

Source
    DynamoDB Developer Guide, "DynamoDB global tables security".
"""

from __future__ import annotations

from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.refusals import refusals, said

ID = "replication-not-authorized"
TITLE = "Strongly consistent reads are refused because the table may not replicate"
MANIFEST_HELPS = False
RESTART_NEEDED = False
REMEDIATION = "Let AWSServiceRoleForDynamoDBReplication through in the table's resource policy and the key's policy."

REFUSED = "REPLICATION_NOT_AUTHORIZED"


def look(case: Case) -> Seen:
    events = case.decided_denials
    log, evidence = case.says((), events), tuple(said(event) for event in events[:1])
    table = case.reading("table")
    if table.status != "ok":
        return Seen(log, "refutes" if table.status == "absent" else "unread", evidence)
    replicas = [item for item in table.value.get("replicas") or () if item["status"] == REFUSED]
    if table.value["status"] != REFUSED and not replicas:
        return Seen(log, "refutes", ("the table and its replicas may replicate",))
    if table.value.get("consistency") != "STRONG":
        return Seen(log, "refutes", ("the table is eventually consistent, so reads do not wait for its replicas",))
    explained = [item.sentence for item in refusals(case.deployed) if not item.is_open]
    if explained or (case.log.is_read and not events):
        why = explained[0] if explained else "no call is refused"
        return Seen(log, "refutes", (why,))
    where = ", ".join(item["region"] for item in replicas) or "this region"
    shown = f"the table's state in {where} is {REFUSED}"
    return Seen(log, "shows", (shown, *evidence), next=(commands.table(case, "get-resource-policy"),))
