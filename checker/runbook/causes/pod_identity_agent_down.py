"""EKS Pod Identity does not hand out credentials: its agent, or the role's trust.

What it looks for
    Connections to 169.254.170.23 refused or timed out, "EKS does not have
    permissions to assume the associated role", no ready agent on the pod's
    node, or a trust policy without sts:AssumeRole and sts:TagSession for
    pods.eks.amazonaws.com.

What to do
    Bring the agent up on that node, or let the trust policy allow both
    actions.

Source
    EKS User Guide, "Set up the Amazon EKS Pod Identity Agent" and "Create IAM
    role with trust policy required by EKS Pod Identity".
"""

from __future__ import annotations

from ...ack.objects import mapping
from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.refusals import said
from ..evidence.trust import trusting

ID = "pod-identity-agent-down"
TITLE = "EKS Pod Identity does not hand out credentials: its agent, or the role's trust"
MANIFEST_HELPS = True
RESTART_NEEDED = False
REMEDIATION = (
    "Bring the Pod Identity agent up on the pod's node, or allow sts:AssumeRole and sts:TagSession in the trust policy."
)


def look(case: Case) -> Seen:
    if case.container is not None and not case.uses_pod_identity:
        return Seen(case.says(()), "refutes", ("the pod does not use EKS Pod Identity",))
    events = case.having("agent-unreachable", "agent-failed", "pod-identity-denied")
    log, evidence = case.says(events), tuple(said(event) for event in events[:1])
    trust = trusting(case)
    if trust is not None and trust.blocker in ("principal", "tag-session"):
        action = "sts:TagSession" if trust.blocker == "tag-session" else "sts:AssumeRole"
        shown = f"the trust policy does not allow {action} for pods.eks.amazonaws.com"
        remedy = (
            "Allow sts:AssumeRole and sts:TagSession for pods.eks.amazonaws.com in the Role manifest's trust policy."
        )
        return Seen(log, "shows", (*evidence, shown), remedy, (commands.mend_role(case),))
    if trust is not None and trust.blocker == "first role":
        shown = f"the trust policy does not let {trust.stated[0]} assume it, by which the association reaches it"
        remedy = "Let the association's first role (its roleArn) assume the role in the Role manifest's trust policy."
        return Seen(log, "shows", (*evidence, shown), remedy, (commands.mend_role(case),))
    if trust is not None and trust.blocker == "condition":
        shown = "a condition of the trust policy does not hold for this pod, cluster or account"
        remedy = "Make the conditions of the trust policy fit the pod's namespace, service account and cluster."
        return Seen(log, "shows", (*evidence, shown), remedy, (commands.mend_role(case),))
    association = mapping(case.value("association"))
    if association.get("targetRoleArn") and case.having("pod-identity-denied"):
        first = str(association.get("roleArn", ""))
        unseen = f"the association's first role {first} was not read: whether it lets EKS in, and may assume this one"
        remedy = (
            "Look at the association's first role (its roleArn): its trust policy, and sts:AssumeRole on this role."
        )
        show = commands.command("aws", "iam", "get-role", "--role-name", first.rpartition("/")[2])
        return Seen(log, "unread", (*evidence, unseen), remedy, (show,))
    command = ("kubectl get pods -n kube-system -l app.kubernetes.io/name=eks-pod-identity-agent -o wide",)
    agent = case.value("pod-identity-agent")
    if agent is not None and agent["ready"] == 0 and (agent["pods"] or events or not case.log.is_read):
        state = "no agent runs" if not agent["pods"] else "the agent is not ready"
        return Seen(log, "shows", (*evidence, f"{state} on the pod's node"), next=command)
    is_on_host = bool(mapping(mapping(case.pod).get("spec")).get("hostNetwork"))
    if agent is not None and agent["ready"] and is_on_host:
        shown = "the agent on the pod's node is ready, and the pod is on the host's network"
        return Seen(log, "refutes", (*evidence, shown))
    if agent is not None and (trust is None or trust.truth is not False) and not events:
        return Seen(log, "refutes", ("the agent on the pod's node is ready",))
    return Seen(log, "unread" if agent is None else "no-word", evidence, next=command)
