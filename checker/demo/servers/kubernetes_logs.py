"""The answer to a question for a container's log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .kubernetes_answers import Answer, status
from .kubernetes_queries import QueryError, log_text, number


def answered_log(
    pod: dict[str, Any], query: dict[str, str], read: Callable[[str, bool], list[tuple[str, str]] | None]
) -> tuple[int, dict[str, Any] | bytes]:
    """The log of the container that the query names; `read` gives the stamped lines of a container, now or of its
    previous run, or None for a run that never was."""
    name, is_previous = pod["metadata"]["name"], query.get("previous") == "true"
    refused = _option(name, query) or _container(pod, query)
    if refused is not None:
        return refused
    container = query.get("container") or pod["spec"]["containers"][0]["name"]
    if container not in (*_names(pod, "containers"), *_names(pod, "initContainers")):
        return status(400, f"container {container} is not valid for pod {name}")
    pod_status = pod.get("status", {})
    entries = (*pod_status.get("containerStatuses", ()), *pod_status.get("initContainerStatuses", ()))
    states = [entry.get("state", {}).get("waiting") for entry in entries if entry["name"] == container]
    if any(states) and not is_previous and not any(entry.get("restartCount") for entry in entries):
        why = states[0].get("reason", "ContainerCreating")
        shown = "trying and failing to pull image" if why in ("ErrImagePull", "ImagePullBackOff") else why
        return status(400, f'container "{container}" in pod "{name}" is waiting to start: {shown}')
    lines = read(container, is_previous)
    if lines is None:
        return status(400, f'previous terminated container "{container}" in pod "{name}" not found')
    return 200, log_text(lines, query)


def _option(pod: str, query: dict[str, str]) -> Answer | None:
    """An option of a log that is no number, or out of range."""
    for option, least in (("limitBytes", 1), ("sinceSeconds", 1), ("tailLines", 0)):
        try:
            value = number(query, option, least)
        except QueryError as error:
            return status(400, str(error))
        if value < least:
            bound = "greater than or equal to 0" if least == 0 else "greater than 0"
            return status(422, f'PodLogOptions "{pod}" is invalid: {option}: Invalid value: {value}: must be {bound}')
    return None


def _container(pod: dict[str, Any], query: dict[str, str]) -> Answer | None:
    """A question for the log of a pod with several containers that names none of them."""
    names, inits = _names(pod, "containers"), _names(pod, "initContainers")
    if query.get("container") or len(names) == 1:
        return None
    choices = f"choose one of: [{' '.join(names)}]"
    choices += f" or one of the init containers: [{' '.join(inits)}]" if inits else ""
    return status(400, f"a container name must be specified for pod {pod['metadata']['name']}, {choices}")


def _names(pod: dict[str, Any], key: str) -> list[str]:
    return [entry["name"] for entry in pod["spec"].get(key, ())]
