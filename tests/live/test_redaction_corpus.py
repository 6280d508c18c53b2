"""A corpus of lines with planted secrets in every format: none survives, and what must stay readable does."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from checker.live.record.redaction import redact

KEY = "mq-live-1a2b3c4d"
TOKEN = "ab12cd34ef56ab78"
PASSWORD = "hunter2"
WORDS = "correcthorse"
UUID = "1234abcd-12ab-34cd-56ef-1234567890ab"

PLANTED = [
    (f'api_key=Some("{KEY}")', KEY),
    (f'unexpected item {{"api_key": S("{KEY}"), "index": S("acme")}}', KEY),
    (f'["api_key"] = "{KEY}"', KEY),
    (f'AuthKey {{ id: 1, value: "{KEY}" }}', KEY),
    (f'AuthKey {{ id: 1, value: Some("{KEY}"), active: true }}', KEY),
    (f"key {KEY} rejected", KEY),
    (f"auth keys refresh failed for key {KEY}: duplicate", KEY),
    (f"api key {KEY} was not found", KEY),
    (f"unknown key '{KEY}'", KEY),
    (f"key={KEY}", KEY),
    (f"apiKey: {KEY}", KEY),
    (f"x-api-key: {KEY}", KEY),
    (f"token {TOKEN} is invalid", TOKEN),
    (f"session token {TOKEN} has expired", TOKEN),
    (f"Authorization: Bearer {TOKEN}", TOKEN),
    (f"client-secret {TOKEN}", TOKEN),
    (f"client_secret={TOKEN}", TOKEN),
    (f"password is: {PASSWORD}", PASSWORD),
    (f"password {PASSWORD} was refused", PASSWORD),
    (f"passphrase={PASSWORD}", PASSWORD),
    (f"connecting to redis://cache:{PASSWORD}/x@cache.internal:6379", PASSWORD),
    (f"postgres://app:{PASSWORD}@db.internal/keys", PASSWORD),
    (f"{{api_key:{{S:{KEY}}}}}", KEY),
    (f"AttributeValue(S={KEY})", KEY),
    (f'Item={{"key": {{"S": "{KEY}"}}}}', KEY),
    (f'ApiKey("{KEY}")', KEY),
    (f"secret: {TOKEN}", TOKEN),
    (f"token={UUID}", UUID),
    (f"api key {UUID} is unknown", UUID),
    ("token=abcd12efgh==", "abcd12efgh"),
    # Wrappers of SDKs and languages.
    (f"AttributeValueMemberS{{Value:{KEY}}}", KEY),
    (f"map[api_key:&types.AttributeValueMemberS{{Value:{KEY}}}]", KEY),
    (f"key: AttributeValue{{S={KEY}}}", KEY),
    (f'keys=[]string{{"first-of-3", "{KEY}"}}', KEY),
    (f"map[index:acme key:{{{KEY}}}]", KEY),
    (f"api_key=b'{KEY}'", KEY),
    (f"apiKey=Optional[{KEY}]", KEY),
    (f"api_key=SecretStr('{KEY}')", KEY),
    (f'api_key: Arc("{KEY}")', KEY),
    (f'api_key: Cow::Borrowed("{KEY}")', KEY),
    (f'api_key: Some(SecretString("{PASSWORD}"))', PASSWORD),
    (f'apiKey = Just "{KEY}"', KEY),
    # Pairs, lists and tables.
    (f'{{"name":"x-api-key","value":"{KEY}"}}', KEY),
    (f'["x-api-key", "{KEY}"]', KEY),
    (f"('x-api-key', '{KEY}')", KEY),
    (f'headers={{"x-api-key": ["{PASSWORD}"]}}', PASSWORD),
    (f'api_keys: ["a1b2c3d4", "{KEY}"]', KEY),
    (f"api_key -> {KEY}", KEY),
    (f"api_key|{KEY}", KEY),
    (f"apikey {KEY} rejected", KEY),
    (f"GET /v1/keys/{KEY} 404", KEY),
    (f"curl -u user:{PASSWORD} https://x.internal", PASSWORD),
    (f"AWS_SECRET_ACCESS_KEY {TOKEN}", TOKEN),
    (f'password="it\'s {PASSWORD}"', PASSWORD),
    (f"auth key '{PASSWORD}' is stale", PASSWORD),
    # What a review with fresh eyes wrote: other languages' structures, rows, cookies, and logs that escape.
    (f"[api_key] => {KEY}", KEY),
    (f"X-Api-Key => {KEY}", KEY),
    (f'["password"]=>\n  string(7) "{PASSWORD}"', PASSWORD),
    (f"bearer token {TOKEN} rejected", TOKEN),
    (f'invalid bearer token "{TOKEN}"', TOKEN),
    (f'http.Header{{"Authorization":[]string{{"Basic dXNlcjpodW50ZXIy"}}, "X-Api-Key":[]string{{"{KEY}"}}}}', KEY),
    (f"AuthKey[id=1, value={KEY}, tenant=acme]", KEY),
    (f"AuthKey(id=1, value='{PASSWORD}', x=1)", PASSWORD),
    (f"x-api-key: ApiKey {KEY}", KEY),
    (f'api_key: str = "{KEY}"', KEY),
    (f"API_KEY is set to {KEY}", KEY),
    (f"password was set to {PASSWORD}", PASSWORD),
    (f'"password":"a\\"{PASSWORD}"', PASSWORD),
    (f"params: {{ TableName: 'cell2-auth-keys', Key: {{ pk: {{ S: '{KEY}' }} }} }}", KEY),
    (f"{{pk={{S: {KEY},}}, tenant={{S: acme,}}}}", KEY),
    (f"LastEvaluatedKey={{pk={KEY}}}", KEY),
    (f'Key={{"pk":"{KEY}"}}', KEY),
    (f'Ss(["{KEY}", "{TOKEN}"])', TOKEN),
    (f'{{"SS":["{KEY}","{TOKEN}"]}}', TOKEN),
    (f"auth keys: map[{KEY}:acme {TOKEN}:beta]", TOKEN),
    (f"authKeys: Map(2) {{ '{KEY}' => 'acme', '{TOKEN}' => 'b' }}", TOKEN),
    (f"authKeys: Set(2) {{ '{KEY}', '{TOKEN}' }}", TOKEN),
    (f'"authKeys":{{"{KEY}":{{"tenant":"acme"}},"{TOKEN}":{{"tenant":"b"}}}}', TOKEN),
    (f"duplicate keys: {KEY}, {TOKEN}", TOKEN),
    (f"keys={KEY},{TOKEN}", TOKEN),
    ('{"headers":{"cookie":"sid=hunter2"}}', PASSWORD),
    ('"Cookie":["sid=hunter2"]', PASSWORD),
    (f'"auth":{{"user":"app","pass":"{PASSWORD}"}}', PASSWORD),
    (f"DB_PASS: {PASSWORD}", PASSWORD),
    (f"app:{PASSWORD}@tcp(db.internal:3306)/keys", PASSWORD),
    (f"auth=('app', '{PASSWORD}')", PASSWORD),
    (f"auth: 'app:{PASSWORD}'", PASSWORD),
    (f"REDISCLI_AUTH={PASSWORD}", PASSWORD),
    (f"API key not found: {KEY}", KEY),
    (f"api key lookup failed for {KEY}", KEY),
    (f'Err(KeyNotFound("{KEY}"))', KEY),
    (f'{{:error, {{:unknown_key, "{KEY}"}}}}', KEY),
    (f"Duplicate entry '{KEY}' for key 'auth_keys.api_key'", KEY),
    (f"INSERT INTO auth_keys (tenant, api_key) VALUES ('acme', '{KEY}')", KEY),
    (f'{{"level":"warn","msg":"unknown api key","value":"{KEY}"}}', KEY),
    (f"invalid API key `{KEY}`", KEY),
    (f"{{\\x22api_key\\x22:\\x22{KEY}\\x22}}", KEY),
    (f"%22api_key%22%3A%22{KEY}%22", KEY),
    (f"api_key=\\u001b[3m{KEY}\\u001b[0m", KEY),
    (f"accessToken: {WORDS}", WORDS),
    (f"authToken: {WORDS}", WORDS),
    (f"X-Token: {WORDS}", WORDS),
    (f"KeyError: '{KEY}'", KEY),
]

FORMATS: dict[str, Callable[[str], str]] = {
    "plain": lambda text: f"ERROR failed to refresh auth keys: {text}",
    "logfmt": lambda text: f"level=error msg={json.dumps('auth keys refresh failed: ' + text)}",
    "logfmt-err": lambda text: f'level=error msg="auth keys refresh failed" err={json.dumps(text)}',
    "zap": lambda text: json.dumps({"level": "error", "ts": 1657324768.868, "msg": "refresh failed", "error": text}),
    "pino": lambda text: json.dumps({"level": 50, "msg": f"refresh failed {text}", "pid": 1}),
    "serilog": lambda text: json.dumps({"@t": "2026-11-27T07:29:04Z", "@l": "Error", "@x": text}),
    "tracing": lambda text: f"2026-06-13T20:09:04Z ERROR authkeys: refresh error={text}",
    "tracing-debug": lambda text: (
        f"ERROR authkeys: refresh error=Unhandled(Error {{ message: Some({json.dumps(text)}) }})"
    ),
    "klog": lambda text: f"E1127 14:31:07.123456       1 keys.go:88] {json.dumps('refresh failed: ' + text)}",
    "log4j": lambda text: f"2026-11-27 09:59:56,284 ERROR [keys.Refresher] (scheduler-1) refresh failed: {text}",
    "python": lambda text: f"ERROR:authkeys:refresh failed: {text}",
    "nginx": lambda text: (
        f"2026/11/27 10:31:07 [error] 7#7: *1234 [lua] auth_keys.lua:88: refresh(): {text}, context: ngx.timer"
    ),
}

READABLE = [
    "api key: not found",
    "keys: operation error DynamoDB: GetItem",
    "IMDS session token: dispatch failure: timeout",
    "count=128 keys=128",
    "auth_keys.lua:88: refresh()",
    "could not refresh auth keys: context deadline exceeded",
    "arn:aws:sts::123456789012:assumed-role/acme-reverse-proxy/1763953200000000000",
    "arn:aws:dynamodb:us-east-1:123456789012:table/cell2-auth-keys/index/by-hash",
    "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    "dynamodb.us-east-1.amazonaws.com",
    "123456789012.ddb.us-east-1.amazonaws.com",
    "sts.us-east-1.amazonaws.com:443",
    "https://oidc.eks.us-east-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE",
    "http://169.254.170.23/v1/credentials",
    "request id: 5c3f9ce5-ba7d-495e-98b1-ffcd5cf85133",
    "RequestID: 4KBNVRGD25RG1KEO9UT4V3FQDJVV4KQNSO5AEMVJF66Q9ASUAAJG",
    "AccessDeniedException",
    'code: Some("AccessDeniedException")',
    "no identity-based policy allows the dynamodb:Query action",
    "Not authorized to perform sts:AssumeRoleWithWebIdentity",
    "failed to refresh auth keys",
    "auth keys refresh failed",
    "The security token included in the request is expired",
    "The provided key element does not match the schema",
    "Incorrect token audience",
    "No OpenIDConnect provider found in your account",
    "Unable to locate credentials",
    "could not load credentials: operation error STS",
    "dial tcp 52.94.1.2:443: i/o timeout",
    "dial tcp: lookup dynamodb.us-east-1.amazonaws.com on 172.20.0.10:53: no such host",
    "connect ETIMEDOUT 52.94.0.10:443",
    "at com.x.AuthKeys.refreshOrFail(AuthKeys.java:88)",
    "StatusCode: 400",
    "status code: 403",
    "table=cell2-auth-keys",
    "operation error DynamoDB: Query",
    "key cache update failed",
    "tenant key sync failed",
    "KMS key access denied error",
    "TokenProviderError",
    "token file /var/run/secrets/eks.amazonaws.com/serviceaccount/token not found",
    "AWS_WEB_IDENTITY_TOKEN_FILE is not set",
    "x509: certificate signed by unknown authority",
    "retry quota exceeded, 0 available, 10 requested",
    "Signature expired: 20261124T030000Z is now earlier than 20261124T031500Z",
    "level=error",
    "invalid token: token is expired",
    "secret manager is not used",
    'FATAL: password authentication failed for user "app"',
    'MountVolume.SetUp failed for volume "auth-keys" : secret "auth-keys" not found',
    'cannot load certificate key "/etc/nginx/tls/tls.key": BIO_new_file() failed',
    "authorization: AccessDeniedException",
    "authorization=failed table=cell2-auth-keys err=AccessDeniedException",
    "cookie: not present, status=401, table=x",
    "E1127 14:31:07.123456 1 pkg/keys/key.go:88] x",
    "/go/src/x/auth/key/load.go:88",
    "auth_key::cache: GetItem failed",
    "AuthKeys::RefreshError: timeout",
    "API_KEY_TABLE=cell2-auth-keys",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=/var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token",
    "failed to load key table cell2-auth-keys: 403, context: ngx.timer",
    '{"keySchema":[{"attributeName":"api_key","keyType":"HASH"}]}',
    "with an explicit deny in a VPC endpoint policy: vpce-0a1b2c3d4e5f67890",
    "x-amzn-trace-id: Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8",
    "image@sha256:" + "a1b2c3d4" * 8,
    "arn:aws:secretsmanager:us-east-1:123456789012:secret:cell2/auth-keys-AbCdEf",
    "bearer token expired at 10:00",
    "KMS key b69b1279-d140-4eee-b7ea-b124286f544c is disabled",
    "WRONGPASS invalid username-password pair or user is disabled",
    "key element does not match",
]


@pytest.mark.parametrize(("text", "secret"), PLANTED, ids=lambda item: item[:24])
def test_no_planted_secret_survives(text: str, secret: str) -> None:
    for written in FORMATS.values():
        line = written(text)
        assert secret in line or json.dumps(secret)[1:-1] in line
        shown = redact(line)
        assert secret not in shown, shown
        assert "refresh" in shown or "authkeys" in shown or "@t" in shown, shown
        assert redact(shown) == shown


@pytest.mark.parametrize("text", READABLE)
def test_what_helps_stays_readable(text: str) -> None:
    for written in FORMATS.values():
        line = written(text)
        assert redact(line) == line


def test_the_corpus_is_as_large_as_it_says() -> None:
    assert len(PLANTED) * len(FORMATS) >= 300
    assert len(READABLE) >= 40
    assert len(FORMATS) == 12
