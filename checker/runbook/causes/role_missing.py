"""The role does not exist in the account that its ARN names.

What it looks for
    NoSuchEntity for the role, read with credentials of its own account; in the
    log "Not authorized to perform sts:AssumeRoleWithWebIdentity", which is
    what STS says of a role that is not there.

    Where its ACK Role object explains why it was never made, that is the cause.

What to do
    Recreate it: apply the Role manifest, or correct the ARN. Where the object is
    there and synced, applying it again changes nothing: make the controller
    reconcile.

Source
    IAM API Reference, GetRole; STS API Reference, AssumeRoleWithWebIdentity.
"""

from __future__ import annotations

from ...ack.objects import mapping
from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.standing import managed_elsewhere, not_made, says_synced

ID = "role-missing"
TITLE = "The role does not exist in the account that its ARN names"
MANIFEST_HELPS = True
RESTART_NEEDED = False
REMEDIATION = "Apply the Role manifest so that the role is made, or correct the ARN that the pod is given."

_NUDGE = (
    "Make the controller reconcile: it makes the role again when the spec changes (a blank is enough), or it restarts."
)


def look(case: Case) -> Seen:
    log = case.says((), case.having("assume-denied", "pod-identity-denied"))
    role = case.reading("role")
    if role.status == "absent":
        evidence = f"IAM has no role {case.arn}"
        if not case.reading("ack-role").is_settled:
            unseen = "whether an ACK Role object stands for it was not read"
            return Seen(log, "shows", (evidence, unseen), next=(commands.describe_role(case),), is_partial=True)
        if not case.value("ack-role"):
            shown = f"{evidence}; no ACK Role object for it either"
            return Seen(log, "shows", (shown,), next=(commands.describe_role(case),))
        explained = not_made(case) or managed_elsewhere(case)
        if explained:
            return Seen(log, "refutes", (f"{evidence}, but {explained}",))
        stays = _is_not_made_again(case)
        if stays:
            remedy = f"Make the role again by hand: {stays}, so the controller does not."
            return Seen(log, "shows", (evidence, stays), remedy, (commands.describe_role(case),))
        # The object has been applied; applying it again changes nothing in it, so the controller does nothing.
        if not says_synced(case):
            return Seen(log, "shows", (evidence, "its ACK Role object does not say that it is synced"), _NUDGE,
                        (commands.nudge_role(case),), is_partial=True)  # fmt: skip
        synced = "its ACK Role object says that it is synced, so it was deleted since"
        return Seen(log, "shows", (evidence, synced), _NUDGE, (commands.nudge_role(case),))
    actual = (role.value or {}).get("arn", "")
    if case.effective.how in ("pod-env", "pod-identity") and actual and actual != case.effective.arn:
        # STS takes only the whole ARN, with its path.
        evidence = f"the pod is given {case.effective.arn}, the role is {actual}"
        remedy = "Correct the ARN that the pod is given (annotation or association), then restart the pod."
        return Seen(log, "shows", (evidence,), remedy, (commands.annotate(case, actual),), restart=True)
    return Seen(
        log, "refutes" if role.status == "ok" else "unread", (f"role {case.arn}: {role.detail or role.status}",)
    )


def _is_not_made_again(case: Case) -> str:
    """Why the controller does not make a role again that is gone: it only looks at it, or has adopted it."""
    annotations = mapping(mapping(case.value("ack-role")).get("metadata")).get("annotations")
    stated = {key.partition("/")[2]: str(value) for key, value in mapping(annotations).items() if "services.k8s" in key}
    if stated.get("read-only", "").lower() == "true":
        return "its ACK Role object is read-only"
    if stated.get("adopted", "").lower() == "true" or stated.get("adoption-policy") == "adopt":
        return "its ACK Role object has adopted it"
    return ""
