"""The runbook's steps as they went: what was checked, what came of it, and how long it took."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .case.case import Case
from .check import Check, State, of_reading
from .evidence.log_check import log_check
from .evidence.pods import container_check, going, pod_check, replicas
from .evidence.refusals import refusals
from .evidence.settings import settings_check
from .evidence.standing import being_deleted, objects
from .evidence.trust import trusting, trusting_next


def checks(case: Case) -> tuple[Check, ...]:
    """Every check, in the order of the runbook. Those that are `is_vital` must all be ok for a healthy verdict."""
    return tuple(_checks(case))


def _checks(case: Case) -> Iterator[Check]:
    identity = case.reading("identity")
    yield of_reading(identity, "credentials", 2, _identity(case))
    yield of_reading(case.reading("cluster"), "cluster", 3, str((case.value("cluster") or {}).get("described", "")))
    yield from _cluster_going(case)
    yield pod_check(case)
    yield from going(case)
    yield from replicas(case)
    yield container_check(case)
    yield from settings_check(case)
    yield log_check(case)
    yield _effective(case)
    yield from _next_restart(case)
    role = case.reading("role")
    yield of_reading(role, "role", 6, f"role {case.arn} exists", absent="failed")
    yield _trust(case)
    yield _access(case)
    table = case.reading("table")
    status = (table.value or {}).get("status", "")
    table_check = of_reading(table, "table", 6, f"the table is {status}", absent="failed")
    yield table_check if status in ("", "ACTIVE", "UPDATING") else table_check._replace(state="failed")
    yield from _key(case)
    yield _ack_role(case)
    yield from _next_sync(case)
    yield of_reading(
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
    check = of_reading(case.reading("ack-role"), "ack-role", 7, _ACK_ROLE, absent="unknown", vital=False)
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
    key_check = of_reading(reading, "key", 6, f"the table's key is {state}", absent="failed")
    yield key_check if state in ("", "Enabled") else key_check._replace(state="failed")
