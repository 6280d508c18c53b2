"""The EKS capability that runs ACK is not well, or has IAM switched off.

What it looks for
    No Deployment of the controller, and an EKS capability of type ACK that is
    not ACTIVE, has health issues (AccessDenied, ClusterUnreachable), or lists
    iam among its disabled services, while IAM lacks what the object grants.

What to do
    Mend what the issue names: the capability's role, its access to the
    cluster, or its list of disabled services. Its log is in CloudWatch Logs
    where log delivery is set up (EKS_CAPABILITY_ACK_LOGS).

Source
    EKS API Reference, Capability and CapabilityIssue; EKS User Guide,
    "Troubleshoot issues with ACK capabilities".
"""

from __future__ import annotations

from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.delivery import is_known, says, waiting
from ..evidence.standing import capability_trouble

ID = "ack-capability-unwell"
TITLE = "The EKS capability that runs ACK is not well, or has IAM switched off"
MANIFEST_HELPS = False
RESTART_NEEDED = False
REMEDIATION = "Mend what the capability's issue names: its role, its access to the cluster, its disabled services."


def look(case: Case) -> Seen:
    known, log = is_known(case), says(case)
    if known is not None:
        return Seen(log, known)
    reading = case.reading("ack-capability")
    if reading.status == "skipped" and case.value("ack-controller"):
        return Seen(log, "refutes", ("ACK runs as a Deployment in the cluster",))
    if reading.status == "absent":
        return Seen(log, "refutes", ("the cluster has no EKS capability of type ACK",))
    capabilities = case.value("ack-capability")
    if capabilities is None:
        return Seen(log, "unread", (reading.detail,))
    trouble = capability_trouble(case)
    if not trouble:
        return Seen(log, "refutes", (f"EKS capability {capabilities[0]['name']} is {capabilities[0]['status']}",))
    role = f"it works with {capabilities[0]['roleArn']}"
    command = commands.show_capability(case, capabilities[0]["name"])
    return Seen(log, "shows", (*trouble, *waiting(case)[:1], role), next=(command,))
