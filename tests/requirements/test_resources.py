"""What tables and keys of the project have to say: their own policies, and the key that a table is encrypted with."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checker.gate.report import Report
from tests.requirements.test_requests import TABLE, trust, verdicts

ROLE = "arn:aws:iam::111122223333:role/acme-reverse-proxy"
KEY = "arn:aws:kms:us-east-1:111122223333:key/11112222-3333-4444-5555-666677778888"
READS = {"Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:Query"], "Resource": TABLE}
DECRYPTS = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": KEY}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def project(
    *own: dict[str, Any], table: str = "", key: str = "", policy: str = "", annotations: str = "{}", more: str = ""
) -> Path:
    guarded = f"  resourcePolicy: '{policy}'\n" if policy else ""
    sealed = f"  sseSpecification: {{enabled: true, sseType: KMS, {key}}}\n" if key else ""
    path = Path("project.yaml")
    path.write_text(
        f"""\
apiVersion: iam.services.k8s.aws/v1alpha1
kind: Role
metadata: {{name: acme-reverse-proxy, namespace: acme}}
spec:
  name: acme-reverse-proxy
  assumeRolePolicyDocument: '{document(trust("pod-identity"))}'
  inlinePolicies: {{reads: '{document(*own)}'}}
---
apiVersion: dynamodb.services.k8s.aws/v1alpha1
kind: Table
metadata: {{name: keys, namespace: acme, annotations: {annotations}}}
spec:
  tableName: {table or "cell2-auth-keys"}
{guarded}{sealed}{more}""",
        encoding="utf-8",
    )
    return path


def says(effect: str, principal: Any, actions: Any = ("dynamodb:GetItem", "dynamodb:Query"), **more: Any) -> str:
    row = {"Effect": effect, "Principal": principal, "Action": list(actions), "Resource": TABLE, **more}
    return document(row)


@pytest.mark.parametrize(
    ("own", "policy", "expected"),
    [
        ((READS,), says("Deny", "*"), "not-granted"),
        ((READS,), says("Deny", "*", Resource="*"), "not-granted"),
        ((READS,), says("Deny", {"AWS": "arn:aws:iam::111122223333:role/other"}), "granted"),
        ((READS,), says("Deny", "*", ["dynamodb:PutItem"]), "granted"),
        ((), says("Allow", {"AWS": ROLE}), "granted"),
        ((), says("Allow", {"AWS": "arn:aws:iam::111122223333:root"}), "not-granted"),
        ((READS,), says("Allow", {"AWS": "arn:aws:iam::111122223333:role/other"}), "granted"),
        ((READS,), "{", "unknown"),
    ],
)
def test_the_policy_of_the_table_has_its_say(
    gate: Callable[..., Report], own: tuple[dict[str, Any], ...], policy: str, expected: str
) -> None:
    nothing = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
    assert verdicts(gate(project(*(own or (nothing,)), policy=policy))) == {expected}


@pytest.mark.parametrize(
    "other",
    [
        {"table": "another-table"},
        {"annotations": "{services.k8s.aws/region: eu-west-1}"},
    ],
)
def test_the_policy_of_another_table_has_none(gate: Callable[..., Report], other: dict[str, str]) -> None:
    assert verdicts(gate(project(READS, policy=says("Deny", "*", Resource="*"), **other))) == {"granted"}


def test_a_policy_that_is_not_pushed_is_not_known(gate: Callable[..., Report]) -> None:
    ignored = "{services.k8s.aws/ignore-field-drift: spec.resourcePolicy}"
    assert verdicts(gate(project(READS, policy=says("Allow", {"AWS": ROLE}), annotations=ignored))) == {"unknown"}
    assert verdicts(gate(project(READS, annotations=ignored))) == {"granted"}


def test_a_change_by_kustomize_is_not_known(gate: Callable[..., Report]) -> None:
    project(READS)
    Path("kustomization.yaml").write_text(
        """\
resources: [project.yaml]
patches:
  - target: {kind: Table}
    patch: '[{op: add, path: /spec/resourcePolicy, value: "{}"}]'
""",
        encoding="utf-8",
    )
    report = gate(".")
    assert verdicts(report) == {"unknown"}
    assert "kustomize-change" in {finding.rule for finding in report.findings}


def test_the_table_policy_lets_nobody_write(gate: Callable[..., Report]) -> None:
    report = gate(project(READS, policy=says("Allow", {"AWS": ROLE}, ["dynamodb:PutItem"])))
    assert "can call dynamodb:PutItem on" in " ".join(finding.message for finding in report.findings)


# Keys.


@pytest.mark.parametrize(
    ("key", "own", "expected"),
    [
        (f'kmsMasterKeyID: "{KEY}"', (READS,), {"granted", "not-granted"}),
        (f'kmsMasterKeyID: "{KEY}"', (READS, DECRYPTS), {"granted"}),
        (f"kmsMasterKeyID: {KEY.rpartition('/')[2]}", (READS, DECRYPTS), {"granted"}),
        ("kmsMasterKeyID: alias/aws/dynamodb", (READS,), {"granted"}),
        ("sseType: KMS", (READS,), {"granted"}),
        ("kmsMasterKeyID: alias/keys", (READS, DECRYPTS), {"granted", "unknown"}),
        ("kmsMasterKeyID: alias/keys", (READS, {**DECRYPTS, "Resource": "*"}), {"granted"}),
    ],
)
def test_a_customer_managed_key_is_needed_as_well(
    gate: Callable[..., Report], key: str, own: tuple[dict[str, Any], ...], expected: set[str]
) -> None:
    assert verdicts(gate(project(*own, key=key.replace("sseType: KMS", "x: y")))) == expected


@pytest.mark.parametrize(
    ("service", "expected"),
    [("dynamodb.us-east-1.amazonaws.com", "granted"), ("s3.us-east-1.amazonaws.com", "not-granted")],
)
def test_it_is_needed_through_dynamodb(gate: Callable[..., Report], service: str, expected: str) -> None:
    limited = {**DECRYPTS, "Condition": {"StringEquals": {"kms:ViaService": service}}}
    assert expected in verdicts(gate(project(READS, limited, key=f'kmsMasterKeyID: "{KEY}"')))


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ({"AWS": "arn:aws:iam::111122223333:root"}, {"granted"}),
        ({"AWS": "arn:aws:iam::111122223333:role/admin"}, {"granted", "not-granted"}),
        ({"AWS": ROLE}, {"granted"}),
    ],
)
def test_the_key_policy_has_to_allow(gate: Callable[..., Report], principal: Any, expected: set[str]) -> None:
    row = {"Effect": "Allow", "Principal": principal, "Action": "kms:*", "Resource": "*"}
    key = f"""\
---
apiVersion: kms.services.k8s.aws/v1alpha1
kind: Key
metadata: {{name: keys, namespace: acme}}
spec: {{policy: '{document(row)}'}}
status: {{ackResourceMetadata: {{arn: "{KEY}"}}}}
"""
    by_name = "kmsMasterKeyRef: {from: {name: keys}}"
    assert verdicts(gate(project(READS, DECRYPTS, key=by_name, more=key))) == expected


def test_the_requirement_that_names_the_key_is_not_asked_twice(gate: Callable[..., Report]) -> None:
    report = gate(project(READS, key=f'kmsMasterKeyID: "{KEY}"'))
    (finding,) = [item for item in report.findings if item.rule == "missing-grant"]
    assert finding.why.startswith("Table cell2-auth-keys is encrypted with this key")
    assert '"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"' in finding.help
