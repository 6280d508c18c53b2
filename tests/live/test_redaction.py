"""Secrets never get through, and what an engineer needs does."""

from __future__ import annotations

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.demo.lines import denied, key_disabled, no_provider, unreachable
from checker.live.record.redaction import redact
from checker.live.record.redaction_tokens import MASK
from checker.live.record.trim import pod
from checker.runbook.case.signatures import signatures

SECRETS = [
    "Authorization: Bearer abc.def.ghi",
    "Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261124/us-east-1/dynamodb/aws4_request",
    '{"headers": {"authorization": ["Bearer abcdef"]}}',
    "aws_access_key_id = AKIAIOSFODNN7EXAMPLE",
    "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "using key wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY for the table",
    "token=eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwcyJ9.c2lnbmF0dXJl",
    "web identity eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwcyJ9.c2lnbmF0dXJl refused",
    "k8s-aws-v1.aHR0cHM6Ly9zdHMudXMtZWFzdC0xLmFtYXpvbmF3cy5jb20v",
    "https://sts.amazonaws.com/?X-Amz-Security-Token=IQoJb3JpZ2luX2VjE&X-Amz-Signature=0123456789abcdef0123",
    "x-api-key: 12ab",
    "api_key=hunter2",
    '{"api_key": {"S": "hunter2"}}',
    "Key: map[api_key:{S: hunter2}]",
    "api key: hunter2",
    '"apiKeys": ["hunter2", "hunter3"]',
    "password: correct",
    "postgres://admin:hunter2@db.internal/keys",
    "Set-Cookie: session=hunter2",
    "loaded key mq_9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c",
    "loaded key qWeRtYuIoPaSdFgHjKlZxCvBnMq",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----",
    "with the following authorization id: 5arhuwacg4o48yxyin4kcrony",
    r'body={\"password\":\"hunter2\",\"api_key\":\"hunter3\"}',
    "Item{api_key=AttributeValue(S=hunter2), key=AttributeValue(S=hunter3)}",
    "userPassword=hunter2", "dbPass=hunter2", "PGPASSWORD=hunter2", "apiKeyValue=hunter2", "access_key=hunter2",
    "signing-key: hunter2", "pw=hunter2", "key=hunter2", "x-auth: hunter2", "otp=hunter2", "sk_live_hunter2",
    "redis://:hunter2@host", "amqp://user:a@hunter2@host", "password: correct hunter2 staple",
    "Cookie: a=hunter2; other=hunter3", "token%3Dhunter2", "--password hunter2", "--token hunter2",
    "<password>hunter2</password>", r"token\u003dhunter2", "password\x1b[0m=hunter2", "passw\u200bord=hunter2",
    "API key 'hunter2' is not valid", 'unknown key "hunter2"', "Bearer:hunter2", "SessionToken:hunter2",
    "authorization: none-hunter2",
]  # fmt: skip
HIDDEN = (
    "abc.def", "abcdef", "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI", "eyJhbGci", "aHR0cHM6", "IQoJb3JpZ2lu", "0123456789abcdef",
    "12ab", "hunter2", "hunter3", "correct", "9f8a7b6c", "qWeRtYu", "MIIEp", "5arhuwacg4o",
)  # fmt: skip

KEPT = [
    denied("acme", "GetItem"),
    key_disabled("arn:aws:kms:us-east-1:123456789012:key/b69b1279-d140-4eee-b7ea-b124286f544c"),
    no_provider("https://oidc.eks.us-east-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE"),
    unreachable("123456789012.ddb.us-east-1.amazonaws.com"),
    "failed to refresh auth keys: operation error DynamoDB: Query, https response error StatusCode: 400",
    "Invalid token: InvalidIdentityToken: Incorrect token audience",
    "The security token included in the request is expired",
    "api_key: FAILED",
    "authorization: denied.",
    "authorization: AccessDeniedException: no",
    "Principal AROA5GONEGONEGONEGON2 of pod index-acme-6c9f8d7b54-xk2lp",
]


@pytest.mark.parametrize("line", SECRETS)
def test_secrets_are_hidden(line: str) -> None:
    shown = redact(line)
    assert MASK in shown
    assert not [secret for secret in HIDDEN if secret in shown]
    assert redact(shown) == shown


@pytest.mark.parametrize("line", KEPT)
def test_what_is_needed_is_kept(line: str) -> None:
    assert redact(line) == line


def test_samples_lose_nothing_but_names_of_secrets() -> None:
    changed = {item.id for item in signatures() if redact(item.sample) != item.sample}
    assert changed <= {"denied-rcp"}  # its resource is a secret's ARN


VALUES = st.text(string.ascii_letters + string.digits + "+/_-", min_size=6, max_size=60)
NAMES = st.sampled_from(["api_key", "x-api-key", "apiKey", "password", "secret", "secret_access_key", "authorization"])
# Words that say how things stand, not what the secret is: "api_key: missing", "authorization: denied". They are kept.
STATES = frozenset((
    "accessdenied", "accessdeniedexception", "denied", "dispatch", "expired", "failed", "failure", "invalid", "missing",
    "required", "timeout", "unable", "unknown",
))  # fmt: skip
FORMS = st.sampled_from(["{}={}", "{}: {}", '"{}": "{}"', "{}='{}'", '{{"{}":{{"S":"{}"}}}}', "{} = {}"])


@given(NAMES, VALUES, FORMS, st.text(max_size=20), st.text(max_size=20))
def test_a_named_secret_never_gets_through(name: str, value: str, form: str, before: str, after: str) -> None:
    text = f"{before} {form.format(name, value)} {after}"
    if value.lower() in {"redacted", "bearer", *STATES} or value in before or value in after or value in name:
        return
    assert value not in redact(text)
    assert redact(redact(text)) == redact(text)


@given(st.text(max_size=200))
def test_redacting_twice_changes_nothing(text: str) -> None:
    assert redact(redact(text)) == redact(text)


@pytest.mark.parametrize(
    "unit", ["a", "a-", "auth_", "a.", "://a", "password", "key ", "x=", '\\"', "A", "ey", "arn:aws:"]
)
def test_no_input_takes_long(unit: str) -> None:
    """What is longer than a few thousand characters is cut first: the work is bounded, whatever the text."""
    shown = redact(unit * 50_000)
    assert len(shown) <= 9000


def test_of_an_endpoint_only_scheme_and_host_are_recorded() -> None:
    def recorded(name: str, url: str) -> Any:
        spec = {"containers": [{"name": "c", "env": [{"name": name, "value": url}]}]}
        return pod({"metadata": {"name": "x"}, "spec": spec})["spec"]["containers"][0]["env"]

    name = "AWS_ENDPOINT_URL_DYNAMODB"
    host = "https://dynamodb.us-east-1.amazonaws.com"
    assert recorded(name, host.replace("//", "//user:hunter2@") + ":8443/x?key=hunter3") == [
        {"name": name, "value": host}
    ]
    assert recorded(name, "https://s3cr3tAbc.proxy.corp/x") == [{"name": name, "value": "https://another.host"}]
    for variable in ("PASSWORD_TABLE", "TOKEN_TABLE", "KEYS_USAGE_TABLE"):
        assert recorded(variable, "hunter2pass") == [{"name": variable, "from": "value not recorded"}]
    assert recorded(name, "hunter2") == [{"name": name, "from": "value not recorded"}]
    assert recorded("OTHER_ENDPOINT_URL", "https://x") == [{"name": "OTHER_ENDPOINT_URL", "from": "value not recorded"}]
