"""Lines that a review found taken for what they are not: no success, no silence, no traffic, no event of another."""

from __future__ import annotations

import pytest

from checker.live.log.log import read
from checker.live.log.sorting import sort
from checker.live.record.redaction import redact

NO_SUCCESS = [
    'level=info msg="key refresh done" http_status=403',
    "INFO key refresh success=0 failures=5",
    'level=info msg="key refresh finished with status 500"',
    "keys refreshed, http 503",
    '{"level":"info","msg":"key refresh done","http":{"status":503}}',
    'level=info msg="key refresh done" cause="context canceled"',
    'level=info msg="auth keys refresh success: no"',
    'level=info msg="key refresh completed with warnings"',
    'level=info msg="key refresh finished" key_count=0',
    "INFO keys loaded: none",
    '{"level":"info","message":"key refresh finished","keysLoaded":0}',
    '{"level":30,"msg":"key refresh complete","keys":[]}',
    "INFO keys refreshed: []",
    "INFO keys refreshed (0)",
    "INFO refresh done, no keys returned",
    'level=info msg="Keys refresh complete: 0 of 153 loaded"',
    'level=info msg="keys loaded from cache"',
    'level=info msg="serving cached keys, DynamoDB did not respond"',
    'level=info msg="using cached keys"',
    '{"level":"info","msg":"keys loaded","source":"disk"}',
    "INFO requesting keys updated since 2024-01-01",
    "INFO Auth keys are cached for 300s",
    "INFO Querying DynamoDB for keys updated after 2025-01-01",
    "INFO keys are refreshed every 60 seconds",
    "INFO trying to have keys refreshed",
    "INFO refresh success rate 0%",
    "INFO Successfully loaded config",
    "INFO DNS refresh completed",
    "INFO TLS keys loaded",
    "INFO SSH host keys loaded",
    "INFO JWKS keys refreshed",
    "INFO primary key updated",
]
FAILURES = [
    "operation error DynamoDB: Scan, api error AccessDeniedException: User is not authorized to perform, not retrying",
    "WARN Refresh failed, no retry: AccessDeniedException",
    'level=warn msg="refresh failed, retrying in 30s"',
    "2025/06/01 10:00:00 [error] 31#31: *1 [lua] keys.lua:42: update(): got status 400 from store, client: 10.0.0.1",
    'level=info msg="key refresh: ResourceNotFoundException: Requested resource not found"',
    'level=info msg="refreshing keys" err="context deadline exceeded"',
    "INFO keys: no such host dynamodb.eu-west-1.amazonaws.com",
    "INFO auth key update unsuccessful",
    'level=debug msg="auth key refresh failed" err="AccessDeniedException"',
    "auth keys refresh: broken pipe",
    "auth keys refresh: connection closed",
    "auth keys refresh: network is down",
    "auth keys refresh: context canceled",
    "dynamodb: attempt to index local 'res' (a nil value)",
]


@pytest.mark.parametrize("line", NO_SUCCESS)
def test_it_is_no_success(line: str) -> None:
    assert sort(line) != "success"


@pytest.mark.parametrize("line", FAILURES)
def test_it_is_a_failure(line: str) -> None:
    assert sort(line) == "failure"


@pytest.mark.parametrize(
    ("before", "line"),
    [
        ("INFO keys refreshed", "dynamodb: connection closed"),
        ('{"level":"info","msg":"keys refreshed"}', "dynamodb: connection closed"),
        ('{"level":"info","msg":"tick"}', "auth keys refresh: EOF"),
        ("level=info msg=tick", "ResourceNotFoundException: Requested resource not found"),
        ('[2025-06-01T10:00:00.000Z] "GET /v1 HTTP/1.1" 200 -', "auth keys refresh: EOF"),
    ],
)
def test_no_line_in_which_nothing_is_wrong_takes_the_next_one(before: str, line: str) -> None:
    rows = "".join(f"2025-06-01T10:00:00Z {row}\n" for row in (before, line))
    found = read(rows.encode(), 10_000, 100)
    assert found["failures"] + found["trouble"] == 1


@pytest.mark.long
@pytest.mark.parametrize(
    "line",
    [
        '{"level":"error","msg":"refresh error","a":' + '{"a":' * 900 + "1" + "}" * 900 + "}",
        '{"level":"error","msg":"refresh error","a":' + "[" * 940 + "]" * 940 + "}",
        '{"log":' * 500 + '{"level":"x"}' + "}" * 500,
        "status=500 " * 5819,
        "level=warn " + "path:status=5 " * 4500,
        "path=" * 12800,
        'path="' * 10667,
    ],
    ids=lambda line: line[:20],
)
def test_every_line_ends(line: str) -> None:
    assert sort(line) in ("failure", "trouble", "traffic", "quiet")
    assert read(f"2025-06-01T10:00:00Z {line}\n".encode(), 1_000_000, 100)["lineCount"] == 1


@pytest.mark.parametrize(
    "line",
    [
        '{"key": "mq-abc123def"}',
        '{"keys": ["mq-abc123def"]}',
        "AuthKey(value=mq-abc123def)",
        "ApiKey(value='mq-abc123def')",
    ],
)
def test_the_secret_is_masked(line: str) -> None:
    assert "abc123" not in redact(line)
