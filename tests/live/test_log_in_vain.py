"""Logs that look well and are not: attempts without end, results that say no, times that are out of order or ahead."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from checker.demo.cell import Cell
from checker.demo.names import PODS
from checker.live.log.log import read
from checker.live.log.sorting import is_interesting, sort
from tests.runbook.looking import look

GOOD = 'level=info msg="auth keys refreshed" source=dynamodb'
RETRY = 'level=warn msg="DynamoDB unreachable, will retry" err="lookup dynamodb.us-east-1.amazonaws.com: no such host"'


def stamped(*rows: tuple[int, str]) -> bytes:
    """A log of rows, each so many seconds ago."""
    now = datetime(2026, 11, 28, 12, 0, 0, tzinfo=UTC)
    return "".join(f"{(now - timedelta(seconds=ago)):%Y-%m-%dT%H:%M:%SZ} {row}\n" for ago, row in rows).encode()


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("WARNING keys Retrying fetch_all in 30.0 seconds as it raised ClientError: An error occurred (AccessDeniedException) when calling the Query operation", "failure"),  # noqa: E501
        ("INFO backoff: Backing off fetch_keys(...) for 29.3s (botocore.exceptions.ClientError: An error occurred (AccessDeniedException) when calling the Query operation)", "failure"),  # noqa: E501
        (RETRY, "retry"),
        ('{"msg":"auth keys refresh finished","ok":false,"level":"info"}', "trouble"),
        ('{"msg":"auth keys refresh finished","status":"NOK","level":"info"}', "trouble"),
        ('{"msg":"auth keys refresh finished","exit_code":1,"level":"info"}', "trouble"),
        ('{"msg":"auth keys refreshed","attempted":40,"succeeded":12,"level":"info"}', "trouble"),
        ('{"msg":"auth keys refreshed","attempted":40,"succeeded":40,"level":"info"}', "success"),
        ("refreshed auth keys: 1520 keys, 0 errors, 0 expired, took 12ms", "success"),
        ("refreshed auth keys: 1520 keys, no errors, 0 skipped, 0 rejected, zero throttled, 0 stale keys", "success"),
        ("auth keys refreshed: 1520 (stale: 0, missing: 0, unreachable: 0)", "success"),
        ("auth keys refreshed: 0 (stale: 0, missing: 12)", "failure"),
        ("auth keys refreshed: 1520 (stale: 1520, missing: 0)", "failure"),
        ("refreshed auth keys: 1520 keys, 10 expired", "failure"),
        ("Bulkhead 'authKeys' is full and does not permit further calls", "failure"),
        ("keys cache: write /var/cache/keys.db: no space left on device", "failure"),
        ("keys cache: mkdir /var/cache/keys: read-only file system", "failure"),
        ("access log: disk full", "trouble"),
        ('level=info msg="auth keys refreshed" tenants=12/40', "trouble"),
        ('level=info msg="auth keys refreshed" tenants=40/40', "success"),
        ('level=info msg="auth keys refresh" status=denied', "trouble"),
        ('level=info msg="key reader: access denied"', "trouble"),
        ("CircuitBreaker 'dynamodb' is OPEN and does not permit further calls", "failure"),
        ('level=info msg="session keys refreshed"', "quiet"),
        ('level=info msg="api key updated" user=bob', "quiet"),
        ('level=info msg="auth keys loaded" source=bootstrap', "quiet"),
        ('level=info msg="auth keys loaded" source=dynamodb', "success"),
        ('{"version":"1.1","short_message":"dynamodb call failed: context deadline exceeded","level":3}', "failure"),
        ('{"level":30,"msg":"auth keys refreshed"}', "success"),
        ('{"SeverityNumber":9,"SeverityText":"INFO","Body":"auth keys refreshed"}', "success"),
    ],
)  # fmt: skip
def test_what_a_line_is(line: str, kind: str) -> None:
    assert sort(line) in ({"quiet", "mention"} if kind == "quiet" else {kind})
    assert is_interesting(line) or kind == "quiet"


def test_attempts_without_a_success_are_failures() -> None:
    found = read(stamped((400, GOOD), *((ago, RETRY) for ago in (160, 130, 100, 70, 40, 10))), 10**6, 10**4)
    assert found["failures"] == 6
    assert found["refreshesSince"] == 0


def test_slow_attempts_are_failures_as_well() -> None:
    assert read(stamped((800, GOOD), (300, RETRY), (200, RETRY), (100, RETRY)), 10**6, 10**4)["failures"] == 3


def test_attempts_that_end_well_are_none() -> None:
    rows = [(ago + less, line) for ago in (600, 400, 200) for less, line in ((6, RETRY), (4, RETRY), (2, GOOD))]
    assert read(stamped(*rows), 10**6, 10**4)["failures"] == 0


def test_a_log_that_begins_with_the_newest_is_turned_round() -> None:
    bad = 'level=error msg="auth keys refresh failed" err="timeout"'
    rows = [*((ago, bad) for ago in range(170, 10, -30)), *((ago, GOOD) for ago in range(400, 200, -40))]
    newest_first = sorted(rows, key=lambda row: row[0])
    found, turned = (read(stamped(*given), 10**6, 10**4) for given in (newest_first, newest_first[::-1]))
    assert found == turned
    assert found["recoveredAt"] == ""


def test_the_logs_of_two_pods_one_behind_the_other_are_merged() -> None:
    bad = 'level=error msg="auth keys refresh failed" err="timeout"'
    one, other = [(ago, bad) for ago in range(380, 10, -30)], [(ago, GOOD) for ago in range(390, 5, -30)]
    assert read(stamped(*one, *other), 10**6, 10**4)["onAndOff"]


def test_times_in_the_future_prove_nothing(cell: Cell) -> None:
    cell.logs[PODS["acme"], False] = []
    cell.log("acme", *[GOOD] * 20, ago=-3600, every=30)
    diagnosis = look(cell)
    assert diagnosis.verdict == "inconclusive"
    assert "in the future" in next(check.detail for check in diagnosis.checks if check.id == "log")


def test_a_container_that_has_just_come_back_is_not_healthy(cell: Cell) -> None:
    pod = cell.kubernetes.get("Pod", "tenant-acme", PODS["acme"])
    started = (datetime.now(UTC) - timedelta(seconds=70)).isoformat(timespec="seconds").replace("+00:00", "Z")
    status = pod["status"]["initContainerStatuses"][0]
    status |= {"restartCount": 40, "lastState": {"terminated": {"reason": "OOMKilled", "exitCode": 137}}}
    status["state"] = {"running": {"startedAt": started}}
    cell.kubernetes.put(json.loads(json.dumps(pod)))
    cell.log("acme", GOOD, ago=30)
    assert look(cell).verdict == "inconclusive"


@pytest.mark.long
@pytest.mark.parametrize(
    "said",
    [
        "redis: dial tcp 10.0.3.4:6379: connect: connection refused",
        "dial tcp 10.0.3.4:5432: connect: connection refused",
        "lookup keys.control-plane.internal: no such host",
        "unmarshal auth key: unexpected EOF",
        "operation error KMS: Decrypt, https response error StatusCode: 0, context deadline exceeded",
        "vault: token is expired",
        "redis: connection pool exhausted",
    ],
)
def test_what_others_do_not_answer_is_not_dynamodb(cell: Cell, said: str) -> None:
    cell.log("acme", *[f'level=error msg="auth keys refresh failed" err="{said}"'] * 6)
    diagnosis = look(cell)
    sure = [cause.id for cause in diagnosis.causes if cause.confidence in ("confirmed", "likely")]
    assert not {"network-unreachable", "expired-token", "connection-pool-exhausted"} & set(sure)
    assert diagnosis.verdict != "healthy"
