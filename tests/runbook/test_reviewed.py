"""What a review made the diagnosis say wrongly, each with the facts that were at hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from checker.demo import lines
from checker.demo.breaks import edits
from checker.demo.breaks.registry import BREAKS
from checker.demo.cell import Cell
from checker.demo.names import ACCOUNT, PODS, TABLE_ARN
from checker.runbook.diagnose import Diagnosis

from .looking import look

ROLE = ("Role", "tenant-acme", "acme-reverse-proxy")


def sure(diagnosis: Diagnosis) -> list[tuple[str, str]]:
    return [(item.id, item.confidence) for item in diagnosis.causes if item.confidence in ("confirmed", "likely")]


def ago(seconds: float) -> str:
    return (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat(timespec="seconds").replace("+00:00", "Z")


def change(cell: Cell, **fields: Any) -> None:
    item = cell.kubernetes.get(*ROLE)
    for key, value in fields.items():
        item[key] = {**item.get(key, {}), **value}
    cell.kubernetes.put(item)


def replica(cell: Cell, name: str, **status: Any) -> None:
    pod = cell.kubernetes.get("Pod", "tenant-acme", PODS["acme"])
    pod["metadata"] |= {"name": name, "creationTimestamp": "2026-10-01T00:00:00Z"}
    entry = pod["status"]["initContainerStatuses"][0]
    pod["status"]["initContainerStatuses"] = [{**entry, **status}]
    cell.kubernetes.put(pod)


# Replicas.


def test_a_replica_in_a_crash_loop_is_not_hidden_by_a_well_one(cell: Cell) -> None:
    waits = {"waiting": {"reason": "CrashLoopBackOff"}}
    replica(cell, "index-acme-6c9f8d7b54-aaaaa", ready=False, restartCount=40, state=waits)
    found = look(cell)
    assert found.verdict == "cause-found"
    assert found.causes[0].id == "crash-loop"


@pytest.mark.parametrize(
    "state", [{"terminated": {"exitCode": 1, "reason": "Error"}}, {"waiting": {"reason": "CreateContainerConfigError"}}]
)
def test_a_replica_whose_container_has_ended_is_not_healthy(cell: Cell, state: dict[str, Any]) -> None:
    replica(cell, "index-acme-6c9f8d7b54-aaaaa", ready=False, state=state)
    assert look(cell).verdict != "healthy"


@pytest.mark.parametrize("lines_of_it", [[], [(890.0, lines.REFRESHED)]])
def test_a_replica_that_hangs_is_not_healthy(cell: Cell, lines_of_it: list[tuple[float, str]]) -> None:
    replica(cell, "index-acme-6c9f8d7b54-aaaaa")
    cell.logs["index-acme-6c9f8d7b54-aaaaa", False] = lines_of_it
    assert look(cell).verdict == "inconclusive"


def test_a_living_pod_behind_many_evicted_ones_is_found(cell: Cell) -> None:
    pod = cell.kubernetes.get("Pod", "tenant-acme", PODS["acme"])
    for number in range(12):
        metadata = {**pod["metadata"], "name": f"index-acme-6c9f8d7b54-e{number:04}", "creationTimestamp": ago(60)}
        cell.kubernetes.put({**pod, "metadata": metadata, "status": {"phase": "Failed", "reason": "Evicted"}})
    assert "pod-evicted" not in [name for name, _ in sure(look(cell))]


# Refusals that IAM would still give.


@pytest.mark.parametrize(("age", "index"), [(20.0, "borealis"), (150.0, "acme")])
def test_a_refused_action_that_nothing_grants_is_not_outdated(cell: Cell, age: float, index: str) -> None:
    cell.logs[PODS[index], False] = []
    cell.log(index, *[lines.denied(index, "Scan")] * 7, ago=age)
    assert not sure(look(cell, index))


def test_a_refused_session_of_another_role_is_not_outdated(cell: Cell) -> None:
    other = f"arn:aws:iam::{ACCOUNT}:role/auth-keys-reader"
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/acme-reverse-proxy/1"
    line = f"User: {session} is not authorized to perform: sts:AssumeRole on resource: {other}"
    cell.logs[PODS["acme"], False] = []
    cell.log("acme", *[f'level=error msg="auth keys refresh failed" err="{line}"'] * 7, ago=150)
    assert "propagation" not in [name for name, _ in sure(look(cell))]


# Deletions.


def test_a_deletion_that_took_nothing_does_not_hide_a_missing_action(cell: Cell) -> None:
    BREAKS["missing-action"].change(cell, "acme")
    change(cell, metadata={"deletionTimestamp": ago(600)})
    assert sure(look(cell)) == [("missing-action", "confirmed")]


def test_a_deletion_is_not_why_the_trust_policy_shuts_the_pod_out(cell: Cell) -> None:
    BREAKS["trust-subject-mismatch"].change(cell, "acme")
    change(cell, metadata={"deletionTimestamp": ago(600)})
    assert "role-being-deleted" not in [name for name, _ in sure(look(cell))]


# Which object, and whether it was seen.


def test_the_managed_object_is_found_beyond_a_refused_one_beside_the_pod(cell: Cell) -> None:
    edits.edit_inline(cell, "acme", lambda text: text.replace(', "dynamodb:Query"', ""))
    cell.reconcile()
    managed = cell.kubernetes.get(*ROLE)
    refused = {**managed, "metadata": {"name": "acme-reverse-proxy", "namespace": "tenant-acme"}}
    refused["spec"] = {**managed["spec"], "inlinePolicies": {}}
    terminal = {"type": "ACK.Terminal", "status": "True", "message": "Resource already exists"}
    refused["status"] = {**managed["status"], "conditions": [terminal]}
    cell.kubernetes.delete(*ROLE)
    cell.kubernetes.put({**managed, "metadata": {**managed["metadata"], "namespace": "platform"}})
    cell.kubernetes.put(refused)
    cell.log("acme", *[lines.denied("acme", "Query")] * 7)
    assert sure(look(cell)) == [("missing-action", "confirmed")]


def forbid(cell: Cell, plural: str) -> None:
    rules = tuple(
        rule._replace(resources=("pods", "pods/log", "serviceaccounts", "deployments", "roles", "policies"))
        for rule in cell.kubernetes.users[""]
    )
    cell.kubernetes.users[""] = tuple(
        rule._replace(resources=tuple(item for item in rule.resources if item != plural)) for rule in rules
    )


def test_a_missing_role_whose_object_could_not_be_read_is_likely_at_most(cell: Cell) -> None:
    edits.delete_role(cell, "acme")
    cell.log("acme", *[lines.ASSUME_DENIED] * 7)
    forbid(cell, "roles")
    found = look(cell)
    assert sure(found)[0] == ("role-missing", "likely")
    assert "no ACK Role object" not in " ".join(found.causes[0].evidence)


def test_a_grant_in_a_policy_that_was_not_read_makes_nothing_confirmed(cell: Cell) -> None:
    edits.detach_all(cell, "borealis")
    cell.log("borealis", *[lines.denied("borealis", "GetItem")] * 7)
    forbid(cell, "policies")
    assert ("missing-action", "confirmed") not in sure(look(cell, "borealis"))


def test_without_a_controller_nobody_says_that_it_runs(cell: Cell) -> None:
    BREAKS["controller-not-reconciling"].change(cell, "acme")
    cell.kubernetes.delete("Deployment", "ack-system", "ack-iam-controller")
    assert ("controller-not-reconciling", "confirmed") not in sure(look(cell))


def test_an_object_of_three_seconds_is_not_overlooked(cell: Cell) -> None:
    BREAKS["controller-not-reconciling"].change(cell, "acme")
    change(cell, metadata={"creationTimestamp": ago(3)})
    assert "controller-not-reconciling" not in [name for name, _ in sure(look(cell))]


@pytest.mark.long
def test_a_deployment_that_only_sounds_like_it_is_not_the_controller(cell: Cell) -> None:
    BREAKS["drift"].change(cell, "acme")
    found = cell.kubernetes.get("Deployment", "ack-system", "ack-iam-controller")
    found["metadata"]["name"] = "iam-dashboard"
    cell.kubernetes.put({**found, "status": {}})
    assert sure(look(cell)) == [("drift", "confirmed")]


@pytest.mark.long
def test_a_policy_of_the_same_name_on_another_path_is_not_the_roles(cell: Cell) -> None:
    cell.client("iam").create_policy(
        PolicyName="logs",
        Path="/shared/",
        PolicyDocument='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"logs:PutLogEvents","Resource":"*"}]}',
    )
    edits.edit_role(cell, "acme", lambda spec: spec.update(policies=[f"arn:aws:iam::{ACCOUNT}:policy/shared/logs"]))
    cell.reconcile()
    cell.client("iam").delete_role_policy(RoleName="acme-reverse-proxy", PolicyName="auth-keys")
    terminal = {"type": "ACK.Terminal", "status": "True", "message": "Resource already exists"}
    policy = cell.kubernetes.get("Policy", "tenant-borealis", "auth-keys-read")
    policy["metadata"] = {"name": "logs", "namespace": "tenant-acme"}
    policy["spec"]["name"] = "logs"
    cell.kubernetes.put({**policy, "status": {"conditions": [terminal]}})
    cell.log("acme", *[lines.denied("acme", "GetItem")] * 7)
    assert [name for name, _ in sure(look(cell))] == ["drift"]


# Old conditions.


def test_a_terminal_condition_from_before_an_edit_is_no_proof(cell: Cell) -> None:
    BREAKS["ack-terminal"].change(cell, "acme")
    item = cell.kubernetes.get(*ROLE)
    for condition in item["status"]["conditions"]:
        condition["lastTransitionTime"] = ago(3600)
    item["metadata"]["managedFields"] = [{"manager": "kubectl", "operation": "Apply", "time": ago(600)}]
    item["spec"]["inlinePolicies"]["auth-keys"] = item["spec"]["inlinePolicies"]["auth-keys"].replace(",]", "]")
    cell.kubernetes.put(item)
    cell.run_controller(0)
    assert sure(look(cell))[0] == ("ack-controller-down", "confirmed")


def test_an_edit_of_a_moment_ago_is_not_drift(cell: Cell) -> None:
    BREAKS["drift"].change(cell, "acme")
    change(cell, metadata={"managedFields": [{"manager": "kubectl", "operation": "Apply", "time": ago(5)}]})
    assert "drift" not in [name for name, _ in sure(look(cell))]


def test_without_a_word_of_being_in_sync_drift_is_likely_at_most(cell: Cell) -> None:
    BREAKS["drift"].change(cell, "acme")
    resolved = {"type": "ACK.ReferencesResolved", "status": "True", "lastTransitionTime": ago(3600)}
    change(cell, status={"conditions": [resolved]})
    assert sure(look(cell)) == [("drift", "likely")]


@pytest.mark.parametrize(
    "line",
    [
        lines.ASSUME_DENIED,
        lines.key_denied("arn:aws:kms:us-east-1:123456789012:key/1"),
        lines.denied("acme", "Query", TABLE_ARN.replace("auth-keys", "sessions")),
        lines.denied("acme", "Query", why="with an explicit deny in a service control policy"),
    ],
)
def test_a_log_that_speaks_of_another_call_does_not_confirm_drift(line: str, cell: Cell) -> None:
    BREAKS["drift"].change(cell, "acme")
    cell.logs.clear()
    cell.log("acme", *[line] * 7)
    assert dict(sure(look(cell))).get("drift") != "confirmed"


def test_a_denial_of_the_key_in_the_roles_own_policy_is_told(cell: Cell) -> None:
    denial = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"kms:Decrypt","Resource":"*"}]}'
    cell.client("iam").put_role_policy(RoleName="acme-reverse-proxy", PolicyName="d", PolicyDocument=denial)
    assert sure(look(cell)) == [("kms-denied", "likely")]


def test_an_adoption_that_was_asked_for_is_not_advised_again(cell: Cell) -> None:
    BREAKS["adoption-conflict"].change(cell, "acme")
    asked = {"services.k8s.aws/adoption-policy": "adopt-or-create", "services.k8s.aws/adoption-fields": '{"name":"x"}'}
    change(cell, metadata={"annotations": asked})
    found = look(cell)
    assert found.causes[0].id == "adoption-conflict"
    assert found.causes[0].next[0].startswith("kubectl rollout restart")


# Causes that others explain.

STRONG = {"MultiRegionConsistency": "STRONG"}
UNREPLICATED = [{"RegionName": "us-east-2", "ReplicaStatus": "REPLICATION_NOT_AUTHORIZED"}]


def test_a_missing_action_is_not_the_replication(cell: Cell) -> None:
    BREAKS["missing-action"].change(cell, "acme")
    cell.aws.table_state = {**STRONG, "Replicas": UNREPLICATED}
    assert sure(look(cell)) == [("missing-action", "confirmed")]


def test_a_proxy_that_refreshes_is_not_held_up_by_the_replication(cell: Cell) -> None:
    cell.aws.table_state = {**STRONG, "Replicas": UNREPLICATED}
    assert look(cell).verdict == "healthy"


def test_a_sidecar_that_runs_is_not_pending_for_its_neighbours_sake(cell: Cell) -> None:
    cell.start_pod("borealis", status={"phase": "Pending"})
    assert look(cell, "borealis").causes == ()


def test_the_host_network_is_not_to_blame_for_an_agent_that_is_down(cell: Cell) -> None:
    BREAKS["host-network-pod-identity"].change(cell, "cobalt")
    cell.run_agent(ready=False)
    assert [name for name, _ in sure(look(cell, "cobalt"))] == ["pod-identity-agent-down"]


# Lines.


def told(cell: Cell, err: str, **pod: Any) -> Diagnosis:
    if pod:
        cell.start_pod("acme", **pod)
    cell.play("acme", "\n".join([f'level=error msg="failed to refresh auth keys" err="{err}"'] * 7).encode())
    return look(cell)


NOT_THE_TOKEN = [
    "open /cache/auth-keys.json: permission denied token_file=/var/run/secrets/eks.amazonaws.com/serviceaccount/token",
    "open /var/run/secrets/kubernetes.io/serviceaccount/ca.crt: no such file or directory",
    "AWS_WEB_IDENTITY_TOKEN_FILE must be set., ProfileCredentialsProvider(): /home/app/.aws/credentials (No such file)",
    "web identity token file /var/run/secrets/eks.amazonaws.com/serviceaccount/token: AccessDenied: Access is denied",
]


@pytest.mark.long
@pytest.mark.parametrize("err", NOT_THE_TOKEN)
def test_another_file_is_not_the_token(cell: Cell, err: str) -> None:
    found = told(cell, err, spec={"securityContext": {"runAsUser": 1000}})
    assert "token-unreadable" not in [name for name, _ in sure(found)]


def test_a_token_that_is_not_there_is_no_matter_of_rights(cell: Cell) -> None:
    missing = "open /var/run/secrets/eks.amazonaws.com/serviceaccount/token: no such file or directory"
    found = told(cell, missing, spec={"securityContext": {"runAsUser": 1000}})
    assert sure(found) == [("token-unreadable", "likely")]
    assert "fsGroup" not in found.causes[0].remediation


@pytest.mark.parametrize(
    ("err", "wrong"),
    [
        ("jwks url=https://login.customer.example/keys x509: certificate signed by unknown authority", "egress-intercepted"),  # noqa: E501
        ("Post https://sts.amazonaws.com/: x509: certificate has expired or is not yet valid: current time 2019-01-01T00:00:00Z is before 2026-01-01T00:00:00Z", "egress-intercepted"),  # noqa: E501
    ],
)  # fmt: skip
def test_another_certificate_is_no_interception(cell: Cell, err: str, wrong: str) -> None:
    assert wrong not in [name for name, _ in sure(told(cell, err))]


def test_the_limit_of_role_chaining_is_not_the_roles(cell: Cell) -> None:
    chained = "ValidationError: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"  # noqa: E501
    found = told(cell, chained)
    assert sure(found) == [("session-duration-refused", "likely")]
    assert "maxSessionDuration" not in found.causes[0].remediation


def test_a_region_that_is_set_is_not_advised(cell: Cell) -> None:
    pod = cell.kubernetes.get("Pod", "tenant-acme", PODS["acme"])
    pod["spec"]["initContainers"][0]["env"].append({"name": "AWS_REGION", "value": "us-east-1"})
    cell.kubernetes.put(pod)
    found = told(cell, "MissingRegion: could not find region configuration (dynamodb)")
    assert "Set AWS_REGION" not in found.causes[0].remediation


@pytest.mark.parametrize(
    "row",
    [
        '{"Timestamp":"2026-11-27T10:00:00Z","Level":"Error","RenderedMessage":"Auth keys refreshed for 1 of 7 tables"}',  # noqa: E501
        '{"Timestamp":"2026-11-27T10:00:00Z","LogLevel":"Error","Message":"auth keys refreshed, and then not"}',
        '{"log":"auth keys refreshed","attrs":{"level":"error","err":"AccessDenied"},"time":"2026-11-27T10:00:00Z"}',
        "Nov 27, 2026 10:00:00 AM com.acme.KeyRefresh complete\nWARNING: kept the previous set",
    ],
)
def test_an_error_is_no_success(cell: Cell, row: str) -> None:
    cell.play("acme", (row + "\n").encode() * 10)
    assert look(cell).verdict != "healthy"


def test_a_label_does_not_hide_the_workload_that_is_named_for_the_index(cell: Cell) -> None:
    canary = cell.kubernetes.get("Pod", "tenant-acme", PODS["acme"])
    owner = {"kind": "StatefulSet", "name": "canary"}
    canary["metadata"] |= {"name": "canary-0", "labels": {"index": "acme"}, "ownerReferences": [owner]}
    cell.kubernetes.put(canary)
    cell.logs["canary-0", False] = [(30.0, lines.REFRESHED)] * 5
    cell.log("acme", *[lines.denied("acme", "GetItem", TABLE_ARN)] * 7)
    assert look(cell).verdict != "healthy"


@pytest.mark.parametrize("family", ["backup"])
def test_another_family_of_roles_is_not_taken_for_the_proxys(cell: Cell, family: str) -> None:
    template = cell.kubernetes.get(*ROLE)
    cell.kubernetes.delete(*ROLE)
    cell.kubernetes.delete("Pod", "tenant-acme", PODS["acme"])
    for index in ("acme", "borealis", "cobalt", "delta"):
        name = f"{index}-{family}"
        spec = {**template["spec"], "name": name, "inlinePolicies": {}}
        metadata = {"name": name, "namespace": f"tenant-{index}"}
        cell.kubernetes.put({**template, "metadata": metadata, "spec": spec, "status": {}})
    cell.reconcile()
    assert not sure(look(cell))
