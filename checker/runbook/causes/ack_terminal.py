"""The ACK controller gave up on the object: it or AWS refuses the spec.

What it looks for
    ACK.Terminal on the Role or on a Policy it refers to, while IAM lacks what
    the pod needs. A terminal object is not tried again until its spec changes,
    and drift of the role is not corrected either.

What to do
    Correct the spec as the message says and apply it.

Source
    aws-controllers-k8s/iam-controller, generator.yaml (InvalidInput and
    MalformedPolicyDocument are terminal); community issue 1844.
"""

from __future__ import annotations

from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.delivery import is_known, lacking, says
from ..evidence.standing import being_deleted, existing, held_by, is_older_than_the_spec, told

ID = "ack-terminal"
TITLE = "The ACK controller gave up on the object: it or AWS refuses the spec"
MANIFEST_HELPS = True
RESTART_NEEDED = False
REMEDIATION = (
    "Correct what the message says in the manifest and apply it; until the spec changes nothing is tried again."
)


def look(case: Case) -> Seen:
    known, log = is_known(case), says(case)
    if known is not None:
        return Seen(log, known)
    held = [pair for pair in held_by(case, "ACK.Terminal") if pair not in existing(case)]
    if not held or being_deleted(case):
        return Seen(log, "refutes", ("no object of the role is terminal by its spec",))
    evidence = [told(item, at) for item, at in held]
    is_old = is_older_than_the_spec(case, held[0][0])
    evidence += ["the object was edited since: this may speak of the spec before"] if is_old else []
    command = (commands.describe_role(case),)
    return Seen(log, "shows", (*evidence, *lacking(case)[:1]), next=command, is_partial=is_old)
