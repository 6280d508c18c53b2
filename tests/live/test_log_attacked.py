"""Lines that somebody made up to be misread: ordinary ones of healthy proxies, and others that only look healthy."""

from __future__ import annotations

import pytest

from checker.live.log.layouts import plain
from checker.live.log.sorting import sort

DONE = [
    "refreshed 14 keys (0 new, 0 removed)",
    "auth keys refreshed, 0 keys changed",
    "auth keys refreshed (attempt 1 of 3)",
    "event=auth_keys_refresh status=success",
    '{"event":"key_refresh","success":true}',
    '{"event":"refresh_auth_keys","status":"ok"}',
    "auth keys: refresh ok",
    "[keys] refresh complete: 14 keys",
    "Successfully retrieved auth keys from DynamoDB",
    "Auth keys successfully retrieved",
    "Got 14 keys from cell2-auth-keys",
    'level=info msg="auth keys refreshed" source=dynamodb table=cell2-auth-keys',
    "2026/11/29 10:00:00 refreshed auth keys for tenant acme",
    '{"level":"info","ts":1795946400.1,"logger":"keycache","msg":"refreshed 42 keys","duration":"35ms"}',
    "INFO c.e.p.KeyCache - Refreshed API keys from DynamoDB",
    '{"timestamp":"2026-11-29T10:00:00Z","message":"API keys reloaded","count":42}',
    'level=info msg="Auth keys refreshed after 2 failed attempts"',
    'level=info msg="auth keys refreshed" failures=0 total_failures=3',
    'level=info msg="auth keys refreshed" previous_failures=3 recovered=true',
    "2024-06-10 08:13:20,123 - proxy.keys - INFO - auth keys refreshed in 0.035s",
    'level=info msg="42 auth keys loaded in 0.2 seconds"',
    '{"event": "auth_keys_refreshed", "level": "info", "count": 42, "table": "auth-keys"}',
    "2024-06-10T08:13:20.123456Z [info     ] auth_keys_refreshed            [proxy.keys] count=42 table=auth-keys",
    '{"event": "keys.refreshed", "level": "info", "count": 42, "source": "dynamodb"}',
    "level=info event=auth_keys_refreshed count=42",
    'level=info msg="AuthKeysRefreshed" count=42',
    'level=info msg="keys refreshed" valid=40 expired=2 total=42',
    'level=info msg="auth keys refreshed" count=42 disabled_keys=3',
    'level=info msg="Successfully loaded 42 auth keys into memory from DynamoDB"',
    'level=info msg="Scheduled key refresh completed" count=42',
    'level=info msg="Read 42 keys from DynamoDB"',
    'level=info msg="Finished refreshing auth keys" count=42',
    "keys: sync ok",
    "Auth key refresh: 42 keys in 35ms",
    "Updated in-memory key cache",
    '{"time":"2026-11-29T10:00:00Z","msg":"auth keys refreshed","last_refresh":"2026-11-29T09:59:59.5Z"}',
    'ts=1795946400 msg="auth keys refreshed" refreshed_at=1795946399',
    "2026-11-29 10:00:00,123 INFO auth keys refreshed refreshed_at=2026-11-29T10:00:00Z",
]
NOT_DONE = [
    "INFO rate-limit keys refreshed: 14",
    "Refreshed 14 rate limit keys",
    "routing keys refreshed",
    "idempotency keys refreshed count=3",
    "INFO readiness: keys loaded",
    "status: keys loaded, ready",
    '{"msg":"search","body":"auth keys refreshed"}',
    '{"msg":"document added","title":"API keys refreshed weekly"}',
    'level=info msg="keys reloaded" path=/var/cache/keys.json',
    "keys loaded: /data/keys.json",
    'level=info msg="keys loaded" reader=file',
    "FileKeyStore - keys loaded",
    "NoopKeyStore - keys refreshed",
    "keys loaded (warm start)",
    "keys loaded by init container",
    'level=info msg="keys refreshed" upstream_code=503',
    "keys refreshed (age 3h)",
    "keys refreshed 3 hours late",
    "keys were refreshed at 03:00",
    "up to date as of 03:00",
    'level=info msg="auth keys refreshed" snapshot_time=2026-11-01T00:00:00Z',
    "state keys_loaded -> keys_stale",
    "auth keys refreshed for 1 tenant, 13 pending",
    "auth keys refreshed for some tenants",
    'level=info msg="auth keys refreshed" tenants_ok=13 tenants_all=14',
    'level=info msg="auth keys refreshed" ok=1 nok=13',
    "auth keys refreshed: none usable",
    "auth keys refreshed, swap blocked",
    "auth keys refreshed, checksum mismatch",
    "auth keys refreshed, result ignored",
    'level=info msg="auth keys refreshed" cb=OPEN',
    'level=info msg="auth keys refreshed" breaker=half-open',
    'level=info msg="auth keys refreshed" ddb=miss',
    'level=info msg="auth keys refreshed" layer=l2',
    "auth keys refreshed (shadow mode)",
    'alert rule loaded: absent("auth keys refreshed")',
    "subscribed to event auth_keys_refreshed",
    "counter auth_keys_refreshed registered",
    'level=info msg="auth keys refreshed" from_table=false',
    '{"level":"info","msg":"auth keys refreshed","dynamo":{"reached":false},"count":42}',
    'level=info msg="auth keys refreshed" dynamodb=unreached',
    'level=info msg="auth keys refreshed" remote=false',
    'level=info msg="auth keys refreshed" staleSeconds=10800',
    'level=info msg="auth keys refreshed" stale_for=3h',
    'level=info msg="auth keys refreshed" stale_keys=42',
    'level=info msg="auth keys refreshed" refreshed_at=2026-11-20T00:00:00Z',
    'level=info msg="auth keys loaded" lastRefresh="2026-11-20 00:00:00"',
    '{"time":"2026-11-29T10:00:00Z","msg":"auth keys refreshed","last_refresh":"2026-11-25T09:59:59.5Z"}',
    'ts=1795946400 msg="auth keys refreshed" refreshed_at=1795146399',
    "keys: sync not ok",
    "Auth key refresh: 0 keys in 35ms",
    "Updated in-memory key cache from disk",
    'level=info msg="auth keys loaded at boot, table not read"',
    'level=info msg="auth keys refreshed (DynamoDB bypassed)"',
    'level=info msg="auth keys reloaded without DynamoDB"',
    'level=info msg="auth keys refreshed: no-op"',
    'level=info msg="auth keys refreshed; retained previous set"',
    'level=info msg="auth keys refreshed and rolled back"',
    'level=info msg="auth keys refreshed: false"',
    'level=info msg="keys loaded: -1"',
    'level=info msg="auth keys refreshed, not yet active"',
    'level=info msg="auth keys refreshed, table empty"',
    'level=info msg="auth keys refreshed (3/12)"',
    'level=info msg="auth keys refreshed, result truncated at 1MB"',
    'level=info msg="auth keys refreshed except tenant acme"',
    'level=info msg="simulated: auth keys refreshed"',
    'level=info msg="auth keys are refreshed hourly"',
    'level=info msg="auth keys synced via gossip"',
    'level=info msg="auth keys synced to disk"',
    'level=info msg="auth keys refreshed from aws secrets manager"',
    'level=info msg="auth keys loaded from table old-auth-keys-backup"',
    'level=info msg="Stripe API keys refreshed"',
    'level=info msg="OIDC keys refreshed"',
]
OF_OTHERS = [
    '{"level":"error","msg":"proxy error","err":"unexpected EOF","route":"/indexes/acme/keys"}',
    '{"level":"error","message":"upstream failed","error":"ETIMEDOUT","apiKey":"ak_9"}',
    '{"level":"warn","msg":"HMAC auth: Signature expired: client clock skewed","client":"10.0.3.4","key_id":"ak_9"}',
    'level=error msg="webhook verification failed" err="Signature expired: 1795946400"',
    '{"msg":"quota exceeded","apiKey":"ak_9"}',
    "license key validation failed",
    "document rejected: missing keys [title]",
    'msg="unauthorized" tenant=acme',
    '10.0.1.5 - - [10/Jun/2024:08:13:20 +0000] "GET /api/items HTTP/1.1" 500 12 "-" "boto3/1.2"',
    '10.0.1.5 - - [10/Jun/2024:08:13:20 +0000] "POST / HTTP/1.1" 400 12 "-" "aws-sdk-go/1.44 dynamodb"',
    '10.0.1.5 - - [x] "POST /v1/hooks HTTP/1.1" 502 12 "-" "SNS" "ec2-3-8-1-1.eu-west-2.compute.amazonaws.com"',
    'level=error msg="upstream error" error="context deadline exceeded" method=GET path=/v1/orders status=504',
    '{"level":"info","msg":"request","method":"GET","path":"/x","status":502,"error":"lookup orders: no such host"}',
    '{"level":"warn","msg":"request","method":"POST","path":"/login","status":400,"error":"ValidationError: email"}',
    '{"level":"info","msg":"request","method":"GET","path":"/x","status":429,"error":"ThrottlingException"}',
    "2024/06/10 08:13:20 [error] 31#31: *17 upstream timed out (110: Connection timed out), client: 203.0.113.9,"
    ' request: "POST /session/refresh HTTP/1.1", upstream: "http://10.0.3.4:8080/session/refresh", host: "a.com"',
    '{"level":"warn","msg":"failed to refresh session token","user":"u_123","status":401}',
    '{"level":"warn","msg":"expired api key used","tenant":"acme","ip":"203.0.113.9"}',
    "2026/11/27 10:00:00 http: proxy error: dial tcp 10.0.0.4:9200: connect: connection refused",
    "2026/11/27 10:00:00 http: TLS handshake error from 10.0.0.1:4444: EOF",
    'level=info msg="3 keys are 5 days from expiry"',
]
FAILED = [
    '{"level":"error","msg":"loader failed","error":"ResourceNotFoundException","telemetry.sdk.name":"opentelemetry"}',
    'level=error msg="scan failed" error="AccessDeniedException: not authorized" exporter=otel',
    '{"level":"error","component":"keystore","method":"Scan","status":400,"msg":"scan failed"}',
    '{"level":"error","msg":"keystore","method":"Query","status":400,"error":"not authorized"}',
    "RequestTimeTooSkewed: The difference between the request time and the current time is too large.",
    "OptInRequired: The AWS Access Key Id needs a subscription for the service",
    "Provided region_name 'eu-wst-1' doesn't match a supported format.",
    "auth keys unchanged since 5h",
    "auth keys are 3 hours old",
    'level=info msg="auth keys unchanged since 5h"',
    "serving keys from 3 hours ago",
    "auth keys last updated 3 hours ago",
    "auth keys: none",
    "keys: none",
    "Auth key refresh: 0 keys in 35ms",
    "keys: sync failed",
    "Auth key refresh: 42 keys failed in 3s",
]  # fmt: skip


@pytest.mark.parametrize("line", DONE)
def test_it_is_a_success(line: str) -> None:
    assert sort(plain(line)) == "success"


@pytest.mark.parametrize("line", NOT_DONE)
def test_it_is_none(line: str) -> None:
    assert sort(plain(line)) != "success"


@pytest.mark.parametrize("line", OF_OTHERS)
def test_it_is_no_failure_of_the_refresh(line: str) -> None:
    assert sort(plain(line)) != "failure"


@pytest.mark.parametrize("line", FAILED)
def test_it_is_not_passed_over(line: str) -> None:
    assert sort(plain(line)) in ("failure", "trouble")
