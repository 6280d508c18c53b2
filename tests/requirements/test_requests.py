"""What is known of a pod's requests without being told: its tags, its account, its provider, the day."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checker.gate.report import Report

ISSUER = "oidc.eks.us-east-1.amazonaws.com/id/EXAMPLE"
PROVIDER = f"arn:aws:iam::111122223333:oidc-provider/{ISSUER}"
TABLE = "arn:aws:dynamodb:us-east-1:111122223333:table/cell2-auth-keys"


def trust(via: str) -> dict[str, Any]:
    if via == "irsa":
        claims = {
            f"{ISSUER}:aud": "sts.amazonaws.com",
            f"{ISSUER}:sub": "system:serviceaccount:acme:reverse-proxy-acme",
        }
        who = {"Principal": {"Federated": PROVIDER}, "Action": "sts:AssumeRoleWithWebIdentity"}
        return {"Effect": "Allow", **who, "Condition": {"StringEquals": claims}}
    return {
        "Effect": "Allow",
        "Principal": {"Service": "pods.eks.amazonaws.com"},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
    }


def project(condition: dict[str, Any], via: str, tags: str = "", effect: str = "Allow", extra: str = "") -> Path:
    rows = [
        {"Effect": effect, "Action": ["dynamodb:GetItem", "dynamodb:Query"], "Resource": TABLE, "Condition": condition}
    ]
    rows += [{"Effect": "Allow", "Action": "dynamodb:*Item*", "Resource": "*"}] if effect == "Deny" else []
    rows += [{"Effect": "Allow", "Action": "dynamodb:Query", "Resource": "*"}] if effect == "Deny" else []
    documents = [json.dumps({"Version": "2012-10-17", "Statement": item}) for item in ([trust(via)], rows)]
    role = f"""\
apiVersion: iam.services.k8s.aws/v1alpha1
kind: Role
metadata: {{name: acme-reverse-proxy, namespace: acme{extra}}}
spec:
  name: acme-reverse-proxy
  assumeRolePolicyDocument: '{documents[0]}'
  inlinePolicies: {{reads: '{documents[1]}'}}
{tags}---
"""
    annotation = "{eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/acme-reverse-proxy}"
    metadata = f"{{name: reverse-proxy-acme, namespace: acme, annotations: {annotation}}}"
    account = f"apiVersion: v1\nkind: ServiceAccount\nmetadata: {metadata}\n"
    association = """\
apiVersion: eks.services.k8s.aws/v1alpha1
kind: PodIdentityAssociation
metadata: {name: acme, namespace: acme}
spec: {clusterName: cell2-MultitenantEKSCluster, namespace: acme, serviceAccount: reverse-proxy-acme,
  roleARN: "arn:aws:iam::111122223333:role/acme-reverse-proxy"}
"""
    path = Path("project.yaml")
    path.write_text(role + (account if via == "irsa" else association), encoding="utf-8")
    return path


def verdicts(report: Report) -> set[str]:
    return {
        question.proof.verdict
        for outcome in report.outcomes
        for check in outcome.checks
        for question in check.required
        if question.proof
    }


TEAM = "  tags: [{key: team, value: payments}]\n"


@pytest.mark.parametrize("via", ["irsa", "pod-identity"])
@pytest.mark.parametrize(
    ("tags", "effect", "expected"),
    [
        ("", "Allow", "not-granted"),
        (TEAM, "Allow", "granted"),
        ("", "Deny", "granted"),
        (TEAM, "Deny", "not-granted"),
    ],
)
def test_a_tag_that_neither_role_nor_session_has(
    gate: Callable[..., Report], via: str, tags: str, effect: str, expected: str
) -> None:
    condition = {"StringEquals": {"aws:PrincipalTag/team": "payments"}}
    excess = gate(project(condition, via, tags, effect))
    assert verdicts(excess) == {expected}


def test_tags_that_may_differ_in_aws_stay_open(gate: Callable[..., Report]) -> None:
    condition = {"StringEquals": {"aws:PrincipalTag/team": "payments"}}
    ignored = ", annotations: {services.k8s.aws/ignore-field-drift: spec.tags}"
    assert verdicts(gate(project(condition, "irsa", extra=ignored))) == {"conditional"}
    by_the_controller = {"StringLike": {"aws:PrincipalTag/services.k8s.aws/namespace": "acme"}}
    assert verdicts(gate(project(by_the_controller, "irsa"))) == {"conditional"}
    of_the_pod = {"StringLike": {"aws:PrincipalTag/kubernetes-pod-name": "acme-*"}}
    assert verdicts(gate(project(of_the_pod, "pod-identity"))) == {"conditional"}
    assert verdicts(gate(project(of_the_pod, "irsa"))) == {"not-granted"}


@pytest.mark.parametrize(
    ("via", "condition", "expected"),
    [
        ("irsa", {"StringEquals": {"aws:FederatedProvider": PROVIDER}}, "granted"),
        ("irsa", {"StringEquals": {"aws:FederatedProvider": "cognito-identity.amazonaws.com"}}, "not-granted"),
        ("pod-identity", {"StringEquals": {"aws:FederatedProvider": PROVIDER}}, "not-granted"),
        ("irsa", {"StringLike": {"aws:userid": "AIDA*"}}, "not-granted"),
        ("irsa", {"ArnLike": {"aws:PrincipalArn": "arn:aws:sts::*:assumed-role/acme-reverse-proxy/*"}}, "not-granted"),
        ("irsa", {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/acme-*"}}, "granted"),
        ("irsa", {"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, "not-granted"),
        ("irsa", {"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, "granted"),
        ("irsa", {"StringEquals": {"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"}}, "not-granted"),
    ],
)
def test_keys_of_the_caller_and_of_the_day(
    gate: Callable[..., Report], via: str, condition: dict[str, Any], expected: str
) -> None:
    assert verdicts(gate(project(condition, via))) == {expected}


def test_the_account_is_that_of_the_roles_own_arns(
    gate: Callable[..., Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an account of the cell: the annotation names it."""
    monkeypatch.delitem(__import__("tests.conftest", fromlist=["CELL"]).CELL, "account")
    requirement = Path("requirement.yaml")
    requirement.write_text(
        f"""\
apiVersion: checker/v1
kind: AccessRequirement
metadata: {{name: reads}}
spec:
  appliesTo: {{roles: {{names: ["*-reverse-proxy"]}}}}
  require: [{{actions: [dynamodb:GetItem], resources: ["{TABLE.replace("cell2-auth-keys", "${authKeysTable}")}"]}}]
""",
        encoding="utf-8",
    )
    for account, expected in (("111122223333", "granted"), ("444455556666", "not-granted")):
        condition = {"StringEquals": {"aws:PrincipalAccount": account}}
        assert verdicts(gate(project(condition, "irsa"), policies=(str(requirement),))) == {expected}
