"""A log from a file: its times, and how it is played in the embedded cell."""

from __future__ import annotations

import json

import pytest

from checker.live.log.file import played, stamped, time_of


@pytest.mark.parametrize(
    ("row", "moment"),
    [
        ('time="2026-11-27T10:30:02Z" level=error', "2026-11-27T10:30:02Z"),
        ("2026-11-27 10:31:07,123 ERROR x", "2026-11-27T10:31:07Z"),
        ("2026/11/27 10:31:07 [error] 7#7: x", "2026-11-27T10:31:07Z"),
        ('{"ts":"2026-11-27T07:32:34.971+02:00"}', "2026-11-27T05:32:34Z"),
        ("1764239467000 refresh failed", "2025-11-27T10:31:07Z"),
        ("refresh failed", ""),
        ("2026-99-99 10:31:07 x", ""),
    ],
)
def test_the_time_of_a_row(row: str, moment: str) -> None:
    assert time_of(row) == moment


def test_rows_get_the_time_of_the_row_before() -> None:
    text = stamped(b"2026-11-27 10:31:07 ERROR x\n\tat y\n").decode()
    assert text == "2026-11-27T10:31:07Z 2026-11-27 10:31:07 ERROR x\n2026-11-27T10:31:07Z \tat y\n"


def test_the_stamps_of_kubernetes_are_left_alone() -> None:
    row = '2026-11-27T10:31:07.123456789Z level=error ts="2020-01-01T00:00:00Z"\n'
    assert stamped(row.encode()).decode() == row


def test_a_log_without_times_ends_now() -> None:
    found = list(played(b"refresh failed\nrefresh failed\n"))
    assert [ago for ago, _ in found] == [50, 20]


def test_a_log_with_times_keeps_its_distances() -> None:
    found = list(played(b"2026-11-27T10:00:00Z a\n2026-11-27T10:02:00Z b\n"))
    assert found == [(140, "a"), (20, "b")]


@pytest.mark.parametrize(
    "row", ["0001-01-01T00:00:00+02:00 x", "9999-12-31T23:59:59-02:00 x", "2026-13-45T99:99:99Z x"]
)
def test_what_only_looks_like_a_time_is_none(row: str) -> None:
    assert time_of(row) == ""
    assert [text for _, text in played(f"{row}\n".encode())]


def test_what_aws_logs_prints_is_read_event_by_event() -> None:
    at = 1_795_000_000_000
    events = [{"timestamp": at + 1000 * number, "message": "level=error msg=x\n\tat y"} for number in range(2)]
    rows = stamped(json.dumps({"events": events, "nextToken": "x"}, indent=4).encode()).decode().splitlines()
    assert rows == [
        "2026-11-18T11:06:40Z level=error msg=x",
        "2026-11-18T11:06:40Z \tat y",
        "2026-11-18T11:06:41Z level=error msg=x",
        "2026-11-18T11:06:41Z \tat y",
    ]


@pytest.mark.parametrize("text", ['{"events": 1}', '{"events": [', '{"level": "error", "events": [1]}'])
def test_what_only_looks_like_it_loses_nothing(text: str) -> None:
    assert stamped(text.encode()).decode().strip() == text
