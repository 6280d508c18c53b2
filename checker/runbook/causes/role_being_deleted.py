"""The ACK object of the role is being deleted, and takes the role's policies with it.

What it looks for
    A deletionTimestamp on the Role object, or on a Policy that it refers to,
    while IAM lacks what the pod needs. The controller takes the policies off
    the role before it deletes it; where something holds the deletion up (an
    instance profile, a policy attached elsewhere), the role stays behind bare.

What to do
    A deletion cannot be taken back. Let it come to its end (mend what the
    condition names), then apply the manifest anew.

Source
    aws-controllers-k8s/community issue 1910, iam-controller issue 181;
    Kubernetes documentation, "Finalizers".
"""

from __future__ import annotations

from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.delivery import lacking, says
from ..evidence.standing import being_deleted, held_by, taken, told

ID = "role-being-deleted"
TITLE = "The ACK object of the role is being deleted, and takes the role's policies with it"
MANIFEST_HELPS = True
RESTART_NEEDED = False
REMEDIATION = "Let the deletion come to its end (mend what holds it up), then apply the manifest anew."


def look(case: Case) -> Seen:
    log, reading = says(case), case.reading("ack-role")
    if case.declared is None:
        return Seen(log, "refutes" if reading.status == "absent" else "unread", (reading.detail or "not read",))
    going = being_deleted(case)
    if not going:
        return Seen(log, "refutes", ("no object of the role is being deleted",))
    if not taken(case):
        is_known = case.reading("inline-names").is_settled and case.reading("attached").is_settled
        why = "it has taken nothing from IAM yet" if is_known else "what IAM has was not read"
        return Seen(log, "refutes" if is_known else "unread", (*going, why))
    held = [told(item, at) for item, at in held_by(case, "ACK.Recoverable", "ACK.Terminal")]
    evidence = (*going, *held[:1], *lacking(case)[:1])
    command = (commands.describe_role(case),)
    if not lacking(case):
        is_open = case.deployed is None or case.deployed.verdict == "unknown"
        return Seen(log, "unread" if is_open else "refutes", (*evidence, "IAM still has what the pod needs"))
    return Seen(log, "shows", evidence, next=command)
