"""Fixes of what AWS refuses and of trust: replaced where adding would be refused or serve nobody, with the author's
restrictions kept, and unsafe where somebody else might be let in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from checker.cli import main

from ..conftest import CELL
from ..hostile.bombs import TABLE, role

GRANTS = [{"Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:Query"], "Resource": f"{TABLE}cell2-auth-keys"}]
ISSUER = "oidc.eks.us-east-1.amazonaws.com/id/EXAMPLE"
PROVIDER = f"arn:aws:iam::111122223333:oidc-provider/{ISSUER}"
CHINA = "arn:aws-cn:dynamodb:cn-north-1:111122223333:table/cell2-auth-keys"
ACCOUNT = (
    "---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: proxy, namespace: acme, annotations:"
    " {eks.amazonaws.com/role-arn: 'arn:aws:iam::111122223333:role/acme-reverse-proxy'}}\n"
)


def association(more: str = "", namespace: str = "acme") -> str:
    return (
        f"---\napiVersion: eks.services.k8s.aws/v1alpha1\nkind: PodIdentityAssociation\nmetadata: {{name: a, namespace: {namespace}}}\n"
        f"spec: {{clusterName: {CELL['cluster']}, namespace: {namespace}, serviceAccount: proxy,"
        f" roleARN: 'arn:aws:iam::111122223333:role/acme-reverse-proxy'{more}}}\n"
    )


def irsa(**conditions: Any) -> dict[str, Any]:
    claims = {f"{ISSUER}:sub": "system:serviceaccount:acme:proxy", f"{ISSUER}:aud": "sts.amazonaws.com"}
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Federated": PROVIDER},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {"StringEquals": {**claims, **conditions}},
            }
        ],
    }


def pods(**condition: Any) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "pods.eks.amazonaws.com"},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
    }
    return {"Version": "2012-10-17", "Statement": [{**statement, **({"Condition": condition} if condition else {})}]}


@pytest.fixture
def fixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    monkeypatch.chdir(tmp_path)

    def run(text: str, *more: str) -> tuple[int, str, str]:
        """The exit code, the output and the manifest afterwards."""
        Path("m.yaml").write_text(text, encoding="utf-8")
        monkeypatch.setattr(
            "sys.argv",
            ["checker", "fix", "m.yaml", "--write", *more, *(f"--set={key}={value}" for key, value in CELL.items())],
        )
        code = main()
        return code, capsys.readouterr().out, Path("m.yaml").read_text(encoding="utf-8")

    return run


def documents(text: str, field: str) -> Any:
    line = next(line for line in text.splitlines() if line.strip().startswith(field))
    return json.loads(line.split(": ", 1)[1].strip("'"))["Statement"]


def test_a_foreign_arn_is_replaced_never_added_beside(fixed: Any) -> None:
    wrong = [{**GRANTS[0], "Resource": "arn:aws-cn:dynamodb:us-east-1:111122223333:table/cell2-auth-keys"}]
    code, out, after = fixed(role(wrong))
    assert code == 0, out
    assert documents(after, "auth-keys")[0]["Resource"] == f"{TABLE}cell2-auth-keys"


def test_a_foreign_arn_beside_the_right_one_is_taken_out(fixed: Any) -> None:
    code, out, after = fixed(role([{**GRANTS[0], "Resource": [f"{TABLE}cell2-auth-keys", CHINA]}]))
    assert code == 0, out
    assert documents(after, "auth-keys")[0]["Resource"] == [f"{TABLE}cell2-auth-keys"]


def test_a_foreign_arn_of_a_foreign_region_alone_is_left_to_people(fixed: Any) -> None:
    code, out, after = fixed(role([*GRANTS, {**GRANTS[0], "Resource": CHINA}]))
    assert code == 1
    assert CHINA in after
    assert "what is meant is not clear" in out


def test_a_reference_into_another_namespace_becomes_an_inline_policy(fixed: Any) -> None:
    document = json.dumps({"Version": "2012-10-17", "Statement": GRANTS})
    policy = f"---\napiVersion: iam.services.k8s.aws/v1alpha1\nkind: Policy\nmetadata: {{name: keys, namespace: shared}}\nspec: {{name: keys, policyDocument: '{document}'}}\n"
    refers = role(GRANTS).split("  inlinePolicies")[0] + "  policyRefs: [{from: {name: keys, namespace: shared}}]\n"
    code, out, after = fixed(refers + policy)
    assert code == 0, out
    assert "policyRefs" not in after
    assert "inlinePolicies" in after


def test_a_subject_that_can_serve_nobody_is_replaced(fixed: Any) -> None:
    trust = irsa(**{f"{ISSUER}:sub": "system:serviceaccount:acme:pro*"})
    code, out, after = fixed(role(GRANTS, trust=trust) + ACCOUNT)
    assert code == 0, out
    [statement] = documents(after, "assumeRolePolicyDocument")
    assert statement["Condition"]["StringEquals"][f"{ISSUER}:sub"] == "system:serviceaccount:acme:proxy"


def test_a_subject_of_somebody_stays_beside_the_new_one(fixed: Any) -> None:
    trust = irsa(**{f"{ISSUER}:sub": "system:serviceaccount:acme:other"})
    code, out, after = fixed(role(GRANTS, trust=trust) + ACCOUNT)
    assert code == 0, out
    [statement] = documents(after, "assumeRolePolicyDocument")
    named = statement["Condition"]["StringEquals"][f"{ISSUER}:sub"]
    assert named == ["system:serviceaccount:acme:other", "system:serviceaccount:acme:proxy"]


def test_the_account_of_another_cell_is_replaced(fixed: Any) -> None:
    code, out, after = fixed(
        role(GRANTS, trust=pods(StringEquals={"aws:SourceAccount": "999988887777"})) + association()
    )
    assert code == 0, out
    [statement] = documents(after, "assumeRolePolicyDocument")
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "111122223333"}}


def test_a_namespace_tag_is_added_and_the_rest_stays(fixed: Any) -> None:
    asked = {"aws:RequestTag/kubernetes-namespace": "acmee", "aws:SourceAccount": "111122223333"}
    code, out, after = fixed(role(GRANTS, trust=pods(StringEquals=asked)) + association())
    assert code == 0, out
    [statement] = documents(after, "assumeRolePolicyDocument")
    assert statement["Condition"]["StringEquals"] == {**asked, "aws:RequestTag/kubernetes-namespace": ["acmee", "acme"]}


def test_a_new_statement_carries_what_the_author_restricts(fixed: Any) -> None:
    trust = irsa(**{"aws:SourceVpc": "vpc-1"})
    code, out, after = fixed(role(GRANTS, trust=trust) + association(), "--unsafe")
    statements = documents(after, "assumeRolePolicyDocument")
    for statement in statements[1:]:
        assert statement["Condition"]["StringEquals"].get("aws:SourceVpc") == "vpc-1", out
    if len(statements) == 1:
        assert code == 1  # whether the VPC is part of the call is not known, so no statement is proven to cure it


def test_a_new_statement_for_pods_names_them(fixed: Any) -> None:
    code, out, after = fixed(role(GRANTS, trust=irsa()) + association())
    assert code == 0, out
    statement = documents(after, "assumeRolePolicyDocument")[1]
    tags = {"aws:RequestTag/kubernetes-namespace": "acme", "aws:RequestTag/kubernetes-service-account": "proxy"}
    assert statement["Condition"] == {"StringEquals": tags}


def test_without_session_tags_it_would_let_in_everybody_so_it_is_unsafe(fixed: Any) -> None:
    text = role(GRANTS, trust=irsa()) + association(", disableSessionTags: true")
    code, out, after = fixed(text)
    assert code == 1
    assert after == text
    assert "every association of the account" in out


def test_another_tenant_is_not_let_in(fixed: Any) -> None:
    text = role(GRANTS, trust=irsa()) + ACCOUNT.replace("namespace: acme", "namespace: borealis")
    code, out, after = fixed(text)
    assert code == 1
    assert after == text
    assert "given the wrong one" in out
