"""The pod itself: it does not start, is gone from its node, or does not stay up."""

from __future__ import annotations

from .. import lines
from ..cell import Cell
from ..names import PODS
from .staging import stages


@stages("pod-pending")
def _pod_pending(cell: Cell, index: str) -> None:
    """Has no node with room for the pod."""
    unmet = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}
    message = "0/3 nodes are available: 3 Insufficient memory."
    status = {"phase": "Pending", "conditions": [{**unmet, "message": message}]}
    nowhere: dict[str, list[str]] = {"containerStatuses": [], "initContainerStatuses": []}
    cell.start_pod(index, status={**status, **nowhere})
    cell.forget_log(index)


@stages("image-pull-failed", "borealis")
def _image_pull_failed(cell: Cell, index: str) -> None:
    """Names an image that the registry does not have."""
    message = 'Back-off pulling image "registry.example/reverse-proxy:4.2.0"'
    waits = {"ready": False, "state": {"waiting": {"reason": "ImagePullBackOff", "message": message}}}
    cell.start_pod(index, container=waits, status={"phase": "Pending"})
    cell.forget_log(index)


@stages("pod-evicted")
def _pod_evicted(cell: Cell, index: str) -> None:
    """Has the node run out of memory and evict the pod; its workload is scaled to nothing."""
    message = "The node was low on resource: memory. Threshold quantity: 100Mi, available: 61Mi."
    ended = {"ready": False, "state": {"terminated": {"exitCode": 137, "reason": "Error"}}}
    cell.start_pod(index, container=ended, status={"phase": "Failed", "reason": "Evicted", "message": message})
    cell.forget_log(index)


@stages("crash-loop")
def _crash_loop(cell: Cell, index: str) -> None:
    """Gives the proxy too little memory, so that it is killed again and again."""
    last = {"terminated": {"reason": "OOMKilled", "exitCode": 137}}
    message = "back-off 5m0s restarting failed container=reverse-proxy"
    waits = {"waiting": {"reason": "CrashLoopBackOff", "message": message}}
    cell.start_pod(index, restarts=9, container={"ready": False, "state": waits, "lastState": last})
    cell.forget_log(index)
    cell.logs[PODS[index], False] = []
    cell.log(index, *[lines.REFRESHED] * 2, previous=True)
