"""The pods of the index as the runbook looks at them: whether one was found, its container, and the other replicas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...ack.objects import mapping, sequence
from ...live.record.effective_role import container_of, containers, resolve, status_of
from ..case.case import Case
from ..check import Check, of_reading
from .log_check import restarted
from .pod_state import phase, unmet

_LOST_NODE = "NodeStatusUnknown"
"""Why a pod is not ready whose node does not report any more (Kubernetes, "Node Status")."""


def pod_check(case: Case) -> Check:
    reading = case.reading("pods")
    if case.pod is not None:
        metadata = case.pod["metadata"]
        shown = f"{case.namespace}/{metadata['name']}"
        if phase(case) in ("Failed", "Succeeded"):
            return Check(
                id="pod",
                step=4,
                state="failed",
                detail=f"{shown} is {phase(case)}",
                source=reading.source,
                elapsed_ms=reading.elapsed_ms,
            )
        lost = next((item for item in unmet(case) if _LOST_NODE in item), "")
        if lost or phase(case) == "Unknown":
            shown += f": {lost or 'its phase is Unknown'}; what is read of it is old"
        return Check(
            id="pod",
            step=4,
            state="unknown" if lost or phase(case) == "Unknown" else "ok",
            detail=shown,
            source=reading.source,
            elapsed_ms=reading.elapsed_ms,
        )
    if reading.status != "ok":
        return of_reading(reading, "pod", 4, "")
    candidates = (case.value("pods-with-container") or reading.value).get("candidates", [])
    if not candidates:
        near = ", ".join(reading.value.get("nearest", ()))
        detail = f"no pod of index {case.record.target.index_name} among {reading.value['seen']}"
        detail += f"; the nearest names: {near}; choose one with --pod if it is meant" if near else ""
        role = case.value("ack-role") or {}
        if role.get("byName"):
            metadata = role["metadata"]
            detail += f"; its role is examined, found by its name: {metadata.get('namespace')}/{metadata.get('name')}"
        if reading.value["before"]:
            detail = f"{reading.value['before']} candidates, none of account_id {case.record.target.account_id}"
        return Check(
            id="pod", step=4, state="unknown", detail=detail, source=reading.source, elapsed_ms=reading.elapsed_ms
        )
    if len(candidates) > 1:
        named = ", ".join(f"{item['namespace']}/{item['workload']}" for item in candidates[:6])
        detail = f"{len(candidates)} workloads could be meant: {named}; choose one with --namespace or --pod"
        return Check(
            id="pod", step=4, state="unknown", detail=detail, source=reading.source, elapsed_ms=reading.elapsed_ms
        )
    return Check(
        id="pod",
        step=4,
        state="unknown",
        detail="the pod could not be read",
        source=reading.source,
        elapsed_ms=reading.elapsed_ms,
    )


def going(case: Case) -> Iterator[Check]:
    """Whether the pod is being deleted: then it tells little of the one that comes after it."""
    since = mapping(mapping(case.pod).get("metadata")).get("deletionTimestamp")
    if since:
        detail = f"the pod is being deleted since {since}; look again once its successor runs"
        yield Check("pod-going", 4, "failed", detail, is_vital=False)


def container_check(case: Case) -> Check:
    name = case.record.target.container
    if case.pod is None:
        return Check("container", 5, "skipped", "there is no pod to look at")
    if case.container is None:
        has = ", ".join(entry["name"] for entry in containers(case.pod))
        return Check(
            "container", 5, "unknown", f"the pod has no container {name}; it has {has}: choose with --container"
        )
    kind = "native sidecar" if case.container.get("restartPolicy") == "Always" else "container"
    shown = f"{kind} {name}, image {case.container.get('image')}"
    status = status_of(case.pod, name)
    waiting = mapping(mapping(status.get("state")).get("waiting")).get("reason")
    ended = mapping(mapping(status.get("state")).get("terminated")).get("reason")
    if waiting or ended or not status.get("ready"):
        restarts = f", {status['restartCount']} restarts" if status.get("restartCount") else ""
        message = mapping(mapping(status.get("state")).get("waiting")).get("message")
        why = f"{waiting or ended or 'not ready'}{restarts}" + (f": {message}" if message else "")
        return Check("container", 5, "failed", f"{shown}: {why}")
    return Check("container", 5, "ok", shown)


def replicas(case: Case) -> Iterator[Check]:
    """Whether all pods of the index were looked at, and whether they work with the same role."""
    candidates = (case.value("pods-with-container") or case.value("pods") or {}).get("candidates", [])
    names = candidates[0]["pods"] if len(candidates) == 1 else []
    if len(names) < 2:
        return
    prefix = f"pod/{case.namespace}/"
    pods = [item.value for name in names if (item := case.reading(prefix + name)).status == "ok"]
    roles = {resolve(container_of(pod, case.record.target.container) or {}, None, None).arn for pod in pods}
    unwell = [why for pod in pods if (why := _unwell(pod, case.record.target.container))]
    restless = [f"{pod['metadata'].get('name')}: {why}" for pod in pods for why in restarted(case, pod)]
    if unwell:
        yield Check("replicas", 4, "failed", "; ".join(unwell[:3]))
    elif restless:
        yield Check("replicas", 4, "unknown", "; ".join(restless[:3]))
    elif len(pods) < len(names):
        yield Check("replicas", 4, "unknown", f"{len(pods)} of {len(names)} pods were looked at")
    elif len(roles) > 1:
        shown = ", ".join(sorted(role or "none of their own" for role in roles))
        yield Check("replicas", 4, "failed", f"the {len(pods)} pods do not work with the same role: {shown}")
    else:
        yield Check("replicas", 4, "ok", f"{len(pods)} pods, the one with the most failures is examined")


def _unwell(pod: dict[str, Any], container: str) -> str:
    """Why a replica's container does not serve: it waits, has ended, or is not ready; "" where it does."""
    status = status_of(pod, container)
    state = mapping(status.get("state"))
    about = mapping(pod.get("status"))
    lost = any(item.get("reason") == _LOST_NODE for item in map(mapping, sequence(about.get("unmet"))))
    if lost or about.get("phase") == "Unknown":
        return f"{pod['metadata'].get('name')}: {_LOST_NODE if lost else about['phase']}"
    why = mapping(state.get("waiting")).get("reason") or mapping(state.get("terminated")).get("reason")
    if not status or (status.get("ready") and not why):
        return ""
    return f"{pod['metadata'].get('name')}: {why or 'not ready'}"
