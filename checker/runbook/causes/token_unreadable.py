"""The container cannot read the token that its credentials come from.

What it looks for
    "permission denied" or "no such file" over the mounted token file. A
    projected token belongs to root and is readable by the pod's fsGroup, or
    by the user that all its containers run as; a pod with containers of
    several users and no fsGroup leaves one of them out.

What to do
    Set spec.securityContext.fsGroup in the pod's template (65534 does for any
    user). Where the file is missing, restart the pod: the volume is added when
    a pod is made.

Source
    aws/amazon-eks-pod-identity-webhook issue 8; Kubernetes enhancement 1598
    (permissions of projected service account tokens).
"""

from __future__ import annotations

import re

from ...ack.objects import mapping
from ...iam.expressions import expression
from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.refusals import said

ID = "token-unreadable"
TITLE = "The container cannot read the token that its credentials come from"
MANIFEST_HELPS = False
RESTART_NEEDED = True
REMEDIATION = "Set securityContext.fsGroup in the pod's template, so that the proxy may read the mounted token."

_ABSENT = expression(r"no such file|ENOENT|NoSuchFile|FileNotFound", re.IGNORECASE)
_MOUNT = "Restart the pod: the token's volume is added when a pod is made, and this one was made without it."


def look(case: Case) -> Seen:
    events = case.having("token-unreadable")
    log, evidence = case.says(events), tuple(said(event) for event in events[:2])
    command = (commands.describe_pod(case),)
    if not events or case.container is None:
        return Seen(log, "no-word", evidence, next=command)
    if _ABSENT.search(events[0].line):
        # Not a matter of rights: the volume was never mounted.
        return Seen(log, "no-word", evidence, _MOUNT, (commands.restart(case),))
    whole = mapping(mapping(mapping(case.pod).get("spec")).get("securityContext"))
    user = mapping(case.container.get("securityContext")).get("runAsUser", whole.get("runAsUser"))
    if user not in (None, 0) and whole.get("fsGroup") is None:
        shown = f"the container runs as user {user}, and the pod sets no fsGroup"
        return Seen(log, "shows", (*evidence, shown), next=command)
    return Seen(log, "no-word", evidence, next=command)
