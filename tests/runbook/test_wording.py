"""The causes that the log alone, or the log and the pod, can tell: in every SDK's words, and not where they do not fit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from checker.demo.cell import Cell
from checker.live.collect import collect
from checker.requirements.load import load_requirements
from checker.requirements.shipped import shipped_policies
from checker.runbook.diagnose import Diagnosis, diagnose
from tests.conftest import every_other

REQUIREMENTS = load_requirements((shipped_policies(),)).requirements
TOKEN = "/var/run/secrets/eks.amazonaws.com/serviceaccount/token"


@pytest.fixture(scope="module")
def cell() -> Iterator[Cell]:
    with Cell() as running:
        yield running


def told(cell: Cell, line: str, index: str = "acme") -> Diagnosis:
    cell.play(index, "\n".join([line] * 6).encode())
    return diagnose(collect(cell.target(index), cell.access(), cell.search), REQUIREMENTS)


def first(diagnosis: Diagnosis) -> str:
    return diagnosis.causes[0].id if diagnosis.causes else ""


LINES = [
    (f'level=error msg="auth keys refresh failed" err="open {TOKEN}: permission denied"', "token-unreadable"),
    (f"ERROR refresh of auth keys: PermissionError: [Errno 13] Permission denied: '{TOKEN}'", "token-unreadable"),
    (f"error refreshing auth keys Error: EACCES: permission denied, open '{TOKEN}'", "token-unreadable"),
    (f"ERROR AuthKeys refresh failed: java.nio.file.AccessDeniedException: {TOKEN}", "token-unreadable"),
    (f"[ERR] Refresh of auth keys failed System.UnauthorizedAccessException: Access to the path '{TOKEN}' is denied.", "token-unreadable"),
    (f'level=error msg="auth keys refresh failed" err="open {TOKEN}: no such file or directory"', "token-unreadable"),
    ("ERROR auth keys refresh failed: botocore.exceptions.NoRegionError: You must specify a region.", "region-missing"),
    ("ERROR auth keys refresh failed: software.amazon.awssdk.core.exception.SdkClientException: Unable to load region from any of the providers in the chain software.amazon.awssdk.regions.providers", "region-missing"),
    ("auth keys refresh failed Error: Region is missing at default (/app/node_modules/@smithy/config-resolver)", "region-missing"),
    ("ERROR auth keys refresh failed: DispatchFailure: A region must be set when sending requests to dynamodb", "region-missing"),
    ("ERROR auth keys refresh failed: Amazon.Runtime.AmazonClientException: No RegionEndpoint or ServiceURL configured", "region-missing"),
    ("ERROR auth keys refresh failed: ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role. (AssumeRoleWithWebIdentity)", "session-duration-refused"),
    ("ERROR auth keys refresh failed: InvalidIdentityToken: OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint", "oidc-keys-unreachable"),
    ("ERROR auth keys refresh failed: IDPCommunicationError: the identity provider could not be reached", "oidc-keys-unreachable"),
    ("ERROR auth keys refresh failed: software.amazon.awssdk.core.exception.SdkClientException: Unable to execute HTTP request: PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException", "egress-intercepted"),
    ("auth keys refresh failed Error: self-signed certificate in certificate chain code: 'SELF_SIGNED_CERT_IN_CHAIN' https://dynamodb.us-east-1.amazonaws.com", "egress-intercepted"),
    ("ERROR auth keys refresh failed: dispatch failure: io error: invalid peer certificate: UnknownIssuer (dynamodb)", "egress-intercepted"),
    ('level=error msg="auth keys refresh failed" err="Post \\"https://dynamodb.us-east-1.amazonaws.com/\\": proxyconnect tcp: dial tcp 10.0.0.1:3128: connect: connection refused"', "egress-intercepted"),
    ("ERROR auth keys refresh failed: Curl returned error code 56: CONNECT tunnel failed, response 403 dynamodb.us-east-1.amazonaws.com", "egress-intercepted"),
]  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("wording", every_other(LINES))
def test_every_wording_names_its_cause(cell: Cell, wording: tuple[str, str]) -> None:
    line, cause = wording
    found = told(cell, line)
    assert first(found) == cause, found.causes
    assert found.verdict == "cause-found"


NOT_THESE = [
    ('level=info msg="auth keys refreshed" region=us-east-1 token_file=/var/run/secrets/x/serviceaccount/token', ""),
    ('level=error msg="auth keys refresh failed" err="dial tcp 10.0.0.9:443: connect: connection refused dynamodb.us-east-1.amazonaws.com"', "network-unreachable"),
    ('level=error msg="failed to refresh auth keys" err="operation error STS: AssumeRoleWithWebIdentity, InvalidIdentityToken: No OpenIDConnect provider found in your account for https://x"', ""),
]  # fmt: skip


@pytest.mark.parametrize(("line", "cause"), NOT_THESE)
def test_its_neighbours_do_not(cell: Cell, line: str, cause: str) -> None:
    named = [item.id for item in told(cell, line).causes]
    assert not {"token-unreadable", "region-missing", "egress-intercepted", "oidc-keys-unreachable"} & set(named)
    assert not cause or named[0] == cause


@pytest.mark.parametrize(
    ("context", "sure"),
    [
        ({"runAsUser": 1000}, "confirmed"),
        ({"runAsUser": 1000, "fsGroup": 65534}, "likely"),
        ({"runAsUser": 0}, "likely"),
        ({}, "likely"),
    ],
)
def test_the_pods_user_is_the_second_witness_of_an_unreadable_token(context: dict[str, Any], sure: str) -> None:
    with Cell() as own:
        own.start_pod("acme", spec={"securityContext": context})
        found = told(own, f"level=error refresh of auth keys failed: open {TOKEN}: permission denied")
    assert (first(found), found.causes[0].confidence) == ("token-unreadable", sure)


def test_a_pod_on_the_hosts_network_that_refreshes_is_well() -> None:
    with Cell() as own:
        own.start_pod("cobalt", spec={"hostNetwork": True})
        found = diagnose(collect(own.target("cobalt"), own.access(), own.search), REQUIREMENTS)
    assert found.verdict == "healthy"


def test_a_failing_agent_is_not_the_host_network_elsewhere(cell: Cell) -> None:
    line = "refresh of auth keys failed: Unauthorized Exception! EKS does not have permissions to assume the associated role."
    assert first(told(cell, f"level=error {line}", "cobalt")) == "pod-identity-agent-down"


@pytest.mark.parametrize(
    ("state", "named"),
    [
        ({"MultiRegionConsistency": "STRONG", "Replicas": [{"RegionName": "us-east-2", "ReplicaStatus": "ACTIVE"}]}, False),
        ({"MultiRegionConsistency": "EVENTUAL", "TableStatus": "REPLICATION_NOT_AUTHORIZED"}, False),
        ({"MultiRegionConsistency": "STRONG", "TableStatus": "REPLICATION_NOT_AUTHORIZED"}, True),
    ],
)  # fmt: skip
def test_only_strong_consistency_waits_for_replicas(state: dict[str, Any], named: bool) -> None:
    with Cell() as own:
        own.aws.table_state = state
        line = "level=error refresh of auth keys failed: AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role"
        refused = f"{line}/acme-reverse-proxy/1 is not authorized to perform: dynamodb:GetItem on resource: "
        found = told(own, refused + "arn:aws:dynamodb:us-east-1:123456789012:table/cell2-auth-keys")
    assert (first(found) == "replication-not-authorized") is named
