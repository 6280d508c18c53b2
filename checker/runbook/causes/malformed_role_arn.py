"""The role that the pod is given is no ARN of a role.

What it looks for
    "Request ARN is invalid" in the log, and an annotation or AWS_ROLE_ARN that
    is no role ARN. The webhook injects it all the same.

What to do
    Correct the annotation of the service account and restart the pod: the
    value is fixed when the pod is made.

Source
    amazon-eks-pod-identity-webhook, `pkg/cache/cache.go` (a malformed ARN is
    only logged).
"""

from __future__ import annotations

from ...iam.arns import role_name
from ...live.record.effective_role import environment
from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen

ID = "malformed-role-arn"
TITLE = "The role that the pod is given is no ARN of a role"
MANIFEST_HELPS = False
RESTART_NEEDED = True
REMEDIATION = "Correct the annotation eks.amazonaws.com/role-arn of the service account, then restart the pod."


def look(case: Case) -> Seen:
    events = case.having("malformed-role-arn")
    log = case.says(events, case.having("assume-denied"))
    # What the pod was made with counts; the annotation only where the pod has nothing yet.
    variables = environment(case.container or {})
    arns = [arn for arn in [variables.get("AWS_ROLE_ARN") or case.expected] if arn]
    broken = [arn for arn in dict.fromkeys(arns) if role_name(arn) is None]
    command = (commands.annotate(case, "ROLE_ARN"),)
    if broken:
        return Seen(log, "shows", tuple(f"{arn!r} is no ARN of a role" for arn in broken), next=command)
    if arns or case.uses_pod_identity:
        return Seen(log, "refutes", tuple(f"{arn} is well formed" for arn in dict.fromkeys(arns)))
    return Seen(log, "unread" if case.container is None else "refutes", next=command)
