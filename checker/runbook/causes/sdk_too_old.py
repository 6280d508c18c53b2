"""The SDK in the proxy is too old for EKS Pod Identity.

What it looks for
    A pod that uses EKS Pod Identity, and an SDK that refuses 169.254.170.23 or
    works as the node's role instead.

What to do
    Upgrade the SDK in the proxy's image.

Source
    EKS User Guide, "Use pod identity with the AWS SDK" (minimum versions);
    kubernetes-sigs/external-dns issue 4353.
"""

from __future__ import annotations

from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.log_only import in_log
from ..evidence.node_role import without_role

ID = "sdk-too-old"
TITLE = "The SDK in the proxy is too old for EKS Pod Identity"
MANIFEST_HELPS = False
RESTART_NEEDED = True
REMEDIATION = "Upgrade the AWS SDK in the proxy's image, or give the service account its role by annotation."


def look(case: Case) -> Seen:
    if case.container is not None and not case.uses_pod_identity:
        return Seen("silent", "refutes", ("the pod does not use EKS Pod Identity",))
    events = case.having("sdk-refuses-agent")
    image = (case.container or {}).get("image", "")
    seen = in_log(case, events, commands.logs(case), without_role(case))
    return seen._replace(evidence=(*seen.evidence, f"image {image}") if events else seen.evidence)
