"""The permissions have been right for a while; the proxy goes on with old credentials.

What it looks for
    A role that may do everything required, with policies that have not changed
    for minutes, and calls that are refused still: a session or a failure is
    cached, by the SDK or by the Pod Identity agent (up to 3 hours).

What to do
    Restart the pod.

Source
    aws/eks-pod-identity-agent, `internal/cache` (credentials are retained).
"""

from __future__ import annotations

import re

from ...iam.expressions import expression
from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.changes import SETTLED_SECONDS, latest_change
from ..evidence.outdated import age_of_last

ID = "stale-credentials"
TITLE = "The permissions have been right for a while; the proxy goes on with old credentials"
MANIFEST_HELPS = False
RESTART_NEEDED = True
REMEDIATION = "Restart the pod, so that it gets new credentials."


def look(case: Case) -> Seen:
    log = case.says((), (*case.allowed_denials, *case.having("invalid-token", "assume-denied")))
    if case.deployed is None or case.deployed.verdict == "unknown":
        return Seen(log, "unread")
    last = age_of_last(case, case.allowed_denials)
    if case.deployed.verdict != "granted" or not case.allowed_denials or last is None or last > SETTLED_SECONDS:
        return Seen(log, "refutes", ("no call is refused that the policies have long allowed",))
    changed = latest_change(case)
    command = (commands.restart(case),)
    if changed is None:
        return Seen(log, "unread", ("when the policies changed is not known",), next=command)
    if changed - last < SETTLED_SECONDS:
        return Seen(log, "refutes", ("the policies changed only just now",))
    evidence = f"the policies changed {changed:.0f} s ago, the last refusal was {last:.0f} s ago"
    is_unnamed = not any(_NAMED_LAYER.search(event.line) for event in case.allowed_denials)
    if is_unnamed and case.allowed_denials and case.value("scps") is None:
        return Seen(log, "unread", (evidence, _UNNAMED), next=command)
    return Seen(log, "shows", (evidence,), next=command)


_NAMED_LAYER = expression(r"(?:identity|resource)-based polic|permissions boundary|session polic", re.IGNORECASE)
_UNNAMED = "the log does not say which policy refuses, and one that was not read (SCP, RCP, endpoint) may"
