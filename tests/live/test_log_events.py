"""Rows to events: one failed refresh is one event, however many rows it takes."""

from __future__ import annotations

import pytest

from checker.live.log.events import events
from checker.live.log.log import read

STAMP = "2026-11-27T10:31:07.{:09}Z "

JAVA = """ERROR refresh of auth keys failed: software.amazon.awssdk.services.dynamodb.model.DynamoDbException: denied
\tat com.x.AuthKeys.refreshOrFail(AuthKeys.java:88)
Caused by: java.net.SocketTimeoutException: Read timed out
\t... 12 more"""
PYTHON = """ERROR:root:refresh failed
Traceback (most recent call last):
  File "/app/refresh.py", line 88, in refresh
    table.get_item(Key={"index": name})
botocore.exceptions.NoCredentialsError: Unable to locate credentials"""
GO = """panic: runtime error: invalid memory address
goroutine 1 [running]:
\tmain.refresh()"""
NET = """auth keys refresh failed
System.Net.Http.HttpRequestException: Name or service not known (dynamodb.us-east-1.amazonaws.com:443)
 ---> System.Net.Sockets.SocketException (0xFFFDFFFF): Name or service not known"""
NODE = """AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity
    at throwDefaultError (/app/index.js:839:20) {
  '$fault': 'client',
}"""


def rows(text: str) -> list[str]:
    return [STAMP.format(place) + row for place, row in enumerate(text.splitlines())]


@pytest.mark.parametrize("text", [JAVA, PYTHON, GO, NET, NODE])
def test_a_trace_is_one_event_and_one_failure(text: str) -> None:
    assert [event.text for event in events(rows(text))] == [text]
    assert read("\n".join(rows(text)).encode(), 10_000, 100)["failures"] == 1


def test_structured_lines_are_events_of_their_own() -> None:
    text = '{"level":"error","msg":"refresh failed"}\n{"level":"info","msg":"auth keys refreshed"}'
    assert len(list(events(rows(text)))) == 2


def test_a_trace_does_not_swallow_the_success_after_it() -> None:
    text = PYTHON + '\nlevel=info msg="auth keys refreshed"'
    found = read("\n".join(rows(text)).encode(), 10_000, 100)
    assert (found["failures"], found["refreshesSince"]) == (1, 1)


def test_what_one_call_logs_in_two_places_is_one_failure() -> None:
    text = 'level=error msg="dynamodb query failed"\nlevel=error msg="failed to refresh auth keys"'
    found = read("\n".join(rows(text)).encode(), 10_000, 100)
    assert (found["failures"], len(found["lines"])) == (1, 2)


def test_traffic_crowds_nothing_out_and_is_not_kept() -> None:
    lines = [
        f'{{"level":"error","msg":"request","path":"/search","q":"patient {n:x}z","status":500}}' for n in range(500)
    ]
    text = "\n".join([*lines, 'level=error msg="failed to refresh auth keys" err="i/o timeout"'])
    found = read("\n".join(rows(text)).encode(), 1_000_000, 1000)
    assert [line["kind"] for line in found["lines"]] == ["failure"]
    assert "patient" not in str(found)
