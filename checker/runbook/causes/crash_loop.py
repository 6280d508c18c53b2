"""The proxy ends again and again, so it hardly refreshes.

What it looks for
    The container waiting with CrashLoopBackOff, and how it ended before. Where
    the log of the last run names another cause, that cause is the reason, and
    is shown first.

What to do
    Read the log of the last run (kubectl logs --previous).

Source
    Kubernetes documentation, "Pod Lifecycle" (restart policy, CrashLoopBackOff).
"""

from __future__ import annotations

from ...live.record.effective_role import status_of
from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.pod_state import LOOPING, ended, reason, said

ID = "crash-loop"
TITLE = "The proxy ends again and again, so it hardly refreshes"
MANIFEST_HELPS = False
RESTART_NEEDED = False
REMEDIATION = "Read the log of its last run; where that names another cause, mend that one."


def look(case: Case) -> Seen:
    # The cause that the log of the last run names is why the proxy ends: it ranks first, this one is never surer.
    log = case.says((), ())
    if case.pod is None:
        return Seen(log, "unread", ("there is no pod to look at",))
    if reason(case) != LOOPING:
        return Seen(log, "refutes", ("the container does not restart in a loop",))
    restarts = status_of(case.pod, case.record.target.container).get("restartCount", 0)
    evidence = (said(case), f"{restarts} restarts" + (f"; {ended(case)}" if ended(case) else ""))
    return Seen(log, "shows", evidence, next=(commands.previous_log(case),))
