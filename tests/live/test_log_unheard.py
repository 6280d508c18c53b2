"""Lines that an outsider thought of: trouble that must not pass for silence, noise that must not pass for trouble."""

from __future__ import annotations

import pytest

from checker.live.log.sorting import is_interesting, sort
from checker.live.record.redaction import redact
from checker.runbook.case.signatures import read_events, recognise

TROUBLE = [
    "InvalidIdentityToken: The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)",
    '{"level":"error","msg":"key fetch","method":"POST","url":"http://keys-cache:8080/v1","status":503}',
    'level=error msg="auth keys reload: bad response" method=POST url=http://keystore/v1 status=503',
    'level=error msg="projected service account id token expired"',
    'level=error msg="The bearer token has expired" component=authkeys',
    'level=error msg="irsa: ID token is expired"',
    'level=info msg="auth keys refresh" err="EOF"',
    '{"level":"info","msg":"auth keys refresh","err":"read tcp: connection reset by peer"}',
    'level=info msg="auth keys refresh" exit=1',
    'level=info msg="auth keys refresh cancelled" err="context canceled"',
    'level=info msg="loaded 0 auth keys"',
    'level=info msg="no auth keys found for index" index=acme table=cell2-auth-keys',
    'level=info msg="refresh tick" keys_after=0',
    "No keys were loaded",
    '{"level":30,"msg":"serving cached auth keys","age_s":3600}',
    'level=info msg="using last-known-good auth keys"',
    'level=info msg="key refresh overdue by 540s"',
    'level=info msg="refresh: giving up until next tick"',
    'level=info msg="waiting for auth keys (attempt 41)"',
    'level=info msg="auth keys not ready yet, retrying in 30s"',
    'level=info msg="auth key refresh rolled back"',
    'level=info msg="auth keys refresh paused after repeated problems"',
    'level=info msg="key refresher stopped"',
    'level=info msg="auth key refresher disabled"',
    'level=warn msg="no response from auth table"',
    'level=info msg="aws request" service=dynamodb op=GetItem status=0 dur=5000ms',
    "2026/11/27 10:31:07 [alert] 1#1: worker process 7 exited on signal 11",
    "FEHLER: Aktualisierung der API-Schlüssel fehlgeschlagen: Zugriff verweigert",
    "[错误] 刷新密钥失败: 连接超时",
    "エラー: 認証キーの更新に失敗しました: アクセスが拒否されました",
    'level=error msg="dynamodb unreachable while the session was refreshed" err="i/o timeout"',
    '{"level":"error","msg":"key refresh failed","error":"context deadline exceeded","otelTraceID":"abc"}',
    "ERROR [opensearch-proxy] key refresh failed: timed out",
    "ERROR key refresh error tls handshake timeout",
    "WARN key refresh failed dns lookup timeout",
    "ERROR session credentials refresh failed: connect timeout",
    "ERROR config reload failed: unable to read auth key table: timeout",
    "ERROR fetch config and api_keys failed: 503",
    "WARN deprecated option; key refresh lagging by 300 s",
    "WARN key refresh skipped on_error=ignore",
    "An error occurred (UnrecognizedClientException) when calling the PutItem operation: The security token included in the request is invalid.",
    "operation error SSO OIDC: CreateToken, api error ExpiredTokenException",
    'level=debug msg="keys: reload" err="no credentials"',
    '{"level":"debug","msg":"fetch keys","err":{"code":"ETIMEDOUT"}}',
    '{"level":"info","msg":"auth keys refresh","err":{"code":"ETIMEDOUT"}}',
    "[debug] auth_keys sync: errno=111 connection refused",
    "ERROR key refresh failed: An error occurred (AccessDenied) when calling the GetObject operation: Access Denied",
]
ANOTHER_TOKEN = 'level=error msg="customer bucket import failed" err="operation error S3: GetObject, api error ExpiredToken: The provided token has expired."'
OWN_CHAIN = 'level=error msg="import failed" err="operation error S3: GetObject, get identity: get credentials: failed to refresh cached credentials, operation error STS: AssumeRoleWithWebIdentity, api error ExpiredTokenException"'
QUIET = [
    "botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the GetObject operation: Access Denied",
    "software.amazon.awssdk.services.sqs.model.SqsException: Rate exceeded (Service: Sqs, Status Code: 400)",
    '{"level":30,"msg":"auth keys refresh","err":{}}',
    '{"level":"debug","msg":"auth keys refresh","error":{"code":0}}',
    'level=debug msg="auth keys refresh" timeout=5s retries=3',
    'level=debug msg="auth key lookup" result=denied client=1.2.3.4',
    'level=debug msg="credential provider failed" err="no EC2 IMDS role found"',
    'level=debug msg="auth keys refresh" err=nil',
    '[2026-11-27T10:31:07Z] "POST / HTTP/1.1" 200 - "-" 321 1022 6 6 "-" "aws-sdk-go-v2/1.30" "x" "dynamodb.us-east-1.amazonaws.com" "52.94.1.2:443"',
    "loaded 412 items from dynamodb",
    'level=info msg="Query cell2-auth-keys ok in 450 ms"',
    'https://dynamodb.us-east-1.amazonaws.com:443 "POST / HTTP/1.1" 200 412',
    "2026-11-27 10:31:07 WARN com.amazonaws.util.VersionInfoUtils - The AWS SDK for Java 1.x entered maintenance mode starting July 31, 2024",
    "/usr/lib/python3.12/site-packages/botocore/auth.py:425: DeprecationWarning: datetime.datetime.utcnow() is deprecated",
    "WARNING urllib3.connectionpool: Connection pool is full, discarding connection: dynamodb.us-east-1.amazonaws.com. Connection pool size: 10",
    'level=error msg="failed to refresh jwks" err="connection refused"',
    'level=error msg="failed to refresh TLS certificate" err="x509: certificate signed by unknown authority"',
    'level=error msg="geoip database refresh failed" err="timeout"',
    'level=warn msg="endpoint refresh failed, using cached list" err="kube-apiserver: connection refused"',
    'level=info msg="evicted 3 expired keys"',
    'level=info msg="removed 2 expired auth keys"',
    'level=error msg="snapshot upload failed" err="operation error S3: PutObject, request send failed, Put \\"https://b.s3.us-east-1.amazonaws.com/x\\": dial tcp 52.216.1.1:443: i/o timeout"',
    'level=error msg="metrics push failed" err="api error AccessDenied: User: arn:aws:sts::123456789012:assumed-role/acme-reverse-proxy/176 is not authorized to perform: cloudwatch:PutMetricData because no identity-based policy allows the cloudwatch:PutMetricData action"',
    'level=error msg="usage flush" err="operation error DynamoDB: PutItem, api error ProvisionedThroughputExceededException: x" table=cell2-usage',
    "2026/11/27 10:31:07 http: TLS handshake error from 10.0.0.1:43522: EOF",
    'level=warn msg="request rejected: token is expired" status=401 path=/indexes/acme/search',
    'level=info msg="waiting for auth keys to be refreshed"',
    "INFO incremental refresh: fetched 0 new keys",
    "INFO shutting down: key refresher stopped",
    "INFO key refresh loop exiting: context canceled",
    "INFO key refresh exit status: 0",
    "INFO refresh of auth keys: polling disabled, using streams",
    "INFO starting key sync, retry disabled",
    "INFO waiting for key refresh, attempt 1",
    '{"level":"warn","component":"keystore","msg":"unknown api key"}',
    "WARN logger=KeyCache invalid api key presented by client 10.0.0.1",
    'level=info msg="auth key lookup" err="unknown key"',
]  # fmt: skip
ATTEMPTS = [
    'level=warn msg="dynamodb throttled, retrying" attempt=1 err="ProvisionedThroughputExceededException"',
    'level=warn msg="retrying" attempt=1 err="operation error DynamoDB: Query, exceeded quota token bucket, dial tcp: i/o timeout"',
]
SUCCESSES = [
    'level=info msg=refresh op=GetItem msg2="auth keys refreshed" err=<nil> stale=false',
    '{"log.level":"info","message":"auth keys refreshed","error":{"count":0}}',
    'level=debug msg="auth keys unchanged" etag=abc',
]
NAMED = {
    "CredentialsProviderError: connect ECONNREFUSED fd00:ec2::23:80": "agent-unreachable",
    'msg="refresh" err="failed to load credentials, : [x]: (ThrottlingException): Rate exceeded, fault: client"': "sts-throttled",
    "Error retrieving metadata: Received non 200 response 429 from container metadata: (ThrottlingException): Rate exceeded": "sts-throttled",
    "RuntimeError: Credentials were refreshed, but the refreshed credentials are still expired.": "expired",
    "refresh failed: ValidationException: Type mismatch for key index expected: S actual: N": "key-schema",
    "Error: queryA ETIMEOUT dynamodb.us-east-1.amazonaws.com": "network",
    "refresh failed: Seahorse::Client::NetworkingError (Net::ReadTimeout with #<TCPSocket:(closed)>)": "network",
}  # fmt: skip


@pytest.mark.parametrize("line", TROUBLE)
def test_it_is_not_passed_over(line: str) -> None:
    assert is_interesting(line)
    assert sort(line) in ("failure", "trouble", "retry")


def test_a_token_that_another_service_refused_may_be_a_customers() -> None:
    assert sort(ANOTHER_TOKEN) == "trouble"
    assert (
        sort("An error occurred (ExpiredToken) when calling the PutObject operation: The token has expired.")
        == "trouble"
    )
    assert recognise(ANOTHER_TOKEN)
    assert not read_events([{"text": ANOTHER_TOKEN, "count": 6, "first": "", "last": ""}])
    assert sort(OWN_CHAIN) == "failure"


@pytest.mark.parametrize("line", QUIET)
def test_it_is_no_trouble(line: str) -> None:
    assert sort(line) in ("quiet", "mention", "traffic", "success")


@pytest.mark.parametrize("line", ATTEMPTS)
def test_it_is_an_attempt(line: str) -> None:
    assert sort(line) == "retry"


@pytest.mark.parametrize("line", SUCCESSES)
def test_it_is_a_success(line: str) -> None:
    assert sort(line) == "success"


@pytest.mark.parametrize("line", NAMED)
def test_it_is_named(line: str) -> None:
    assert recognise(line) == NAMED[line]


def test_what_only_a_frame_of_the_stack_tells_is_told_by_the_message_too() -> None:
    """The frames of a stack are left out of the record, and with them the name of the SDK."""
    line = {"text": "Error: Region is missing", "count": 6, "first": "", "last": "", "kind": "failure"}
    assert [event.signature for event in read_events([line])] == ["region-missing"]


@pytest.mark.parametrize(
    "line",
    [
        "ERROR refresh failed: could not parse row (mqk_Zx81LpQ0aB7nT2, acme, 2026)",
        "ERROR refresh failed: cannot parse mqk_Zx81LpQ0aB7nT2",
        "ERROR refresh failed: bad row mqk_Zx81LpQ0",
    ],
)
def test_a_short_key_without_a_name_is_masked(line: str) -> None:
    assert "Zx81" not in redact(line)


@pytest.mark.parametrize(
    "word", ["EC2MetadataV2", "IPv4ToIPv6", "DynamoDBv2", "us-east-1a", "Utf8ToUtf16Le32", "AuthKeys2Prod3V1"]
)
def test_a_name_with_a_digit_is_kept(word: str) -> None:
    assert word in redact(f"ERROR refresh failed: {word} said no")
