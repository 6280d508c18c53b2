"""The pod was taken off its node, and no other serves the index.

What it looks for
    A pod in the phase Failed or Succeeded: Evicted, Preempting, NodeShutdown
    and the like, with the kubelet's message, and none of the same workload
    that runs.

What to do
    Find out why no new pod was made: look at its workload's events, and at
    what the node ran short of.

Source
    Kubernetes documentation, "Node-pressure Eviction".
"""

from __future__ import annotations

from ...ack.objects import mapping
from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.pod_state import phase, says

ID = "pod-evicted"
TITLE = "The pod was taken off its node, and no other serves the index"
MANIFEST_HELPS = False
RESTART_NEEDED = False
REMEDIATION = "Look why its workload makes no new pod, and what the node ran short of."


def look(case: Case) -> Seen:
    log = says(case)
    if case.pod is None:
        return Seen(log, "unread", ("there is no pod to look at",))
    if phase(case) not in ("Failed", "Succeeded"):
        return Seen(log, "refutes", (f"the pod's phase is {phase(case) or 'not known'}",))
    status = mapping(case.pod.get("status"))
    why = ": ".join(part for part in (status.get("reason"), status.get("message")) if part)
    evidence = f"the pod's phase is {phase(case)}" + (f", {why}" if why else "")
    return Seen(log, "shows", (evidence,), next=(commands.describe_pod(case),))
