"""A pod on the host's network gets no credentials from the EKS Pod Identity agent.

What it looks for
    hostNetwork: true on a pod that is given its role by EKS Pod Identity, and
    failures to get credentials from the agent.

What to do
    Take hostNetwork off the pod, or give it its role by the service account's
    annotation (IRSA), which does not go through the agent.

Source
    aws/eks-pod-identity-agent issue 139.
"""

from __future__ import annotations

from ...ack.objects import mapping
from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.refusals import said
from ..evidence.trust import trusting

ID = "host-network-pod-identity"
TITLE = "A pod on the host's network gets no credentials from the EKS Pod Identity agent"
MANIFEST_HELPS = False
RESTART_NEEDED = True
REMEDIATION = "Take hostNetwork off the pod, or give it its role by the service account's annotation (IRSA)."


def look(case: Case) -> Seen:
    events = case.having("pod-identity-denied", "agent-unreachable", "agent-failed")
    log, evidence = case.says((), events), tuple(said(event) for event in events[:1])
    if case.container is None:
        return Seen(log, "unread")
    is_on_host = bool(mapping(mapping(case.pod).get("spec")).get("hostNetwork"))
    if not (case.uses_pod_identity and is_on_host):
        return Seen(log, "refutes", ("it is not both: on the host's network, and given its role by Pod Identity",))
    if not events:
        return Seen(log, "refutes" if case.log.is_read else "no-word", ("no failure to get credentials was seen",))
    agent, trust = case.value("pod-identity-agent"), trusting(case)
    if (agent is not None and not agent["ready"]) or (trust is not None and trust.truth is False):
        return Seen(log, "refutes", ("the agent or the trust policy is in the way already",))
    shown = "the pod has hostNetwork: true and gets its role from EKS Pod Identity"
    return Seen(log, "shows", (*evidence, shown), next=(commands.describe_pod(case),))
