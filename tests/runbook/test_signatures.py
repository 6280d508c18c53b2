"""Log lines to events: every signature recognises its own sample, redacted too, and takes the fields out."""

from __future__ import annotations

import re

import pytest

from checker.demo import lines
from checker.live.log.sorting import sort
from checker.live.record.redaction import redact
from checker.runbook.case.signatures import Signature, read_events, recognise, service_of, signatures

TABLE = "arn:aws:dynamodb:us-east-1:111122223333:table/keys"
WHO = "arn:aws:sts::111122223333:assumed-role/acme-reverse-proxy/s"


@pytest.mark.parametrize("signature", signatures(), ids=lambda item: item.id)
def test_a_signature_recognises_its_sample(signature: Signature) -> None:
    assert recognise(signature.sample) == signature.id
    assert recognise(redact(signature.sample)) == signature.id
    # Many a thread is about another service, or about a write: in the log of the proxy neither is the refresh.
    as_read = re.sub(r"perform: [\w-]+:\w+", "perform: dynamodb:Query", signature.sample)
    as_read = re.sub(r"\b(Put|Delete|Update)Item\b", "GetItem", as_read)
    assert sort(as_read) in ("failure", "retry", "trouble")
    # What nobody has seen in a thread says so, and where the words come from.
    assert signature.source.removeprefix("docs:").startswith(("https://", "none: "))


def denied(reason: str) -> str:
    return f"User: {WHO} is not authorized to perform: dynamodb:GetItem on resource: {TABLE} {reason}"


CASES = [
    (denied("because no identity-based policy allows the dynamodb:GetItem action"), "denied-identity"),
    (denied("with an explicit deny in an identity-based policy: arn:aws:iam::111122223333:policy/P"), "denied-explicitly"),
    (denied("with an explicit deny in a permissions boundary: arn:aws:iam::111122223333:policy/B (Service: x)"), "denied-boundary"),
    (denied("because no service control policy allows the dynamodb:GetItem action"), "denied-scp"),
    (denied("with an explicit deny in a resource control policy"), "denied-rcp"),
    (denied("with an explicit deny in a VPC endpoint policy transitively through a service control policy"), "denied-scp"),
    (denied("because no VPC endpoint policy allows the dynamodb:GetItem action"), "denied-endpoint"),
    (denied("with an explicit deny in a session policy"), "denied-session"),
    (denied("because no resource-based policy allows the dynamodb:GetItem action"), "denied-table-policy"),
    (denied(""), "denied"),
    ("is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:us-east-1:1:key/k because no", "kms-denied"),
    ("ExpiredTokenException: Token expired: current date/time 1626271164 must be before the expiration date/time1626", "expired"),
    ("Received non 200 response 400 from container metadata: [x]: (ExpiredTokenException): The token included", "expired"),
    ("SignatureDoesNotMatch: Signature expired: 20160609T184512Z is now earlier than 20160610T013008Z", "clock"),
    ("InvalidSignatureException: Signature not  yet current: 2019", "clock"),
    ("InvalidSignatureException: Credential should be scoped to a valid region, not 'us-east-1'.", ""),
    ("invalid endpoint host, \"169.254.170.23\", only loopback/ecs/eks hosts are allowed", ""),
    ("level=info msg=\"auth keys refreshed\"", ""),
]  # fmt: skip


@pytest.mark.parametrize(("line", "expected"), CASES)
def test_lines_as_they_come(line: str, expected: str) -> None:
    assert recognise(line) == expected


def test_the_fields_are_taken_out() -> None:
    line = denied("with an explicit deny in a permissions boundary: arn:aws:iam::111122223333:policy/B. More follows.")
    (event,) = read_events([{"text": line, "count": 3, "first": "a", "last": "b"}])
    assert (event.principal, event.action, event.resource) == (WHO, "dynamodb:GetItem", TABLE)
    assert event.policy == "arn:aws:iam::111122223333:policy/B"
    assert (event.times, event.first, event.last) == (3, "a", "b")


def test_hosts_and_services() -> None:
    for line, host, service in (
        (lines.unreachable("dynamodb.us-east-1.amazonaws.com"), "dynamodb.us-east-1.amazonaws.com", "dynamodb"),
        (lines.unreachable("sts.amazonaws.com", "STS: AssumeRoleWithWebIdentity"), "sts.amazonaws.com", "sts"),
        ("Error: getaddrinfo ENOTFOUND 123456789012.ddb.us-east-1.amazonaws.com", "123456789012.ddb.us-east-1.amazonaws.com", "dynamodb"),
        ("java.net.UnknownHostException: dynamodb.us-east-1.amazonaws.com", "dynamodb.us-east-1.amazonaws.com", "dynamodb"),
    ):  # fmt: skip
        (event,) = read_events([{"text": line, "count": 1, "first": "", "last": ""}])
        assert (event.host, service_of(event)) == (host, service)
