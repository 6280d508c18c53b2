"""STS or EKS Auth throttles the proxy, which asks for new sessions too often.

What it looks for
    "Rate exceeded" or Throttling on AssumeRole… or on EKS Auth.

What to do
    Reuse sessions: one client for the life of the process.

Source
    STS API Reference, common errors (ThrottlingException).
"""

from __future__ import annotations

from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.log_only import in_log

ID = "sts-throttled"
TITLE = "STS or EKS Auth throttles the proxy, which asks for new sessions too often"
MANIFEST_HELPS = False
RESTART_NEEDED = False
REMEDIATION = "Have the proxy reuse its session instead of asking for one with each refresh."


def look(case: Case) -> Seen:
    return in_log(case, case.having("sts-throttled"), commands.logs(case))
