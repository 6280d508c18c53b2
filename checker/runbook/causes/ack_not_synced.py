"""The ACK controller cannot carry out the object: a reference, a quota or its own rights.

What it looks for
    ACK.Recoverable, an unresolved reference, or a Role that is not synced (or
    not Ready, the condition that newer controllers write), while IAM lacks
    what the pod needs. The first error ends the controller's loop, so one bad
    ARN keeps a correct policy from arriving.

What to do
    Mend what the message names: a reference, an ARN, the controller's role.

Source
    aws-controllers-k8s/iam-controller, `pkg/resource/role/sdk.go` (order of
    updates, first error ends them).
"""

from __future__ import annotations

from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.delivery import is_known, lacking, says
from ..evidence.standing import being_deleted, existing, held_by, is_older_than_the_spec, told

ID = "ack-not-synced"
TITLE = "The ACK controller cannot carry out the object: a reference, a quota or its own rights"
MANIFEST_HELPS = True
RESTART_NEEDED = False
REMEDIATION = (
    "Mend what the message names (a reference, an ARN, the rights of the controller); it is retried by itself."
)

_HELD = ("ACK.Recoverable", "ACK.ReferencesResolved", "ACK.ResourceSynced", "Ready")


def look(case: Case) -> Seen:
    known, log = is_known(case), says(case)
    if known is not None:
        return Seen(log, known)
    if being_deleted(case):
        return Seen(log, "refutes", being_deleted(case)[:1])
    clashing = [item for item, _ in existing(case)]
    held = [pair for pair in held_by(case, *_HELD) if pair[0] not in clashing]
    if not held:
        return Seen(log, "refutes", ("no condition of the role's objects says so",))
    # Conditions with a message or a reason go first: a bare "not synced" explains nothing.
    evidence = [told(item, at) for item, at in sorted(held, key=lambda pair: not (pair[1].message or pair[1].reason))]
    is_old = is_older_than_the_spec(case, held[0][0])
    evidence += ["the object was edited since: this may speak of the spec before"] if is_old else []
    command = (commands.describe_role(case),)
    return Seen(log, "shows", (*evidence, *lacking(case)[:1]), next=command, is_partial=is_old)
