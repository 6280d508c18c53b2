"""Nothing gives the service account a role.

What it looks for
    A pod without injected credentials whose service account has no annotation
    eks.amazonaws.com/role-arn and no Pod Identity association; in the log no
    credentials at all, or those of the node's role.

What to do
    Annotate the service account (or make the association) and restart the pod:
    credentials are injected when a pod is made.

Source
    EKS User Guide, "Assign IAM roles to Kubernetes service accounts".
"""

from __future__ import annotations

from ...ack.objects import mapping
from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.node_role import without_role

ID = "service-account-unannotated"
TITLE = "Nothing gives the service account a role"
MANIFEST_HELPS = False
RESTART_NEEDED = True
REMEDIATION = "Annotate the service account with the role (or make a Pod Identity association), then restart the pod."


def look(case: Case) -> Seen:
    log = case.says((), without_role(case))
    if case.service_account is None and not case.uses_pod_identity:
        reading = case.reading("service-account")
        if reading.status == "absent":
            evidence = f"service account {case.namespace}/{case.account_name} does not exist"
            remedy = "Make the service account, annotated with the role, then restart the pod."
            shown = commands.command("kubectl", "get", "serviceaccounts", "-n", case.namespace)
            return Seen(log, "shows", (evidence,), remedy, (shown,))
        return Seen(log, "unread", (f"the service account was not read: {reading.detail}",))
    if case.effective.how not in ("node-role", "unknown") or case.expected:
        return Seen(log, "refutes", ("something gives the service account a role",))
    association = case.reading("association")
    evidence = f"service account {case.namespace}/{case.account_name} has no annotation eks.amazonaws.com/role-arn"
    if association.status not in ("absent", "ok"):
        return Seen(log, "unread", (evidence, f"its Pod Identity associations were not read: {association.detail}"))
    typo = [
        key
        for key in mapping(
            mapping(case.service_account.get("metadata") if case.service_account else {}).get("annotations")
        )
        if "role" in key
    ]
    more = tuple(f"it has {key}, which nothing reads" for key in typo)
    return Seen(log, "shows", (evidence, *more), next=(commands.annotate(case),))
