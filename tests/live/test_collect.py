"""The collector on two clusters: what the embedded cell answers is what a real API server answers."""

from __future__ import annotations

from typing import Any

import pytest

from checker.demo.breaks import edits
from checker.demo.breaks.registry import BREAKS
from checker.demo.cell import Cell
from checker.demo.names import CONTAINER, PODS, TABLE, TABLE_ARN
from checker.live.collect import Clients, collect
from checker.live.record.record import Record, dump, load, reading, under, value
from checker.requirements.load import load_requirements
from checker.requirements.shipped import shipped_policies
from checker.runbook.diagnose import diagnose

from .api_server import NOBODY, ApiServer
from .conftest import Collect

pytestmark = pytest.mark.xdist_group("clusters")


def pods_found(record: Record) -> list[str]:
    found = value(record, "pods-with-container") or value(record, "pods")
    return [item["workload"] for item in found["candidates"]]


@pytest.mark.parametrize("index", sorted(PODS))
def test_everything_of_a_healthy_index_is_read(index: str, gather: Collect) -> None:
    record = gather(index)
    failed = {name: item for name, item in record.readings.items() if not item.is_settled}
    # The cell has no policy simulator, as few accounts let people use it.
    assert set(failed) == {"simulation"}, failed
    assert value(record, "subject") == {"namespace": f"tenant-{index}", "pod": PODS[index]}
    (log,) = [item.value for item in under(record, "log/").values()]
    assert (log["lineCount"], log["failures"], log["lines"]) == (12, 0, [])
    assert load(dump(record), "x").readings == record.readings


def test_the_record_holds_no_value_of_other_variables(gather: Collect) -> None:
    assert "never shown" not in dump(gather("acme")) + dump(gather("borealis"))


def test_a_longer_name_is_not_taken_for_the_index(gather: Collect) -> None:
    assert pods_found(gather("acme")) == ["index-acme"]
    assert pods_found(gather("acme-10")) == ["index-acme-10"]
    assert pods_found(gather("acme-1")) == []


def test_several_workloads_are_said_to_be_ambiguous(gather: Collect, cell: Cell) -> None:
    twin = cell.kubernetes.get("Pod", "tenant-acme", PODS["acme"])
    twin["metadata"] |= {"namespace": "tenant-x-acme"}
    cell.kubernetes.put(twin)
    record = gather("acme")
    assert len(pods_found(record)) == 2
    assert "subject" not in record.readings
    assert value(gather("acme", target={"namespace": "tenant-acme"}), "subject")["namespace"] == "tenant-acme"


def test_account_id_narrows(gather: Collect, cell: Cell) -> None:
    twin = cell.kubernetes.get("Pod", "tenant-acme", PODS["acme"])
    twin["metadata"] |= {"namespace": "tenant-x-acme", "labels": {**twin["metadata"]["labels"], "account_id": "x7"}}
    cell.kubernetes.put(twin)
    record = gather("acme", target={"account_id": "x7"})
    assert value(record, "subject")["namespace"] == "tenant-x-acme"


def test_a_label_selector_finds_the_pods(gather: Collect) -> None:
    record = gather("acme", search={"selector": "app=index-{index}"})
    assert pods_found(record) == ["index-acme"]


def test_the_lists_are_read_page_by_page(gather: Collect, cell: Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checker.live.questions.cluster._PAGE", "1")
    record = gather("acme")
    assert value(record, "pods")["seen"] == 5
    assert pods_found(record) == ["index-acme"]


def test_the_log_is_read_within_the_window(gather: Collect, cell: Cell) -> None:
    cell.log("acme", "level=error dynamodb failed long ago", ago=3600)
    cell.log("acme", "level=error dynamodb failed", ago=30)
    (log,) = [item.value for item in under(gather("acme"), "log/").values()]
    assert [line["text"] for line in log["lines"]] == ["level=error dynamodb failed"]
    (log,) = [item.value for item in under(gather("acme", target={"since_seconds": 7200}), "log/").values()]
    assert log["failures"] == 2


def test_the_log_before_a_restart_is_read(gather: Collect, cell: Cell) -> None:
    cell.start_pod("acme", restarts=2)
    cell.log("acme", "level=fatal dynamodb failed", previous=True)
    (log,) = [item.value for item in under(gather("acme"), "log-previous/").values()]
    assert log["lines"][0]["text"] == "level=fatal dynamodb failed"


def test_a_missing_previous_log_costs_nothing_else(gather: Collect, cell: Cell) -> None:
    cell.start_pod("acme", restarts=1)
    record = gather("acme")
    (previous,) = under(record, "log-previous/").values()
    assert previous.status == "failed"
    assert "not found" in previous.detail
    assert reading(record, "role").status == "ok"


def test_native_sidecar_and_ordinary_container(gather: Collect, request: pytest.FixtureRequest) -> None:
    if request.node.callspec.params["grade"] == "api-server":
        server: ApiServer = request.getfixturevalue("api_server")
        if not server.knows_native_sidecars:
            pytest.skip("this API server is older than native sidecars (1.28)")
    for index, place in (("acme", "initContainers"), ("borealis", "containers")):
        record = gather(index)
        pod = value(record, f"pod/tenant-{index}/{PODS[index]}")
        assert CONTAINER in [entry["name"] for entry in pod["spec"][place]]
        assert reading(record, "role").status == "ok"


def test_an_object_that_is_not_there_is_absent(gather: Collect, cell: Cell) -> None:
    edits.annotate(cell, "acme", "arn:aws:iam::123456789012:role/nobody")
    cell.start_pod("acme")
    record = gather("acme")
    assert (reading(record, "role").status, reading(record, "ack-role").status) == ("absent", "absent")


def test_a_role_of_another_account_is_not_called_absent(gather: Collect, cell: Cell) -> None:
    edits.annotate(cell, "acme", "arn:aws:iam::999999999999:role/acme-reverse-proxy")
    cell.start_pod("acme")
    found = reading(gather("acme"), "role")
    assert found.status == "denied"
    assert "999999999999" in found.detail


def test_who_may_nothing_is_told_every_missing_right(cell: Cell, api_server: ApiServer) -> None:
    api_server.mirror(cell)
    access = Clients(cell.access().aws, connection=api_server.connection(NOBODY))
    denied(collect(cell.target("acme"), access, cell.search))


def test_who_may_nothing_is_told_every_missing_right_in_the_embedded_cell(cell: Cell) -> None:
    cell.kubernetes.users[""] = ()
    denied(collect(cell.target("acme"), cell.access(), cell.search))


def denied(record: Record) -> None:
    assert reading(record, "pods").status == "denied"
    assert "forbidden" in reading(record, "pods").detail
    rights: dict[str, Any] = {name: item.value for name, item in under(record, "right/").items()}
    assert set(rights.values()) == {False}
    assert "get pods/log" in rights
    assert "list roles.iam.services.k8s.aws" in rights


def test_a_stranger_is_not_let_in(gather: Collect, cell: Cell, api_server: ApiServer) -> None:
    record = gather("acme", connection=api_server.connection("no-such-token"))
    assert reading(record, "pods").status == "expired"


def test_request_counts_stay_within_bounds(cell: Cell) -> None:
    for index in PODS:
        cell.forget_requests()
        collect(cell.target(index), cell.access(), cell.search)
        assert len(cell.aws.calls) <= 14, cell.aws.calls
        assert len(cell.kubernetes.requests) <= 8, cell.kubernetes.requests


@pytest.mark.parametrize("cause", ["missing-action", "credentials-not-injected", "ack-controller-down"])
def test_the_cause_is_the_same_on_both(cause: str, gather: Collect, cell: Cell) -> None:
    BREAKS[cause].change(cell, BREAKS[cause].index_name)
    requirements = load_requirements((shipped_policies(),)).requirements
    assert diagnose(gather(BREAKS[cause].index_name), requirements).causes[0].id == cause


TOLD: list[dict[str, str]] = [{"authKeysTable": TABLE_ARN}, {"authKeysTable": TABLE}, {}]


@pytest.mark.parametrize("parameters", TOLD, ids=["arn", "name", "nothing"])
def test_little_needs_to_be_configured(parameters: dict[str, str], cell: Cell) -> None:
    """Region and account come from the command line and the role, the table from the pod, the rest from the cluster."""
    record = collect(cell.target("acme")._replace(parameters=parameters), cell.access(), cell.search)
    requirements = load_requirements((shipped_policies(),)).requirements
    assert diagnose(record, requirements).verdict == "healthy"
