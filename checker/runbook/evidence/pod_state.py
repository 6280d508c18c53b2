"""How the pod fares: whether its container was started at all, and if not, in the kubelet's own words.

Two witnesses: the status that the kubelet writes to the pod, and its answer when it is asked for the container's log
("is waiting to start: …"). Source: Kubernetes documentation, "Pod Lifecycle" (phases, container states).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...ack.objects import mapping
from ...live.record.effective_role import status_of
from ...live.record.record import under
from ..case.case import Case
from ..case.witnesses import Log

IMAGE_REASONS = (
    "ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "RegistryUnavailable",
    "ImageInspectError", "SignatureValidationFailed",
)  # fmt: skip
LOOPING = "CrashLoopBackOff"


def waiting(case: Case) -> dict[str, Any]:
    """Why the container waits: `reason` and `message`; {} where it does not."""
    return mapping(mapping(status_of(case.pod or {}, case.record.target.container).get("state")).get("waiting"))


def reason(case: Case) -> str:
    """The reason why the container waits, or ""."""
    return str(waiting(case).get("reason") or "")


def is_running(case: Case) -> bool:
    """Whether the kubelet says that the container runs, whatever the others of the pod do."""
    return "running" in mapping(status_of(case.pod or {}, case.record.target.container).get("state"))


def said(case: Case) -> str:
    """The container's state in a sentence: what it waits for, and why."""
    state = waiting(case)
    message = f": {state['message']}" if state.get("message") else ""
    return f"container {case.record.target.container} waits: {state.get('reason')}{message}"


def phase(case: Case) -> str:
    """The pod's phase: Pending, Running, Succeeded, Failed; "" where it is not known."""
    return str(mapping(mapping(case.pod).get("status")).get("phase") or "")


def unmet(case: Case) -> Iterator[str]:
    """The pod's conditions that do not hold, as sentences."""
    for item in mapping(mapping(case.pod).get("status")).get("unmet") or ():
        why = ": ".join(part for part in (item["reason"], item["message"]) if part)
        yield f"{item['type']} is not met: {why}"


def ended(case: Case) -> str:
    """How the container ended the last time, or ""."""
    status = status_of(case.pod or {}, case.record.target.container)
    states = (mapping(status.get("state")).get("terminated"), mapping(status.get("lastState")).get("terminated"))
    terminated = mapping(next(filter(None, states), None))
    if not terminated:
        return ""
    code = f", exit code {terminated['exitCode']}" if "exitCode" in terminated else ""
    return f"it ended the last time with {terminated.get('reason') or 'no reason'}{code}"


def is_not_started(case: Case) -> bool:
    """Whether the kubelet, asked for the container's log, said that it waits to start."""
    return any("waiting to start" in item.detail for item in under(case.record, "log/").values())


def says(case: Case) -> Log:
    """The log as a witness: its absence, in the kubelet's words, names a container that was not started."""
    return "names" if is_not_started(case) else "silent" if case.log.is_read else "unread"
