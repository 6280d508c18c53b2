"""Healthy needs a sign of life, and what has ended is no cause any more: logs played in the embedded cell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from checker.demo import lines
from checker.demo.names import REGION
from checker.demo.story import play
from checker.report.live.json import as_json
from checker.report.live.text import render
from checker.report.style.look import Look
from checker.runbook.diagnose import Diagnosis

DNS = lines.unreachable(f"dynamodb.{REGION}.amazonaws.com")
GOOD = lines.REFRESHED
READY = 'level=info msg="readiness ok" last_refresh_age=12s'
REQUEST = "level=info method=GET upstream=https://vpc-x.us-east-1.es.amazonaws.com status=200 path=/acme/_search?q="


def logged(*rows: tuple[float, str], cause: str | None = None) -> Diagnosis:
    """The diagnosis where the proxy logged these: (seconds ago, line)."""
    now = datetime.now(UTC)
    text = "".join(
        f"{(now - timedelta(seconds=ago)).isoformat(timespec='microseconds').replace('+00:00', 'Z')} {row}\n"
        for ago, row in sorted(rows, reverse=True)
    )
    return play(text.encode(), cause)


def log_check(diagnosis: Diagnosis) -> tuple[str, str]:
    return next((check.state, check.detail) for check in diagnosis.checks if check.id == "log")


def test_failures_that_ended_are_no_cause() -> None:
    found = logged(*[(720 + 20 * n, DNS) for n in range(5)], *[(20 + 60 * n, GOOD) for n in range(11)])
    assert (found.verdict, found.causes) == ("healthy", ())
    assert as_json(found)["recoveredAt"] is not None
    text = render(found, Look())
    assert "healthy again since" in text.splitlines()[0]
    assert "after 5 failures (network)" in text.splitlines()[0]


def test_refusals_from_before_a_fix_send_nobody_to_fix_again() -> None:
    found = logged(*[(60 + 20 * n, lines.denied("acme", "Query")) for n in range(6)], (20, GOOD))
    assert (found.verdict, found.causes) == ("healthy", ())


def test_one_success_among_failures_is_no_recovery() -> None:
    rows = [(20 + 40 * n, GOOD if n % 2 == 0 else DNS) for n in range(8)]
    found = logged(*rows)
    assert found.verdict == "cause-found"
    assert found.causes[0].id == "network-unreachable"


def test_a_failure_after_the_success_counts() -> None:
    found = logged((200, GOOD), *[(20 + 20 * n, DNS) for n in range(5)])
    assert found.verdict == "cause-found"
    assert as_json(found)["recoveredAt"] is None


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ('level=error msg="something is odd"', "something is odd"),
        ("error: out of cheese", "out of cheese"),
    ],
)
def test_trouble_that_nobody_can_place_is_never_healthy(line: str, shown: str) -> None:
    found = logged((100, line), *[(20 + 60 * n, GOOD) for n in range(5)])
    assert found.verdict == "inconclusive"
    state, detail = log_check(found)
    assert state == "unknown"
    assert shown in detail
    assert shown in render(found, Look())
    assert as_json(found)["log"]["unplaced"] == [line]


@pytest.mark.parametrize("line", ['level=info msg="request" method=GET path=/x status=200', "listening on :8080"])
def test_silence_is_no_health(line: str) -> None:
    found = logged(*[(20 + 30 * n, line) for n in range(10)])
    assert found.verdict == "inconclusive"
    assert "no line says that a refresh succeeded" in log_check(found)[1]


def test_failures_that_merely_ceased_are_no_health_and_no_cause() -> None:
    traffic = 'level=info msg="request" method=GET path=/x status=200'
    found = logged(*[(720 + 20 * n, DNS) for n in range(5)], *[(20 + 60 * n, traffic) for n in range(11)])
    assert found.verdict == "inconclusive"
    assert found.causes == ()


def test_a_success_long_ago_is_no_health() -> None:
    traffic = 'level=info msg="request" method=GET path=/x status=200'
    found = logged(*[(600 + 20 * n, GOOD) for n in range(5)], *[(20 + 60 * n, traffic) for n in range(9)])
    assert found.verdict == "inconclusive"
    assert "the last refresh is" in log_check(found)[1]


def test_attempts_that_ended_well_are_no_failure() -> None:
    attempts = [(70 - n, f'level=warn msg="retrying dynamodb request" attempt={n} err="i/o timeout"') for n in range(4)]
    found = logged(*attempts, (20, GOOD))
    assert (found.verdict, found.causes) == ("healthy", ())


def test_a_broken_role_is_a_cause_after_a_success_too() -> None:
    found = logged(*[(20 + 60 * n, GOOD) for n in range(5)], cause="missing-action")
    assert found.verdict == "cause-found"
    assert found.causes[0].id == "missing-action"


@pytest.mark.parametrize(
    "line",
    [
        'level=info msg="key refresh: no leader, standing by"',
        'level=info msg="auth keys refresh" outcome=backoff',
        "refresh of auth keys: paused by operator",
        '{"level":"info","msg":"auth keys refresh","phase":"waiting-for-lock"}',
        'level=info msg="attempting to refresh auth keys"',
        'level=info component=keycache msg="tick skipped, lease held by other replica"',
        'level=info msg="auth keys refresh: standing by" method=RefreshKeys',
        "key refresh: no leader, standing by (dynamodb client: idle)",
        # What would be a success, and is none.
        'level=info msg="auth keys loaded from disk"',
        'level=info msg="auth keys refreshed" skipped=true reason=standby',
        'level=info msg="keys refreshed 0 of 12"',
    ],
)
def test_what_is_said_again_and_again_instead_of_a_success_is_no_health(line: str) -> None:
    found = logged((220, GOOD), (160, GOOD), *[(20 + 30 * n, line) for n in range(4)])
    assert found.verdict == "inconclusive"
    state, detail = log_check(found)
    assert state == "unknown"
    assert "since the last success it says again and again: " in detail
    assert "live.log.success" in detail


@pytest.mark.parametrize(
    "lines",
    [
        [f'level=info msg="key refresh: no leader" trace_id={number:032x}' for number in range(7, 16)],
        [f'level=info msg="key refresh: no leader" next={wait}' for wait in ("1m2s", "59.1s", "812ms", "3s", "1h0m1s")],
        [f"key refresh: the leader is {name}" for name in ("alpha", "bravo", "charlie", "delta", "echo")],
        ["keys: refresh waits for the lock", "key refresh: no leader", "auth keys refresh: idle"] * 2,
    ],
)
def test_it_need_not_be_the_same_words(lines: list[str]) -> None:
    found = logged((400, GOOD), (340, GOOD), (280, GOOD), *[(20 + 30 * n, line) for n, line in enumerate(lines)])
    assert found.verdict == "inconclusive"
    assert "again and again" in log_check(found)[1]


def test_one_line_may_stand_for_many() -> None:
    line = 'level=info msg="key refresh: no leader, standing by" suppressed=40'
    assert logged((220, GOOD), (160, GOOD), (20, line)).verdict == "inconclusive"


@pytest.mark.parametrize(
    "rows",
    [
        # Said once behind each success.
        [
            row
            for n in range(6)
            for row in ((20 + 60 * n, GOOD), (19 + 60 * n, 'level=info msg="auth keys refresh took" ms=4'))
        ],
        # Several things behind the last one, each of them once.
        [(30, GOOD), *[(20 - n, f'level=info msg="auth keys refresh: {word}"') for n, word in enumerate("abcdef")]],
        # Less often than it takes.
        [(100, GOOD), *[(20 + 20 * n, 'level=info msg="key refresh: standing by"') for n in range(3)]],
        # As often as between the successes before.
        [(35 + 60 * n, GOOD) for n in range(5)] + [(5 * n, READY) for n in range(60)],
        [(65 + 60 * n, GOOD) for n in range(5)] + [(2 * n, f"dynamodb query page page={n % 9}") for n in range(150)],
        # What keeps coming in the one long gap.
        [(610, GOOD), (310, GOOD)] + [(10 + 60 * n, 'level=info msg="key cache heartbeat"') for n in range(9)],
        # The requests of customers.
        [(200, GOOD), *[(5 * n, f'level=info msg="api key cache hit" key_id=k{n}') for n in range(30)]],
        [(200, GOOD), *[(5 * n, f"auth key ok for john.doe@example.com from 203.0.113.{n}") for n in range(30)]],
        [(200, GOOD), *[(20 * n, f"dynamodb consumed capacity units={n}") for n in range(9)]],
        [(200, GOOD), *[(5 * n, f"{REQUEST}{n}") for n in range(30)]],
        [(200, GOOD), *[(5 * n, f"level=info msg=lookup user=jane.roe.{n} in=dynamodb") for n in range(30)]],
        # About other things.
        [(200, GOOD), *[(20 + 20 * n, 'level=info msg="jwks refresh: standing by"') for n in range(6)]],
        [(200, GOOD), *[(20 + 20 * n, 'level=info msg="request" method=GET path=/keys status=200') for n in range(6)]],
    ],
)  # fmt: skip
def test_what_is_said_beside_successes_is_no_sign(rows: list[tuple[float, str]]) -> None:
    assert logged(*rows).verdict == "healthy"


def test_the_requests_of_customers_are_not_recorded() -> None:
    line = (
        'level=info msg="auth keys refresh" method=GET path="/acme/_search?q=john.doe@example.com" client=203.0.113.9'
    )
    found = logged((200, GOOD), *[(10 * n, line) for n in range(12)])
    assert "john.doe" not in str(as_json(found))
    assert "203.0.113.9" not in str({name: reading.value for name, reading in found.case.record.readings.items()})
