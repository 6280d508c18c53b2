"""The image of the proxy cannot be pulled, so its container does not start.

What it looks for
    The container waiting with ErrImagePull, ImagePullBackOff or their kin.

What to do
    Correct the image's name, or give the node or the pod access to the
    registry. The role of the pod takes no part in it: the node pulls.

Source
    Kubernetes documentation, "Images" (ImagePullBackOff).
"""

from __future__ import annotations

from .. import commands
from ..case.case import Case
from ..case.witnesses import Seen
from ..evidence.pod_state import IMAGE_REASONS, reason, said, says

ID = "image-pull-failed"
TITLE = "The image of the proxy cannot be pulled, so its container does not start"
MANIFEST_HELPS = False
RESTART_NEEDED = False
REMEDIATION = "Correct the image's name in the pod's template, or give the node access to the registry."


def look(case: Case) -> Seen:
    log = says(case)
    if case.pod is None:
        return Seen(log, "unread", ("there is no pod to look at",))
    if reason(case) not in IMAGE_REASONS:
        return Seen(log, "refutes", ("the container does not wait for its image",))
    image = f"its image is {(case.container or {}).get('image', '')}"
    return Seen(log, "shows", (said(case), image), next=(commands.describe_pod(case),))
