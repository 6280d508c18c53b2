"""The ACK controller runs, and does not look at the Role object.

What it looks for
    A Role object without any condition, while IAM lacks what the object
    grants; an object that was edited after the controller last looked at it
    makes the cause likely. The controller writes no status when
    IAMRoleSelectors conflict, when region or account do not fit the object, or
    when it does not watch the namespace.

What to do
    Read the controller's log for the object; applying the manifest again
    changes nothing.

Source
    aws-controllers-k8s/runtime, `pkg/runtime/reconciler.go` (errors before the
    first patch of the status); aws-samples/appmod-blueprints issue 813.
"""

from __future__ import annotations

from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.delivery import is_known, says, waiting
from ..evidence.standing import (
    being_deleted,
    capability_trouble,
    controller_down,
    is_controller_unseen,
    overlooked,
    still,
    unreconciled,
)

ID = "controller-not-reconciling"
TITLE = "The ACK controller runs, and does not look at the Role object"
MANIFEST_HELPS = False
RESTART_NEEDED = False
REMEDIATION = "Read the controller's log for the object: selector conflict, region, account, namespace not watched."


def look(case: Case) -> Seen:
    known, log = is_known(case), says(case)
    if known is not None:
        return Seen(log, known)
    idle = unreconciled(case) or overlooked(case)
    if not idle:
        return Seen(log, "refutes", ("the controller has looked at the Role object",))
    explained = [controller_down(case), *capability_trouble(case), *being_deleted(case)]
    # A terminal condition from before the edit speaks of another spec.
    explained += [still(case)] if not overlooked(case) else []
    if any(explained):
        return Seen(log, "refutes", (next(filter(None, explained)),))
    evidence, command = (idle, *waiting(case)[:1]), commands.controller_log(case)
    return Seen(
        log, "shows", evidence, next=(command,), is_partial=not unreconciled(case) or is_controller_unseen(case)
    )
