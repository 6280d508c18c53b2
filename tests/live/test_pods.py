"""The pod of an index: starting, ended, going, with another sidecar, or none; and what is diagnosed all the same."""

from __future__ import annotations

from typing import Any

import pytest

from checker.demo import lines
from checker.demo.breaks import edits
from checker.demo.cell import Cell
from checker.demo.names import PODS
from checker.live.collect import collect
from checker.live.questions.pods import find, named_for
from checker.requirements.load import load_requirements
from checker.requirements.shipped import shipped_policies
from checker.runbook.check import Check
from checker.runbook.diagnose import Diagnosis, diagnose

from .test_pod_names import pods

REQUIREMENTS = load_requirements((shipped_policies(),)).requirements


def look(cell: Cell, index: str = "acme", **target: Any) -> Diagnosis:
    record = collect(cell.target(index)._replace(**target), cell.access(), cell.search)
    return diagnose(record, REQUIREMENTS)


def check_of(diagnosis: Diagnosis, name: str) -> Check:
    return next(item for item in diagnosis.checks if item.id == name)


def first(diagnosis: Diagnosis) -> tuple[str, str]:
    return (diagnosis.causes[0].id, diagnosis.causes[0].confidence) if diagnosis.causes else ("", "")


def lose_the_pod(cell: Cell) -> None:
    cell.kubernetes.delete("Pod", "tenant-acme", PODS["acme"])


def test_without_a_pod_nothing_is_healthy_and_the_role_is_diagnosed(cell: Cell) -> None:
    lose_the_pod(cell)
    found = look(cell)
    assert found.verdict == "inconclusive"
    assert "no pod of index acme" in check_of(found, "pod").detail
    assert "found by its name: tenant-acme/acme-reverse-proxy" in check_of(found, "pod").detail
    assert check_of(found, "access").state == "ok"
    assert check_of(found, "role").state == "ok"


def test_without_a_pod_a_missing_action_is_found(cell: Cell) -> None:
    lose_the_pod(cell)
    edits.edit_inline(cell, "acme", lambda text: text.replace('"dynamodb:GetItem", ', ""))
    cell.reconcile()
    assert first(look(cell)) == ("missing-action", "likely")


def test_without_a_pod_the_manifests_are_compared(cell: Cell) -> None:
    folder = cell.manifests = edits.write_manifests(cell)
    lose_the_pod(cell)
    edits.edit_inline(cell, "acme", lambda text: text.replace('"dynamodb:GetItem", ', ""))
    cell.reconcile()
    record = collect(cell.target("acme"), cell.access(), cell.search, manifests=(folder,))
    assert first(diagnose(record, REQUIREMENTS)) == ("not-applied", "likely")


def test_without_a_pod_a_neighbours_role_is_not_taken(cell: Cell) -> None:
    found = look(cell, "acm")
    assert found.verdict == "inconclusive"
    assert found.case.reading("ack-role").status == "absent"
    assert "no Role objects are named for the index" in found.case.reading("ack-role").detail


def test_where_several_workloads_could_be_meant_no_role_is_guessed(cell: Cell) -> None:
    pod = cell.kubernetes.get("Pod", "tenant-acme", PODS["acme"])
    owner = {"kind": "StatefulSet", "name": "search-acme"}
    pod["metadata"] |= {"name": "search-acme-0", "labels": {"index": "acme"}, "ownerReferences": [owner]}
    cell.kubernetes.put(pod)
    pod["metadata"] |= {"name": "query-acme-0", "ownerReferences": [{**owner, "name": "query-acme"}]}
    cell.kubernetes.put(pod)
    found = look(cell)
    assert "3 workloads could be meant" in check_of(found, "pod").detail
    assert found.case.reading("ack-role").status == "skipped"


@pytest.mark.parametrize(
    ("names", "index", "expected"),
    [
        ([("t", "acme-proxy"), ("t", "borealis-proxy")], "acme", {("t", "acme-proxy")}),
        ([("t", "acme-eu-proxy"), ("t", "borealis-proxy"), ("t", "cobalt-proxy")], "acme", set()),
        ([("a", "acme-proxy"), ("tenant-acme", "acme-proxy"), ("b", "x-proxy")], "acme", {("tenant-acme", "acme-proxy")}),  # noqa: E501
        ([("a", "acme-proxy"), ("b", "acme-proxy"), ("b", "x-proxy")], "acme", {("a", "acme-proxy"), ("b", "acme-proxy")}),  # noqa: E501
        ([("a", "acme")], "acme", {("a", "acme")}),
        ([("tenant-acme", "reverse-proxy")], "acme", set()),
    ],
)  # fmt: skip
def test_a_role_is_named_for_an_index(names: list[tuple[str, str]], index: str, expected: set[tuple[str, str]]) -> None:
    assert named_for(names, index) == expected


@pytest.mark.parametrize(
    ("naming", "index", "expected"),
    [
        ("index-{index}-{hash}", "acme", ["index-acme"]),
        ("index-{index}-{hash}", "acme-eu", ["index-acme-eu"]),
        ("{index}-proxy", "acme", []),
        ("index-{index}", "acme", ["index-acme"]),
    ],
)
def test_the_configuration_says_how_pods_are_named(naming: str, index: str, expected: list[str]) -> None:
    whole = pods("t/index-acme", "t/index-acme-eu", "t/acme", "t/eu-acme")
    assert [item.workload for item in find(whole, index, naming)] == expected


def test_a_sidecar_under_another_name_is_listed(cell: Cell) -> None:
    found = look(cell, container="proxy")
    assert found.verdict == "inconclusive"
    assert check_of(found, "container").detail == (
        "the pod has no container proxy; it has index, reverse-proxy: choose with --container"
    )


def test_an_evicted_pod_beside_one_that_runs_is_passed_over(cell: Cell) -> None:
    pod = cell.kubernetes.get("Pod", "tenant-acme", PODS["acme"])
    pod["metadata"] = {
        **pod["metadata"],
        "name": "index-acme-6c9f8d7b54-evict",
        "creationTimestamp": "2026-11-20T08:00:00Z",
    }
    cell.kubernetes.put({**pod, "status": {"phase": "Failed", "reason": "Evicted"}})
    found = look(cell)
    assert check_of(found, "pod").detail.endswith(PODS["acme"])
    assert not found.causes


def test_a_pod_that_goes_is_told_of(cell: Cell) -> None:
    pod = cell.kubernetes.get("Pod", "tenant-acme", PODS["acme"])
    pod["metadata"]["deletionTimestamp"] = "2026-11-27T10:00:00Z"
    cell.kubernetes.put(pod)
    told = check_of(look(cell), "pod-going")
    assert (told.state, told.is_vital) == ("failed", False)
    assert "being deleted since 2026-11-27T10:00:00Z" in told.detail


def test_a_crash_loop_whose_last_log_names_the_cause_shows_that_first(cell: Cell) -> None:
    waits = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s"}}
    cell.start_pod("acme", restarts=4, container={"ready": False, "state": waits})
    cell.client("iam").delete_role_policy(RoleName="acme-reverse-proxy", PolicyName="auth-keys")
    edits.edit_inline(cell, "acme", lambda text: text.replace('"dynamodb:GetItem", ', ""))
    cell.reconcile()
    cell.forget_log("acme")
    cell.logs[PODS["acme"], False] = []
    cell.log("acme", *[lines.denied("acme", "GetItem")] * 5, previous=True)
    found = look(cell)
    assert first(found) == ("missing-action", "confirmed")
    assert ("crash-loop", "likely") in [(item.id, item.confidence) for item in found.causes]


@pytest.mark.parametrize("reason", ["CreateContainerConfigError", "ContainerCreating", "PodInitializing"])
def test_what_the_container_waits_for_is_told(cell: Cell, reason: str) -> None:
    waits = {"ready": False, "state": {"waiting": {"reason": reason, "message": 'configmap "proxy" not found'}}}
    cell.start_pod("acme", container=waits)
    cell.forget_log("acme")
    found = look(cell)
    assert first(found) == ("pod-pending", "confirmed")
    assert found.causes[0].evidence[0] == f'container reverse-proxy waits: {reason}: configmap "proxy" not found'


def test_a_running_pod_is_none_of_these(cell: Cell) -> None:
    named = {item.id: item.confidence for item in look(cell).dismissed}
    assert {named[name] for name in ("pod-pending", "image-pull-failed", "pod-evicted", "crash-loop")} == {"ruled-out"}
