"""The object is marked read-only, so the ACK controller changes nothing in AWS.

What it looks for
    The annotation services.k8s.aws/read-only: "true" on the Role or on a
    Policy of it, while IAM lacks what the object grants. The object says
    Synced all the same.

What to do
    Remove the annotation, once it is clear why it is there.

Source
    aws-controllers-k8s/runtime, `pkg/runtime/reconciler.go` (read-only
    resources are observed only).
"""

from __future__ import annotations

from ...ack.kinds import BY_NAME
from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.delivery import is_known, lacking, next_steps, says
from ..evidence.standing import objects

ID = "ack-read-only"
TITLE = "The object is marked read-only, so the ACK controller changes nothing in AWS"
MANIFEST_HELPS = True
RESTART_NEEDED = False
REMEDIATION = "Remove the annotation services.k8s.aws/read-only from the object and touch its spec."


_READ_ONLY = "services.k8s.aws/read-only"


def look(case: Case) -> Seen:
    known, log = is_known(case), says(case)
    if known is not None:
        return Seen(log, known)
    marked = [item for item in objects(case) if item.annotations.get(_READ_ONLY, "").lower() == "true"]
    if not marked:
        return Seen(log, "refutes", ("no object of the role is read-only",))
    evidence = [f"{item.kind} {item.name} has {_READ_ONLY}" for item in marked]
    evidence += [f"without it the controller would {step.operation} {step.about}".strip() for step in next_steps(case)]
    kind, first = BY_NAME[marked[0].kind].resource, marked[0]
    command = commands.command("kubectl", "annotate", kind, first.name, "-n", first.namespace, f"{_READ_ONLY}-")
    return Seen(log, "shows", (*lacking(case)[:1], *evidence), next=(command,))
