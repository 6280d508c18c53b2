"""The ACK controller cannot carry out the object: a reference, a quota or its own rights.

What it looks for
    ACK.Recoverable, an unresolved reference, or a Role that is not synced,
    while IAM lacks what the pod needs. The first error ends the controller's
    loop, so one bad ARN keeps a correct policy from landing.

What to do
    Mend what the message names: a reference, an ARN, the controller's role.

Source
    aws-controllers-k8s/iam-controller, `pkg/resource/role/sdk.go` (order of
    updates, first error ends them).
"""

from __future__ import annotations

from .. import commands
from ..case import Case
from ..delivery import held_by, is_known, lacking, says
from ..seen import Seen

ID = "ack-not-synced"
TITLE = "The ACK controller cannot carry out the object: a reference, a quota or its own rights"
MANIFEST_HELPS = True
RESTART_NEEDED = False
REMEDIATION = (
    "Mend what the message names (a reference, an ARN, the rights of the controller); it is retried by itself."
)


def look(case: Case) -> Seen:
    known, log = is_known(case), says(case)
    if known is not None:
        return Seen(log, known)
    held = held_by(case, "ACK.Recoverable", "ACK.ReferencesResolved", "ACK.ResourceSynced")
    if not held:
        return Seen(log, "refutes", ("every object of the role is synced",))
    evidence = [f"{item.kind} {item.name}: {at.kind} {at.status}: {at.message or at.reason}" for item, at in held]
    return Seen(log, "shows", (*evidence, *lacking(case)[:1]), next=(commands.describe_role(case),))
