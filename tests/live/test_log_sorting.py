"""What a line of the log is taken for, and what it must never be taken for."""

from __future__ import annotations

import pytest

from checker.live.log.sorting import is_interesting, sort, times
from checker.live.log.words import Site

FAILURES = [
    'level=error msg="failed to refresh auth keys" err="dial tcp 52.94.1.2:443: i/o timeout"',
    'level=error msg="could not fetch keys from DDB" err="EOF"',
    'level=error msg="auth key sync failed"',
    'level=warn msg="serving stale keys" age=3600s',
    'level=info msg="failed to refresh auth keys"',
    '{"level":50,"msg":"tenant key sync failed","err":{"code":"ETIMEDOUT"}}',
    '{"@t":"2026-11-27T07:29:04Z","@mt":"Key refresh failed","@l":"Error"}',
    '{"level":"ERROR","fields":{"error":"dispatch failure: io error","op":"Query","table":"auth-keys"}}',
    'E1127 14:31:07.123456       1 keys.go:88] "Failed to refresh auth keys" err="x"',
    "2026-11-27 10:31:07,123 ERROR [keys.Refresher] (scheduler-1) auth key refresh failed",
    "2026-11-27T10:31:07.617794Z  WARN authkeys: Failed to load auth keys (dynamodb).",
    "2026/11/27 10:31:07 [error] 7#7: *1235 [lua] keys.lua:71: dynamodb.us-east-1.amazonaws.com could not be resolved",
    '[error] upstream timed out, request: "POST /_dynamodb HTTP/1.1", host: "dynamodb.us-east-1.amazonaws.com"',
    "com.amazonaws.SdkClientException: Unable to execute HTTP request: Read timed out",
    "software.amazon.awssdk.core.exception.SdkClientException: Unable to load credentials",
    "botocore.exceptions.EndpointConnectionError: Could not connect to the endpoint URL",
    "CredentialsProviderError: Could not load credentials from any providers",
    "Error: connect ECONNREFUSED 169.254.170.23:80 at TCPConnectWrap.afterConnect",
    "panic: runtime error: invalid memory address or nil pointer dereference",
    "thread 'main' panicked at src/keys.rs:12",
    "error refreshing keys: connection lost",
    "auth keys not refreshed: table unavailable",
    'level=error msg="auth keys refreshed with errors: 3 of 7"',
    'level=warn msg="key cache is 3600s old"',
    '[error] 7#7: *1 [lua] keys.lua:71: failed to refresh auth keys, client: 10.0.0.1, request: "GET /x HTTP/1.1"',
    'level=info msg="refresh failed: 0 keys"',
    'level=info msg="auth keys refreshed from cache (stale)"',
    'level=info msg="keys loaded from disk snapshot, dynamodb unreachable"',
    '{"level":"info","msg":"auth keys refreshed","error":"timeout"}',
    '{"level":"info","msg":"auth keys refreshed","errors":2}',
    'level=error msg="GET https://dynamodb.us-east-1.amazonaws.com/ 403"',
    'level=error msg="could not load keys" path=/indexes/x method=GET',
    "auth key refresh complete: failed",
]
SUCCESSES = [
    'level=info msg="auth keys refreshed" source=dynamodb errors=0 failed=0 timeout=5s',
    'level=info msg="auth keys refreshed" failures=0 error=<nil>',
    '{"level":"info","msg":"api keys reloaded","error":null,"count":12}',
    '{"level":30,"msg":"refreshed 12 auth keys"}',
    '{"timestamp":"2026-06-13T20:09:04Z","level":"INFO","fields":{"message":"auth keys refreshed"}}',
    "I1127 14:31:07.123456       1 keys.go:60] Successfully refreshed auth keys",
    "2026-11-27 10:31:07,123 INFO [keys.Refresher] key cache updated",
    "DEBUG key refresh succeeded in 12 ms",
    "auth keys refreshed after 2 retries",
    "Loaded 42 API keys from DynamoDB",
    "auth keys refreshed in 433 ms",
    'level=info msg="refreshed 512 auth keys" elapsed=404ms',
]
TRAFFIC = [
    'level=warn msg="invalid api key" status=401 path=/indexes/acme/search',
    'level=warn msg="auth refresh: client token is expired" user=42',
    '10.0.0.1 - - [27/Nov/2026:10:31:07 +0000] "POST /indexes/acme/search HTTP/1.1" 500 12 "-" "curl"',
    '{"level":"error","msg":"upstream failed","method":"POST","path":"/indexes/acme/search","status":502}',
    'level=error msg="request failed" method=GET path="/search?q=dynamodb+timeout" status=500',
    "GET /search?q=refresh%20failed%20keys 500 error",
    'POST /v1/index 401 "invalid api key: abc123"',
]
TROUBLE = [
    "error: out of cheese",
    'level=error msg="something is odd"',
    "WARN worker crashed",
    "fatal: no space left on device",
    '{"level":"error","msg":"unexpected state"}',
    "Exception in thread main java.lang.IllegalStateException: closed",
]
QUIET = [
    'level=info msg="listening" addr=:8080',
    'level=info msg="config loaded" timeout=5s errors=0',
    "every event of the engine is enabled",
    "DEBUG aws_config::meta::credentials::chain] provider in chain did not provide credentials: not set",
    'level=info msg="waiting for auth keys to be refreshed"',
    'level=info msg="auth keys will be refreshed in 60s"',
    'level=info msg="auth keys last refreshed 3600s ago"',
    '{"level":"info","msg":"refreshing auth keys"}',
    'level=info msg="auth keys refreshed" count=0',
    "auth keys refreshed partially: 3 of 7",
    'level=info msg="auth failed" api_key=ak_1234 reason=unknown',
    'level=info msg="authorization denied" api_key=ak_1234',
    'level=info msg="Invalidating cached auth keys before refresh"',
    'level=info msg="credentials expired, refreshing"',
    'level=info msg="Refreshing AWS credentials (previous expired)"',
    'level=info msg="key store connection closed" reason=shutdown',
    'level=info msg="auth keys not reloaded: table etag unchanged"',
    'level=info msg="circuit breaker closed, was open: dynamodb"',
    'level=info msg="auth keys refreshed" page="1 of 3"',
    "auth keys refresh skipped: lock held",
    "keys up to date: false",
]
RETRIES = [
    'level=warn msg="token expired, will retry" err="ExpiredTokenException: dynamodb"',
    'level=warn msg="retrying dynamodb request" attempt=1 err="timeout"',
    '{"level":"warn","msg":"dynamodb call failed, will retry","attempt":2}',
]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (line, kind)
        for lines, kind in (
            (FAILURES, "failure"), (SUCCESSES, "success"), (TRAFFIC, "traffic"), (TROUBLE, "trouble"),
            (QUIET, "quiet"), (RETRIES, "retry"),
        )
        for line in lines
    ],
)  # fmt: skip
def test_the_kind_of_a_line(line: str, kind: str) -> None:
    # What is calm may speak of the refresh: once, that is a sign of nothing.
    assert sort(line) in ({"quiet", "mention"} if kind == "quiet" else {kind})
    assert is_interesting(line) or kind in ("quiet", "traffic")


@pytest.mark.parametrize(
    "line",
    [
        'level=debug msg="refreshApiKeysFromDynamoDbTable failed"',
        "level=info event=refresh_auth_keys_from_dynamodb_table outcome=failed",
        'level=warn msg="auth_cell2_us_east_1_production_keys lagging"',
        "ERROR refresh_tenant_api_keys_from_dynamodb failed",
        "ERROR refreshAuthenticationKeysForIndex aborted",
    ],
)
def test_a_long_identifier_is_heard(line: str) -> None:
    assert sort(line) == "failure"


def test_a_long_name_of_another_service_is_known() -> None:
    operation = "calling the PutBucketNotificationConfiguration operation"
    assert sort(f'level=error msg="An error occurred (AccessDenied) when {operation}: Access Denied"') == "traffic"


@pytest.mark.parametrize(
    "line",
    [
        'level=error msg="failed to refresh auth keys after 3 attempts" attempt=3',
        "dynamodb: retry quota exceeded, giving up",
        'level=warn msg="retrying stopped, maximum number of attempts for dynamodb reached, request failed"',
    ],
)
def test_the_last_attempt_is_a_failure(line: str) -> None:
    assert sort(line) == "failure"


def test_the_wording_of_a_site_is_asked_first() -> None:
    site = Site(success=(r"cache warm, \d+ entries",), failure=("KEYSYNC-5",))
    assert sort("cache warm, 12 entries") == "quiet"
    assert sort("cache warm, 12 entries", site) == "success"
    assert sort("KEYSYNC-503", site) == "failure"


def test_lines_that_stand_for_several() -> None:
    assert times('message repeated 4 times: [ level=error msg="failed to refresh auth keys" ]') == 4
    assert times('level=error msg="refresh failed" suppressed=7') == 8
    assert times("refresh failed") == 1
