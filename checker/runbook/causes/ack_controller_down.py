"""The ACK IAM controller does not run, or works for another account.

What it looks for
    A Deployment of the controller without available pods, or a Role whose
    status names another account than its ARN must have, while IAM lacks what
    the object grants. Where no Deployment is found, EKS is asked for a
    capability of type ACK (ack-capability-unwell); where there is none either,
    nothing is concluded.

What to do
    Bring the controller up; it reconciles everything when it starts.

Source
    ACK documentation, "Manage resources in multiple AWS accounts" (owner
    account id); EKS User Guide, "EKS Capabilities".
"""

from __future__ import annotations

from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.delivery import is_known, says, waiting
from ..evidence.standing import controller_down, managed_elsewhere

ID = "ack-controller-down"
TITLE = "The ACK IAM controller does not run, or works for another account"
MANIFEST_HELPS = False
RESTART_NEEDED = False
REMEDIATION = "Bring the ACK IAM controller up; it reconciles every object when it starts."


def look(case: Case) -> Seen:
    known, log = is_known(case), says(case)
    if known is not None:
        return Seen(log, known)
    deployments = case.value("ack-controller")
    if managed_elsewhere(case):
        return Seen(log, "shows", (managed_elsewhere(case),), next=(commands.describe_role(case),))
    if not waiting(case):
        return Seen(log, "refutes", ("the object would not mend it either",))
    if case.value("ack-capability"):
        return Seen(log, "refutes", ("ACK runs as an EKS capability, so no Deployment of it is needed",))
    if deployments is None:
        return Seen(log, "unread", (case.reading("ack-controller").detail,))
    if controller_down(case):
        namespace = str(deployments[0]["metadata"].get("namespace"))
        command = commands.command("kubectl", "get", "pods", "-n", namespace)
        return Seen(log, "shows", (controller_down(case), *waiting(case)[:1]), next=(command,))
    return Seen(log, "refutes", ("the controller has available pods",))
