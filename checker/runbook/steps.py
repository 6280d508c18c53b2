"""The runbook's steps as they went: what was checked, what came of it, and how long it took."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..ack.objects import mapping, sequence
from ..live.record.effective_role import container_of, containers, resolve, status_of
from ..live.record.record import Reading, Status
from .case.case import Case
from .check import Check, State
from .evidence.log_check import log_check, restarted
from .evidence.pod_state import phase, unmet
from .evidence.refusals import refusals
from .evidence.settings import settings_check
from .evidence.standing import being_deleted, objects
from .evidence.trust import trusting, trusting_next


def checks(case: Case) -> tuple[Check, ...]:
    """Every check, in the order of the runbook. Those that are `is_vital` must all be ok for a healthy verdict."""
    return tuple(_checks(case))


def _checks(case: Case) -> Iterator[Check]:
    identity = case.reading("identity")
    yield _read(identity, "credentials", 2, _identity(case))
    yield _read(case.reading("cluster"), "cluster", 3, str((case.value("cluster") or {}).get("described", "")))
    yield from _cluster_going(case)
    yield _pod(case)
    yield from _going(case)
    yield from _replicas(case)
    yield _container(case)
    yield from settings_check(case)
    yield log_check(case)
    yield _effective(case)
    yield from _next_restart(case)
    role = case.reading("role")
    yield _read(role, "role", 6, f"role {case.arn} exists", absent="failed")
    yield _trust(case)
    yield _access(case)
    table = case.reading("table")
    status = (table.value or {}).get("status", "")
    table_check = _read(table, "table", 6, f"the table is {status}", absent="failed")
    yield table_check if status in ("", "ACTIVE", "UPDATING") else table_check._replace(state="failed")
    yield from _key(case)
    yield _ack_role(case)
    yield from _next_sync(case)
    yield _read(
        case.reading("ack-controller"), "ack-controller", 7, "the controller was read", absent="unknown", vital=False
    )


def _cluster_going(case: Case) -> Iterator[Check]:
    """Whether EKS says that the cluster is no longer in service (EKS API Reference, Cluster: status)."""
    status = (case.value("eks-cluster") or {}).get("status")
    if status in ("DELETING", "FAILED"):
        yield Check("cluster-status", 3, "failed", f"EKS says that the cluster is {status}")


def _identity(case: Case) -> str:
    value = case.value("identity") or {}
    expires = f", until {value['expires']}" if value.get("expires") else ""
    return f"{value.get('arn', '')}{expires}"


_LOST_NODE = "NodeStatusUnknown"
"""Why a pod is not ready whose node does not report any more (Kubernetes, "Node Status")."""


def _pod(case: Case) -> Check:
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
        return _read(reading, "pod", 4, "")
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


def _going(case: Case) -> Iterator[Check]:
    """Whether the pod is being deleted: then it tells little of the one that comes after it."""
    since = mapping(mapping(case.pod).get("metadata")).get("deletionTimestamp")
    if since:
        detail = f"the pod is being deleted since {since}; look again once its successor runs"
        yield Check("pod-going", 4, "failed", detail, is_vital=False)


def _container(case: Case) -> Check:
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


def _replicas(case: Case) -> Iterator[Check]:
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


def _effective(case: Case) -> Check:
    effective = case.effective
    if case.container is None:
        return Check("effective-role", 6, "skipped", "there is no container to look at")
    if effective.how in ("pod-env", "pod-identity"):
        return Check("effective-role", 6, "ok", f"{effective.arn} ({effective.described})")
    state: State = "failed" if effective.how == "node-role" else "unknown"
    return Check("effective-role", 6, state, f"{effective.arn or 'not known'} ({effective.described})")


def _trust(case: Case) -> Check:
    trust = trusting(case)
    if trust is None or trust.truth is None:
        return Check(
            id="trust",
            step=6,
            state="unknown",
            detail="whether the pod may assume the role cannot be told",
            source="",
            elapsed_ms=0,
        )
    if not trust.truth:
        return Check("trust", 6, "failed", f"the trust policy shuts the pod out ({trust.blocker})")
    return Check("trust", 6, "ok", f"the trust policy lets {case.subject} in")


def _access(case: Case) -> Check:
    if case.deployed is None:
        return Check("access", 6, "unknown", "the policies of the role were not read")
    verdict = case.deployed.verdict
    if verdict == "granted":
        asked = len(case.deployed.questions)
        disagreeing = [item for item in case.value("simulation") or () if _disagrees(item, case)]
        if disagreeing:
            decisions = ", ".join(f"{item['action']} {item['decision']}" for item in disagreeing)
            return Check(
                "access", 6, "unknown", f"the policies that were read grant it, the policy simulator says {decisions}"
            )
        return Check("access", 6, "ok", f"{asked} of {asked} accesses are proven to be granted")
    if verdict == "unknown":
        reasons = [reason for item in case.deployed.questions for reason in (item.proof.reasons if item.proof else ())]
        unset = [f"parameter {name} has no value" for item in case.deployed.questions for name in item.unset]
        return Check(
            "access", 6, "unknown", "; ".join(dict.fromkeys([*reasons, *unset])) or "no requirement could be put"
        )
    refused = refusals(case.deployed)
    sentences = "; ".join(dict.fromkeys(item.sentence for item in refused))
    if all(item.is_open for item in refused):
        hint = "state what every request carries under spec.context of the requirement"
        return Check("access", 6, "unknown", f"{sentences}: {hint}")
    return Check("access", 6, "failed", sentences)


def _ack_role(case: Case) -> Check:
    """Whether the object was read. It fails where the object is being deleted, or another one stands for the role."""
    check = _read(case.reading("ack-role"), "ack-role", 7, _ACK_ROLE, absent="unknown", vital=False)
    going = being_deleted(case)
    if going:
        return check._replace(state="failed", detail=f"{'; '.join(going)}: the role goes with it")
    others = (case.value("ack-role") or {}).get("others", [])
    if others:
        named = "another object stands" if len(others) == 1 else f"{len(others)} more objects stand"
        detail = f"{_ACK_ROLE}; {named} for the same role: {', '.join(others[:4])}: delete what is not meant"
        return check._replace(state="failed", detail=detail)
    return check


_ACK_ROLE = "the ACK Role object was read"


def _disagrees(item: dict[str, Any], case: Case) -> bool:
    """Whether the simulator refuses a required action. Where it lacks context values it decides nothing (IAM API
    Reference, SimulatePrincipalPolicy: MissingContextValues)."""
    required = {question.action.lower() for question in case.deployed.questions} if case.deployed else set()
    return item["action"].lower() in required and item["decision"] != "allowed" and not item["missing"]


def _next_restart(case: Case) -> Iterator[Check]:
    """What works now and will not after the next restart: the pod keeps what it was made with (runbook, step 8)."""
    if case.effective.how != "pod-env" or case.service_account is None or case.expected == case.effective.arn:
        return
    now = f"the annotation of service account {case.account_name} "
    now += f"names {case.expected}" if case.expected else "is gone"
    detail = f"{now}; the pod has {case.effective.arn} until it restarts: mend the annotation first"
    yield Check("next-restart", 6, "failed", detail, is_vital=False)


def _next_sync(case: Case) -> Iterator[Check]:
    """What AWS grants now and the Role object does not: the controller makes the role what the object says, at the
    latest when it looks again (aws-controllers-k8s/runtime, `pkg/runtime/reconciler.go`: every 10 hours)."""
    if any(item.annotations.get("services.k8s.aws/read-only", "").lower() == "true" for item in objects(case)):
        return
    now, next_one = trusting(case), trusting_next(case)
    if now is not None and now.truth and next_one is not None and next_one.truth is False:
        detail = f"AWS lets the pod assume the role, the Role object does not ({next_one.blocker}): the controller will"
        yield Check("next-sync", 7, "failed", f"{detail} shut it out", is_vital=False)
    refused = refusals(case.declared) if case.declared and case.declared.verdict == "not-granted" else ()
    if refused and case.deployed is not None and case.deployed.verdict == "granted":
        said = "; ".join(dict.fromkeys(item.sentence for item in refused))
        detail = f"AWS grants it, the Role object does not ({said}): the controller will take it away"
        yield Check("next-sync", 7, "failed", detail, is_vital=False)


def _key(case: Case) -> Iterator[Check]:
    reading = case.reading("key")
    if reading.status == "skipped":
        return
    state = (reading.value or {}).get("state", "")
    since = (case.value("table") or {}).get("inaccessibleSince")
    if since:
        # The API clears it when the key can be used again (DynamoDB API Reference, "SSEDescription").
        yield Check("key", 6, "failed", f"DynamoDB has not been able to use the table's key since {since}")
        return
    key_check = _read(reading, "key", 6, f"the table's key is {state}", absent="failed")
    yield key_check if state in ("", "Enabled") else key_check._replace(state="failed")


_STATES: dict[Status, State] = {"ok": "ok", "skipped": "skipped"}


def _read(reading: Reading, name: str, step: int, good: str, absent: State = "unknown", vital: bool = True) -> Check:
    state: State = absent if reading.status == "absent" else _STATES.get(reading.status, "unknown")
    detail = good if state == "ok" else f"{reading.status}: {reading.detail}" if reading.detail else reading.status
    return Check(
        id=name,
        step=step,
        state=state,
        detail=detail,
        source=reading.source,
        elapsed_ms=reading.elapsed_ms,
        is_vital=vital,
    )
