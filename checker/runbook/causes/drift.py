"""IAM is not as the Role object wants it, although the controller says it is in sync.

What it looks for
    A Role object that grants what IAM refuses, with no condition that explains
    it: somebody changed the role by hand, or ResourceSynced speaks of an older
    spec. The controller looks again after 10 hours, or when the spec changes.

What to do
    Make the controller reconcile: change the spec, or restart the controller.

Source
    aws-controllers-k8s/community issues 3041, 1905 (no reconcile on demand);
    runtime, `pkg/runtime/reconciler.go` (resync of 10 hours).
"""

from __future__ import annotations

from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.delivery import is_known, next_steps, says, waiting
from ..evidence.standing import (
    capability_trouble,
    held_by,
    is_controller_unseen,
    says_synced,
    still,
    taken,
    unreconciled,
    was_just_edited,
)

ID = "drift"
TITLE = "IAM is not as the Role object wants it, although the controller says it is in sync"
MANIFEST_HELPS = True
RESTART_NEEDED = False
REMEDIATION = "Make the controller reconcile the Role: apply a change of its spec, or restart the controller."


def look(case: Case) -> Seen:
    known, log = is_known(case), says(case)
    if known is not None:
        return Seen(log, known)
    undelivered = waiting(case)
    trouble = held_by(case, "ACK.Terminal", "ACK.Recoverable", "ACK.ReferencesResolved", "ACK.ResourceSynced", "Ready")
    explained = [still(case), unreconciled(case), *taken(case), *capability_trouble(case)]
    explained += [f"{at.kind} {at.status} explains it" for _, at in trouble]
    if any(explained):
        return Seen(log, "refutes", (next(filter(None, explained)),))
    if not undelivered and case.declared is not None and case.declared.verdict == "unknown":
        return Seen(log, "unread", ("what the ACK objects grant is not known",))
    if not undelivered or case.reading("role").status == "absent":
        return Seen(log, "refutes", ("IAM has what the object wants",))
    if was_just_edited(case):
        return Seen(log, "unread", ("the object was edited a moment ago; the controller has yet to look at it",))
    todo = [f"the controller's next step: {step.operation} {step.about}".strip() for step in next_steps(case)[:2]]
    evidence = (f"{undelivered[0]}; the Role object grants it", *todo)
    if is_controller_unseen(case) or not says_synced(case):
        unseen = "no controller was seen, in the cluster or as an EKS capability: it may be down"
        unseen = unseen if is_controller_unseen(case) else "no condition says that the object is in sync"
        return Seen(log, "shows", (*evidence, unseen), next=(commands.nudge_role(case),), is_partial=True)
    return Seen(log, "shows", evidence, next=(commands.nudge_role(case),))
