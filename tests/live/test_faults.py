"""Each call the collector makes, with each thing that can go wrong: the run ends in time, with the true cause or with
"could not tell", and never with "healthy" or a traceback."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from checker.demo.cell import Cell
from checker.demo.names import REGION
from checker.live.clients.aws import Aws
from checker.live.collect import Clients, collect
from checker.live.record.record import Record, reading
from checker.runbook.diagnose import diagnose

from .faults import DEADLINE, FAULTS, READ_OF, REQUIREMENTS, Faults, look

SECOND_OPINION = {"iam:SimulatePrincipalPolicy": "acme"}


@pytest.fixture(scope="module")
def faults() -> Faults:
    return Faults()


@pytest.fixture(scope="module")
def healthy(faults: Faults) -> Iterator[Cell]:
    with Cell(faults.wrap) as cell:
        yield cell


def in_turn() -> list[object]:
    """Every call with every fault; each call with one of them always, in turn, the rest, and what is late (a second
    each), in the slow suite."""
    at_once = [fault for fault in FAULTS if fault != "late"]
    return [
        pytest.param(call, fault, marks=() if fault == at_once[place % len(at_once)] else pytest.mark.slow)
        for place, call in enumerate(READ_OF)
        for fault in FAULTS
    ]


@pytest.mark.parametrize(("call", "fault"), in_turn())
def test_a_fault_is_never_healthy(call: str, fault: str, healthy: Cell, faults: Faults) -> None:
    diagnosis = look(healthy, faults, READ_OF[call], call, fault)
    assert diagnosis.verdict == "inconclusive", diagnosis.causes
    assert diagnosis.unknowns


@pytest.mark.long
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("call", SECOND_OPINION)
def test_a_second_opinion_can_be_done_without(call: str, fault: str, healthy: Cell, faults: Faults) -> None:
    diagnosis = look(healthy, faults, SECOND_OPINION[call], call, fault)
    assert diagnosis.verdict == "healthy"
    assert any(call in sentence for sentence in diagnosis.unknowns)


@pytest.mark.long
def test_a_rights_review_that_fails_costs_nothing(healthy: Cell, faults: Faults) -> None:
    for fault in FAULTS:
        faults.calls = {"list pods": "denied", "create selfsubjectaccessreviews": fault}
        record = collect(healthy.target("acme"), healthy.access(), healthy.search, deadline=DEADLINE)
        faults.calls = {}
        assert diagnose(record, REQUIREMENTS).verdict == "inconclusive"


@pytest.mark.long
def test_the_deadline_holds_when_everything_is_late(healthy: Cell, faults: Faults) -> None:
    faults.delay = 2.5
    record = collect(healthy.target("acme"), healthy.access(), healthy.search, deadline=1)
    faults.delay = 0
    # Whoever waited for the answers would have them.
    assert {reading(record, name).status for name in ("identity", "table", "pods")} == {"timeout"}
    assert diagnose(record, REQUIREMENTS).verdict == "inconclusive"
    time.sleep(2)


@pytest.mark.long
def test_a_dead_service_costs_its_own_check_only(healthy: Cell, faults: Faults) -> None:
    diagnosis = look(healthy, faults, "acme", "dynamodb:DescribeTable", "late", deadline=2)
    states = {check.id: check.state for check in diagnosis.checks}
    assert states.pop("table") == "unknown"
    assert set(states.values()) == {"ok"}


def test_no_credentials(healthy: Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    import boto3

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    aws = Aws(REGION, session=boto3.session.Session(region_name=REGION), endpoint=healthy.aws_url)
    record: Record = collect(
        healthy.target("acme"), Clients(aws, connection=healthy.access().connection), healthy.search, deadline=DEADLINE
    )
    assert reading(record, "identity").status == "no-credentials"
    assert diagnose(record, REQUIREMENTS).verdict == "inconclusive"
