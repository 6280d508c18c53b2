"""The role does not exist in the account that its ARN names.

What it looks for
    NoSuchEntity for the role, read with credentials of its own account; in the
    log "Not authorized to perform sts:AssumeRoleWithWebIdentity", which is
    what STS says of a role that is not there.

What to do
    Recreate it: apply the Role manifest, or correct the ARN.

Source
    IAM API Reference, GetRole; STS API Reference, AssumeRoleWithWebIdentity.
"""

from __future__ import annotations

from .. import commands
from ..case import Case
from ..seen import Seen

ID = "role-missing"
TITLE = "The role does not exist in the account that its ARN names"
MANIFEST_HELPS = True
RESTART_NEEDED = False
REMEDIATION = "Apply the Role manifest so that the role is made, or correct the ARN that the pod is given."


def look(case: Case) -> Seen:
    log = case.says((), case.having("assume-denied", "pod-identity-denied"))
    role = case.reading("role")
    if role.status == "absent":
        known = "" if case.value("ack-role") else "; no ACK Role object for it either"
        return Seen(log, "shows", (f"IAM has no role {case.arn}{known}",), next=(commands.describe_role(case),))
    actual = (role.value or {}).get("arn", "")
    if case.effective.how in ("pod-env", "pod-identity") and actual and actual != case.effective.arn:
        # STS takes only the whole ARN, with its path.
        evidence = f"the pod is given {case.effective.arn}, the role is {actual}"
        remedy = "Correct the ARN that the pod is given (annotation or association), then restart the pod."
        return Seen(log, "shows", (evidence,), remedy, (commands.annotate(case, actual),), restart=True)
    return Seen(
        log, "refutes" if role.status == "ok" else "unread", (f"role {case.arn}: {role.detail or role.status}",)
    )
