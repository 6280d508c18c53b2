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
        ('10.0.0.9 - - [29/Nov/2026:09:00:00 +0000] "POST /v1/token/refresh HTTP/1.1" 500 12', "traffic"),
        (
            '10.0.0.9 - - [29/Nov/2026:09:00:00 +0000] "GET /indexes/acme/documents?q=refresh HTTP/1.1" 503 12',
            "traffic",
        ),
    ],
)
def test_a_request_for_a_refresh_is_no_traffic_of_customers(said: str, kind: str) -> None:
    assert sort(said) == kind


def test_the_tables_that_successes_name_are_kept() -> None:
    stamp = "2026-11-29T10:00:00Z "
    assert list(tables_named(line("table=cell1-auth-keys"))) == ["cell1-auth-keys"]
    assert list(tables_named(line("table_size=14"))) == []
    rows = [line("table=Cell1-auth-keys"), line("arn:aws:dynamodb:us-east-1:1:table/b-keys"), line("keys=14")]
    value = read("\n".join(stamp + row for row in rows).encode(), 10_000, 100)
    assert (value["refreshes"], value["tables"]) == (3, ["b-keys", "cell1-auth-keys"])
