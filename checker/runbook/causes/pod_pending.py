"""The pod has not started, so nothing refreshes keys in it.

What it looks for
    A pod in the phase Pending, or the container waiting for something other
    than its image: no node fits, a volume or a ConfigMap is missing, an init
    container does not end. The reason is the scheduler's or the kubelet's.

What to do
    Mend what the reason names. The role is not to blame.

Source
    Kubernetes documentation, "Pod Lifecycle" and "Debug Pods".
"""

from __future__ import annotations

from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.pod_state import IMAGE_REASONS, LOOPING, is_running, phase, reason, said, says, unmet

ID = "pod-pending"
TITLE = "The pod has not started, so nothing refreshes keys in it"
MANIFEST_HELPS = False
RESTART_NEEDED = False
REMEDIATION = "Mend what the reason names: room on a node, a volume, a ConfigMap, an init container that does not end."


def look(case: Case) -> Seen:
    log = says(case)
    if case.pod is None:
        return Seen(log, "unread", ("there is no pod to look at",))
    if is_running(case):
        return Seen(log, "refutes", ("the container itself is running",))
    why = reason(case)
    if why in (*IMAGE_REASONS, LOOPING) or not (why or phase(case) == "Pending"):
        return Seen(log, "refutes", (f"the pod is {phase(case) or 'there'}" + (f", {why}" if why else ""),))
    evidence = (*((said(case),) if why else ()), *unmet(case), f"the pod's phase is {phase(case)}")
    return Seen(log, "shows", evidence, next=(commands.describe_pod(case),))
