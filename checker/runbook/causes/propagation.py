"""The permissions are right by now; the refusals are from before.

What it looks for
    A role that may do everything required and that the pod may assume, refused
    calls or sessions in the log, and a change just before or after the last of
    them. IAM is eventually consistent; a change takes seconds, rarely minutes.

What to do
    Wait a minute and look again. Not a restart.

Source
    IAM User Guide, "Changes that I make are not always immediately visible".
"""

from __future__ import annotations

from ...ack.objects import mapping
from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.changes import SETTLED_SECONDS, latest_change
from ..evidence.outdated import age_of_last, outdated

ID = "propagation"
TITLE = "The permissions are right by now; the refusals are from before"
MANIFEST_HELPS = False
RESTART_NEEDED = False
REMEDIATION = "Wait a minute, then run this again; a restart changes nothing."


def look(case: Case) -> Seen:
    events = outdated(case)
    log = case.says((), events or case.decided_denials)
    if case.deployed is None or case.deployed.verdict == "unknown":
        return Seen(log, "unread")
    if mapping(case.value("association")).get("targetRoleArn") and not case.decided_denials:
        return Seen(log, "unread", ("the association's first role, which assumes this one, was not read",))
    last = age_of_last(case, events)
    if case.deployed.verdict != "granted" or last is None:
        return Seen(log, "refutes", ("there is no refusal that IAM would not give now",))
    changed = latest_change(case)
    again = (commands.command("checker", "live", "--index", case.record.target.index_name),)
    if changed is None:
        if last < SETTLED_SECONDS:
            return Seen(log, "unread", ("when the policies changed is not known",), next=again)
        return Seen(log, "shows", (f"IAM allows it now; the last refusal was {last:.0f} s ago",), next=again)
    if changed - last < SETTLED_SECONDS:
        evidence = f"the policies changed {changed:.0f} s ago, the last refusal was {last:.0f} s ago"
        return Seen(log, "shows", (evidence,), next=again)
    return Seen(log, "refutes", (f"the policies changed {changed:.0f} s ago, and refusals go on",))
