"""The service account has a role, but the pod was made without it.

What it looks for
    A pod without AWS_ROLE_ARN (or the Pod Identity variables) although its
    service account has an annotation or an association, or with another role
    than the annotation names now: the webhook missed the pod (it fails
    silently), or the pod is older than the annotation.

What to do
    Restart the pod. If the new one lacks the variables too, look at the
    webhook and at skip-containers.

Source
    amazon-eks-pod-identity-webhook (mutates on CREATE, failurePolicy: Ignore);
    aws/eks-pod-identity-agent issue 153.
"""

from __future__ import annotations

from ...iam.arns import role_name
from .. import commands
from ..case.case import Case
from ..case.witnesses import Api, Seen
from ..evidence.node_role import without_role

ID = "credentials-not-injected"
TITLE = "The service account has a role, but the pod was made without it"
MANIFEST_HELPS = False
RESTART_NEEDED = True
REMEDIATION = "Restart the pod, so that its credentials are injected."


def look(case: Case) -> Seen:
    log = case.says((), (*without_role(case), *case.having("assume-denied")))
    if case.container is None:
        return Seen(log, "unread", ("the container was not read",))
    command = (commands.restart(case),)
    if case.effective.how == "node-role" and case.expected:
        evidence = [f"the service account's role is {case.expected}", "the container has none of the variables for it"]
        if case.reading("webhook").status == "absent":
            evidence.append("the webhook pod-identity-webhook is not registered")
        return Seen(log, "shows", tuple(evidence), next=command)
    if case.effective.how == "static-keys" and case.expected:
        evidence = ["the container has AWS_ACCESS_KEY_ID, which wins over its role", f"the role is {case.expected}"]
        remedy = "Take AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY out of the container, so that its role counts."
        return Seen(case.says((), case.denials), "shows", tuple(evidence), remedy, (commands.describe_pod(case),))
    if case.effective.how == "pod-env" and case.expected and case.effective.arn != case.expected:
        evidence = [f"the pod has {case.effective.arn}", f"its service account now names {case.expected}"]
        # Without failures the pod works, and a restart could only make it worse.
        api: Api = "shows" if log == "fits" and role_name(case.expected) else "refutes"
        return Seen(log, api, tuple(evidence), next=command)
    known = case.service_account is not None or case.effective.how in ("pod-identity", "pod-env")
    return Seen(log, "refutes" if known else "unread", ("the pod has what its service account names",) if known else ())
