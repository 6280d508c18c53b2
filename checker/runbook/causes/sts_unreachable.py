"""The proxy does not reach STS, or STS is not active in its region.

What it looks for
    Failures to reach an STS host, or RegionDisabledException.

What to do
    Use the regional endpoint (annotation
    eks.amazonaws.com/sts-regional-endpoints: "true") and open the way to it.

Source
    EKS User Guide, "Configure the AWS Security Token Service endpoint for a
    service account".
"""

from __future__ import annotations

from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.log_only import in_log
from ..evidence.network import sts_hosts

ID = "sts-unreachable"
TITLE = "The proxy does not reach STS, or STS is not active in its region"
MANIFEST_HELPS = False
RESTART_NEEDED = True
REMEDIATION = "Use the regional STS endpoint and open the way to it; annotate the service account and restart the pod."


def look(case: Case) -> Seen:
    return in_log(case, sts_hosts(case), commands.use_regional_sts(case))
