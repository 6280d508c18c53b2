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
from ..case import Case
from ..delivery import held_by, is_known, next_steps, says, still, waiting
from ..seen import Seen

ID = "drift"
TITLE = "IAM is not as the Role object wants it, although the controller says it is in sync"
MANIFEST_HELPS = True
RESTART_NEEDED = False
REMEDIATION = "Make the controller reconcile the Role: apply a change of its spec, or restart the controller."


def look(case: Case) -> Seen:
    known, log = is_known(case), says(case)
    if known is not None:
        return Seen(log, known)
    found = waiting(case)
    if not found or case.reading("role").status == "absent":
        return Seen(log, "refutes", ("IAM has what the object wants",))
    trouble = held_by(case, "ACK.Terminal", "ACK.Recoverable", "ACK.ReferencesResolved")
    if still(case) or trouble:
        return Seen(log, "refutes", (still(case) or f"{trouble[0][1].kind} explains it",))
    todo = [f"the controller's next step: {step.operation} {step.about}".strip() for step in next_steps(case)[:2]]
    evidence = (f"{found[0]}; the Role object grants it", *todo)
    return Seen(log, "shows", evidence, next=(commands.nudge_role(case),))
