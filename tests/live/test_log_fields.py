"""What stands beside a success: it counts only with fields that go with one."""

from __future__ import annotations

import pytest

from checker.live.log.fields import tables_named
from checker.live.log.log import read
from checker.live.log.sorting import sort

OTHERWISE = [
    '{"level":"info","msg":"auth keys refreshed","fromCache":true,"count":14}',
    '{"level":"info","msg":"auth keys refreshed","keys":{}}',
    '{"level":"info","msg":"auth keys refreshed","result":{"keys":{},"took":12}}',
    "source=memory keys=14",
    "source=redis count=14",
    "source=lkg",
    "source=s3",
    "source=peer",
    "source=grace",
    "origin=replica",
    "provider=static",
    "backend=file",
    "served_by=sidecar-store",
    "valid=0 total=14",
    "usable=0",
    "n=0",
    "UnprocessedKeys=14",
    "staleness=4h",
    "age_seconds=86400",
    "age=1h30m",
    "keys=map[]",
    "keys=[]",
    "noop=true",
    "readOnly=true",
    "standby=true",
    "verified=no",
    "active: off",
    "status=degraded",
    "state=stale",
    "mode=offline",
    "cache=hit",
    "loaded=3 expected=14",
    "pending=2",
    "from redis",
    "(memory)",
    "from peer 10.0.0.3",
    "out of local copy",
    "in safe mode",
    ": using bundled keys",
    "with 2 issues",
    "from_cache=1",
    "dry_run=1",
    "error_count=3",
    "upstream_status=503",
    "rc=1",
    "valid=1 total=14",
    "ok=1 total=5",
    "from Vault",
    "from etcd",
    "from local storage",
    "from a DynamoDB export",
    "in offline mode",
    "without contacting DynamoDB",
    "; DynamoDB not consulted",
    "file=/var/cache/keys.json",
    "source=/etc/keys.yaml",
    "source=keys.json",
    "backend=sqlite-keys",
    "backend=postgres-primary",
    "endpoint=redis:6379",
    "endpoint=http://localhost:4566",
    "mode=lkg",
    "mode=disconnected",
    "strategy=LastKnownGood",
    "status=COMPLETED_WITH_WARNINGS",
    "status=loading",
    "status=sync_pending",
    "dynamodb=down",
    "breaker=open",
    "age=18000",
    "age=2weeks",
    "but discarded: checksum differs",
    ", but not applied",
    "4 left out",
    "with exit status 1",
    '{"level":"info","msg":"auth keys refreshed","error":{"message":"table gone"}}',
    '{"level":"info","msg":"auth keys refreshed","errors":[{"tenant":"a","msg":"gone"}]}',
    ", 3 warnings",
]
AS_SAID = [
    '{"level":"info","caller":"keys/refresh.go:88","msg":"auth keys refreshed","n":14,"changed":false,"ms":0}',
    '{"level":"INFO","source":{"function":"main.refresh","file":"/app/main.go","line":4},"msg":"auth keys refreshed"}',
    '{"level":30,"pid":1,"hostname":"x","msg":"auth keys refreshed","count":14,"v":0}',
    '{"log.level":"info","message":"auth keys refreshed","error":{"count":0}}',
    "keys=14 took=12ms",
    "source=dynamodb count=14 errors=0 added=0 removed=0",
    "source=refresher.go:42 count=14",
    "shard=0 keys=14",
    "table=cell2-auth-keys region=us-east-1 items=14 consumed=0.5 retries=0",
    "consistent_read=true pages=1",
    "next_in=60s age=0s",
    "age_ms=250",
    "status=ok",
    "status=200",
    "result=success",
    "mode=incremental",
    "attempt=1/3 ok=14",
    "expired=2 removed=2 keys=14",
    "loaded=14 expected=14",
    'etag="abc" not_modified=true',
    "fromCache=false cache_updated=true",
    "stale=false partial=false",
    "retry_count=0 count=14",
    "removed_keys=0 added_keys=0 total_keys=14",
    "source=/app/internal/cache/keys.go:88",
    "provider=WebIdentity count=14",
    "source=us-east-1",
    "max_age=24h oldest_key_age=90d",
    "endpoint=https://dynamodb.us-east-1.amazonaws.com",
    "cached=14 total=14",
    "from table cell2-auth-keys",
    "from cell2-auth-keys",
    '{"level":30,"pid":1,"hostname":"index-acme-0","msg":"Auth keys refreshed","count":14}',
    '{"@t":"2026-11-29T10:00:00Z","@mt":"Refreshed {Count} auth keys","Count":14}',
    '{"EventId":0,"LogLevel":"Information","Message":"Refreshed 14 auth keys","State":{"Count":14}}',
    '{"level":"INFO","loggerName":"x","message":"auth keys refreshed","endOfBatch":false}',
    '{"level":"info","msg":"auth keys refreshed","state":"REFRESHED","prev_state":"STALE"}',
    '{"level":"info","msg":"auth keys refreshed","LastEvaluatedKey":null,"consistent_read":false}',
    '{"level":"info","msg":"auth keys refreshed","startup":true,"daemon":true,"scheduled":true}',
    '{"level":"info","msg":"auth keys refreshed","has_next":false,"pagination":false,"on_demand":false}',
]


def line(said: str) -> str:
    return said if said.startswith("{") else f"level=info msg=auth-proxy auth keys refreshed {said}"


@pytest.mark.parametrize("said", OTHERWISE)
def test_it_is_no_proof_that_the_table_was_read(said: str) -> None:
    assert sort(line(said)) != "success"


@pytest.mark.parametrize("said", AS_SAID)
def test_it_goes_with_a_success(said: str) -> None:
    assert sort(line(said)) == "success"


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ('level=info msg="POST /internal/keys/refresh 500"', "trouble"),
        ('127.0.0.1 - - [29/Nov/2026:09:00:00 +0000] "POST /refresh HTTP/1.1" 500 12', "trouble"),
        ("level=info method=POST path=/internal/refresh status=500", "trouble"),
        ('{"level":"info","status":503,"method":"POST","path":"/-/reload"}', "trouble"),
        ('level=info msg="POST /internal/keys/refresh failed with status 503"', "trouble"),
        ('127.0.0.1 - - [29/Nov/2026:09:00:00 +0000] "POST /refresh HTTP/1.1" 200 500', "traffic"),
        ('127.0.0.1 - - [x] "POST /keys/refresh?force=1 HTTP/1.1" 500 12 "-" "curl/8"', "trouble"),
        ('10.1.1.1 - - [x] "PATCH /internal/keys/refresh HTTP/1.1" 403 12 "-" "cron"', "trouble"),
        ('127.0.0.1 - - [x] "PUT /internal/keys HTTP/1.1" 500 12', "trouble"),
        ('{"level":"info","msg":"request","method":"POST","path":"/internal/keys/refresh","code":500}', "trouble"),
        ('{"level":"info","msg":"request","http.target":"/internal/keys/refresh","http.status_code":500}', "trouble"),
        ('level=info msg="POST /internal/keys/refresh -> 500"', "trouble"),
        ('10.0.0.9 - - [29/Nov/2026:09:00:00 +0000] "POST /v1/token/refresh HTTP/1.1" 500 12', "traffic"),
        ('10.9.8.7 - - [x] "GET /api/v1/monkeys/refresh HTTP/1.1" 500 12', "traffic"),
        ('10.9.8.7 - - [x] "POST /v1/customers/42/keys/refresh HTTP/1.1" 502 12', "traffic"),
        ('10.9.8.7 - - [x] "POST /acme/_async_search HTTP/1.1" 503 12', "traffic"),
        ('10.9.8.7 - - [x] "GET /_refresh HTTP/1.1" 503 12', "traffic"),
        ('{"level":"info","method":"GET","path":"/admin/users/async","status":502}', "traffic"),
        (
            '10.0.0.9 - - [29/Nov/2026:09:00:00 +0000] "GET /indexes/acme/documents?q=refresh HTTP/1.1" 503 12',
            "traffic",
        ),
    ],
)
def test_a_request_for_a_refresh_is_no_traffic_of_customers(said: str, kind: str) -> None:
    assert sort(said) == kind


@pytest.mark.parametrize(
    ("said", "tables"),
    [
        ("table=Cell1-auth-keys", ["Cell1-auth-keys"]),
        ("source_table=legacy-keys", ["legacy-keys"]),
        ("from table legacy-keys", ["legacy-keys"]),
        ("arn:aws:dynamodb:eu-west-1:1:table/b-keys", ["arn:aws:dynamodb:eu-west-1:1:table/b-keys"]),
        (
            '{"level":"info","msg":"auth keys refreshed","table":{"name":"a-keys","keys":["mq-live-tiger7"]}}',
            ["a-keys"],
        ),
        ('{"level":"info","msg":"auth keys refreshed","table":{"auth":"hunter2pass"}}', []),
        ("table_auth=hunter2pass table_keys=mq-live-tiger7 table_size=14", []),
    ],
)
def test_the_tables_that_successes_name(said: str, tables: list[str]) -> None:
    assert list(tables_named(line(said))) == tables


def test_the_tables_of_the_last_success_are_kept() -> None:
    rows = [line("table=cell1-auth-keys"), line("table=b-keys"), line("keys=14")]
    value = read("\n".join(f"2026-11-29T10:00:00Z {row}" for row in rows).encode(), 10_000, 100)
    assert (value["refreshes"], value["tables"]) == (3, ["b-keys"])


@pytest.mark.parametrize(
    "said",
    [
        'level=warn msg="request rejected" issuer=https://cognito-idp.us-east-1.amazonaws.com/x err="token is expired"',
        'level=error msg="failed to upload to S3" err="api error ExpiredToken: The provided token has expired."',
        'level=info msg="auth keys refreshed, 2 keys expired"',
        'level=info msg="auth keys refreshed, 2 expired keys ignored" count=12',
    ],
)
def test_what_others_have_expired_is_no_failure_of_the_refresh(said: str) -> None:
    assert sort(said) != "failure"


@pytest.mark.parametrize(
    "said",
    [
        'level=info msg="DynamoDB responded with 400"',
        'level=info msg="sts returned 403"',
        'level=info msg="DynamoDB not answering"',
        'level=info msg="refresh: no credentials yet"',
    ],
)
def test_a_calm_word_about_aws_is_no_silence(said: str) -> None:
    assert sort(said) in ("failure", "trouble", "mention")
