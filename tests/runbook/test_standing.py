"""How the ACK objects of a role stand: deleted, never looked at, clashing, another's; and what is then not said."""

from __future__ import annotations

from typing import Any

import pytest

from checker.demo import lines
from checker.demo.breaks import edits
from checker.demo.cell import Cell
from checker.runbook.diagnose import Diagnosis

from .looking import look

ROLE = ("Role", "tenant-acme", "acme-reverse-proxy")


def sure(diagnosis: Diagnosis) -> list[str]:
    return [item.id for item in diagnosis.causes if item.confidence in ("confirmed", "likely")]


def why(diagnosis: Diagnosis, cause: str) -> str:
    return " ".join(
        " ".join(item.evidence) for item in (*diagnosis.causes, *diagnosis.dismissed) if item.id == cause
    )  # fmt: skip


def take_the_policy_away(cell: Cell) -> None:
    cell.client("iam").delete_role_policy(RoleName="acme-reverse-proxy", PolicyName="auth-keys")
    cell.log("acme", *[lines.denied("acme", "GetItem")] * 7)


def status(cell: Cell, *conditions: dict[str, str], **metadata: Any) -> None:
    item = cell.kubernetes.get(*ROLE)
    item["metadata"] |= metadata
    cell.kubernetes.put({**item, "status": {**item["status"], "conditions": list(conditions)}})


def test_a_deletion_that_took_nothing_yet_is_no_cause(cell: Cell) -> None:
    status(cell, {"type": "ACK.ResourceSynced", "status": "True"}, deletionTimestamp="2026-11-27T09:00:00Z")
    found = look(cell)
    assert found.verdict == "healthy"
    assert "it has taken nothing from IAM yet" in why(found, "role-being-deleted")
    (beware,) = [check for check in found.checks if check.id == "ack-role"]
    assert (beware.state, beware.is_vital) == ("failed", False)
    assert "is being deleted since 2026-11-27T09:00:00Z" in beware.detail


def test_a_policy_that_is_being_deleted_is_named(cell: Cell) -> None:
    edits.detach_all(cell, "borealis")
    policy = cell.kubernetes.get("Policy", "tenant-borealis", "auth-keys-read")
    policy["metadata"]["deletionTimestamp"] = "2026-11-27T09:00:00Z"
    cell.kubernetes.put(policy)
    cell.log("borealis", *[lines.denied("borealis", "GetItem")] * 7)
    found = look(cell, "borealis")
    assert sure(found) == ["role-being-deleted"]
    assert "Policy auth-keys-read is being deleted" in why(found, "role-being-deleted")


def test_an_edit_that_the_controller_has_not_looked_at(cell: Cell) -> None:
    take_the_policy_away(cell)
    item = cell.kubernetes.get(*ROLE)
    item["metadata"]["managedFields"] = [{"manager": "kubectl", "operation": "Apply", "time": "2026-11-20T09:00:00Z"}]
    cell.kubernetes.put(item)
    found = look(cell)
    assert [(item.id, item.confidence) for item in found.causes] == [
        ("drift", "confirmed"), ("controller-not-reconciling", "likely"),
    ]  # fmt: skip


@pytest.mark.parametrize("manager", ["controller", "kubectl"])
def test_an_edit_that_the_controller_has_looked_at_since_is_drift(cell: Cell, manager: str) -> None:
    take_the_policy_away(cell)
    item = cell.kubernetes.get(*ROLE)
    late = "2026-11-20T09:00:00Z" if manager == "controller" else "2026-10-20T09:00:00Z"
    item["metadata"]["managedFields"] = [{"manager": manager, "operation": "Update", "time": late}]
    cell.kubernetes.put(item)
    assert sure(look(cell)) == ["drift"]


def test_not_reconciled_because_the_controller_is_down(cell: Cell) -> None:
    take_the_policy_away(cell)
    edits.make_anew(cell, "acme")
    cell.run_controller(0)
    assert sure(look(cell)) == ["ack-controller-down"]


def test_a_role_that_was_never_made_is_explained_by_its_object(cell: Cell) -> None:
    edits.delete_role(cell, "acme")
    edits.make_anew(cell, "acme")
    cell.log("acme", *[lines.ASSUME_DENIED] * 7)
    found = look(cell)
    assert sure(found) == ["controller-not-reconciling"]
    assert "the controller has never reconciled it" in why(found, "role-missing")


def test_a_role_deleted_by_hand_comes_back_by_a_nudge_not_by_applying(cell: Cell) -> None:
    edits.delete_role(cell, "acme")
    cell.log("acme", *[lines.ASSUME_DENIED] * 7)
    found = look(cell)
    assert sure(found)[0] == "role-missing"
    assert "Make the controller reconcile" in found.causes[0].remediation
    assert found.causes[0].next == ("kubectl rollout restart deployment ack-iam-controller -n ack-system",)


@pytest.mark.parametrize(("kind", "said"), [("message", "Reference resolution failed"), ("reason", "nope")])
def test_both_texts_of_a_condition_are_told(cell: Cell, kind: str, said: str) -> None:
    take_the_policy_away(cell)
    told = {"message": "Reference resolution failed", "reason": 'policies.iam.services.k8s.aws "nope" not found'}
    status(cell, {"type": "ACK.ReferencesResolved", "status": "Unknown", **told})
    found = look(cell)
    assert sure(found) == ["ack-not-synced"]
    assert said in found.causes[0].evidence[0], kind


def test_not_ready_alone_is_not_drift(cell: Cell) -> None:
    take_the_policy_away(cell)
    status(cell, {"type": "Ready", "status": "False", "message": "AccessDenied: iam:PutRolePolicy"})
    assert sure(look(cell)) == ["ack-not-synced"]


def test_adopting_says_what_it_takes_away(cell: Cell) -> None:
    edits.replace_inline(cell, "acme", "by-hand")
    edits.make_anew(cell, "acme")
    cell.reconcile()
    cell.log("acme", *[lines.denied("acme", "GetItem")] * 7)
    found = look(cell)
    assert sure(found) == ["adoption-conflict"]
    assert found.causes[0].evidence[1] == "adopting it would iam:DeleteRolePolicy by-hand"
    assert 'services.k8s.aws/adoption-fields={"name": "acme-reverse-proxy"}' in found.causes[0].next[0]
    assert found.causes[0].next[1].startswith("kubectl rollout restart deployment")


def test_the_adopted_object_is_carried_out(cell: Cell) -> None:
    """What the remedy says is what the stand-in, as the controller, does: the spec wins over what IAM had."""
    edits.replace_inline(cell, "acme", "by-hand")
    edits.make_anew(cell, "acme")
    edits.annotate_role(cell, "acme", {"services.k8s.aws/adoption-policy": "adopt-or-create"})
    cell.reconcile()
    held = cell.client("iam").list_role_policies(RoleName="acme-reverse-proxy")["PolicyNames"]
    assert held == ["auth-keys"]


def second_object(cell: Cell, name: str, namespace: str = "tenant-acme", account: str = "") -> None:
    """Another Role object of the same IAM name, which the controller refused, though it wrote the ARN to it."""
    item = cell.kubernetes.get(*ROLE)
    arn = item["status"]["ackResourceMetadata"]["arn"]
    item["metadata"] = {"name": name, "namespace": namespace}
    item["spec"]["inlinePolicies"] = {}
    known = {
        "arn": arn.replace("123456789012", account) if account else arn,
        "ownerAccountID": account or "123456789012",
    }
    condition = {"type": "ACK.Terminal", "status": "True", "message": "Resource already exists"}
    cell.kubernetes.put({**item, "status": {"conditions": [condition], "ackResourceMetadata": known}})


@pytest.mark.parametrize("name", ["a-first-in-the-list", "z-last-in-the-list"])
def test_of_two_objects_the_one_that_the_controller_manages_is_diagnosed(cell: Cell, name: str) -> None:
    second_object(cell, name)
    found = look(cell)
    (check,) = [check for check in found.checks if check.id == "ack-role"]
    assert found.case.value("ack-role")["metadata"]["name"] == "acme-reverse-proxy"
    assert f"another object stands for the same role: tenant-acme/{name}" in check.detail
    edits.edit_inline(cell, "acme", lambda text: text.replace('"dynamodb:GetItem", ', ""))
    cell.reconcile()
    cell.log("acme", *[lines.denied("acme", "GetItem")] * 7)
    assert sure(look(cell))[0] == "missing-action"


def test_an_object_that_manages_the_role_in_another_account_is_looked_at(cell: Cell) -> None:
    take_the_policy_away(cell)
    item = cell.kubernetes.get(*ROLE)
    arn = item["status"]["ackResourceMetadata"]["arn"].replace("123456789012", "999988887777")
    known = {"arn": arn, "ownerAccountID": "999988887777"}
    cell.kubernetes.put({**item, "status": {**item["status"], "ackResourceMetadata": known}})
    found = look(cell)
    assert sure(found)[0] == "ack-controller-down"
    assert "manages the Role in account 999988887777" in found.causes[0].evidence[0]


def test_a_namesake_of_another_account_elsewhere_is_somebody_elses(cell: Cell) -> None:
    second_object(cell, "acme-reverse-proxy", "tenant-other", account="999988887777")
    cell.kubernetes.delete(*ROLE)
    assert look(cell).case.reading("ack-role").status == "absent"


@pytest.mark.long
@pytest.mark.parametrize(
    ("capability", "expected"),
    [
        ({"status": "ACTIVE", "health": {"issues": []}}, ["drift"]),
        ({"status": "UPDATING"}, ["drift"]),
        ({"status": "CREATE_FAILED"}, ["ack-capability-unwell"]),
        ({"status": "ACTIVE", "configuration": {"ack": {"disabledServices": ["iam"]}}}, ["ack-capability-unwell"]),
        ({"status": "ACTIVE", "configuration": {"ack": {"disabledServices": ["s3"]}}}, ["drift"]),
        ({"type": "ARGOCD", "status": "DEGRADED"}, ["drift"]),
    ],
)  # fmt: skip
def test_the_capability_that_runs_ack(cell: Cell, capability: dict[str, Any], expected: list[str]) -> None:
    take_the_policy_away(cell)
    cell.kubernetes.delete("Deployment", "ack-system", "ack-iam-controller")
    named = {"capabilityName": "one", "type": "ACK", "roleArn": "arn:aws:iam::123456789012:role/c", "version": "1"}
    cell.aws.capabilities.append({**named, **capability})
    found = look(cell)
    assert sure(found) == expected
    has_witness = capability.get("type", "ACK") == "ACK"
    assert found.causes[0].confidence == ("confirmed" if has_witness else "likely")


def test_a_reference_into_another_namespace_that_the_controller_refuses(cell: Cell) -> None:
    held = cell.kubernetes.get("Policy", "tenant-borealis", "auth-keys-read")
    spec = {**held["spec"], "name": "SharedKeys"}
    metadata = {"name": "auth-keys-read", "namespace": "shared"}
    cell.kubernetes.put({"apiVersion": held["apiVersion"], "kind": "Policy", "metadata": metadata, "spec": spec})
    reference = {"from": {"name": "auth-keys-read", "namespace": "shared"}}

    def refer(spec: dict[str, Any]) -> None:
        spec.pop("inlinePolicies", None)
        spec["policyRefs"] = [reference]

    edits.edit_role(cell, "acme", refer)
    cell.reconcile()
    assert look(cell).verdict == "healthy"
    cell.client("iam").detach_role_policy(
        RoleName="acme-reverse-proxy", PolicyArn="arn:aws:iam::123456789012:policy/SharedKeys"
    )
    cell.crosses_namespaces = False
    cell.reconcile()
    cell.log("acme", *[lines.denied("acme", "GetItem")] * 7)
    found = look(cell)
    assert (found.causes[0].id, found.causes[0].confidence) == ("ack-terminal", "confirmed")
    for told in ("tenant-acme", "auth-keys-read in shared", "--enable-cross-namespace=true"):
        assert told in why(found, "ack-terminal")
