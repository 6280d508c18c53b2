"""What must itself allow: the trust policies of roles that are to be assumed, and the policies of keys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from checker.cli import main

ACCOUNT = "111122223333"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/"
KEY_ARN = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/"
PODS = {
    "Effect": "Allow",
    "Principal": {"Service": "pods.eks.amazonaws.com"},
    "Action": ["sts:AssumeRole", "sts:TagSession"],
}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    cell = f'region: us-east-1, account: "{ACCOUNT}", parameters: {{authKeysTable: cell2-auth-keys}}'
    Path("checker.yaml").write_text(f"version: 1\ncells: {{c: {{{cell}}}}}\n", encoding="utf-8")


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def role(name: str, trust: dict[str, Any], **allowed: str) -> dict[str, Any]:
    spec: dict[str, Any] = {"name": name, "assumeRolePolicyDocument": document(trust)}
    if allowed:
        grant = {"Effect": "Allow", "Action": allowed["action"], "Resource": allowed["on"]}
        spec["inlinePolicies"] = {"p": document(grant)}
    return {
        "apiVersion": "iam.services.k8s.aws/v1alpha1",
        "kind": "Role",
        "metadata": {"name": name, "namespace": "acme"},
        "spec": spec,
    }


def trusts(*principals: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": {"AWS": list(principals)}, "Action": "sts:AssumeRole"}


def key(name: str, principal: str) -> dict[str, Any]:
    policy = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "kms:*", "Resource": "*"}
    return {
        "apiVersion": "kms.services.k8s.aws/v1alpha1",
        "kind": "Key",
        "metadata": {"name": name, "namespace": "acme"},
        "spec": {"policy": document(policy)},
        "status": {"ackResourceMetadata": {"arn": KEY_ARN + name, "ownerAccountID": ACCOUNT, "region": "us-east-1"}},
    }


def able(capsys: pytest.CaptureFixture[str], action: str, arn: str, *objects: dict[str, Any]) -> dict[str, str]:
    Path("all.json").write_text("\n---\n".join(map(json.dumps, objects)), encoding="utf-8")
    Path("all.json").rename("all.yaml")
    assert main(["who-can", action, arn, ".", "--format", "json"]) in (0, 3)
    return {row["subject"]["name"]: row["verdict"] for row in json.loads(capsys.readouterr().out)["roles"]}


ROOT = f"arn:aws:iam::{ACCOUNT}:root"
PROXY = ROLE_ARN + "proxy"


@pytest.mark.parametrize(
    ("trust", "allowed", "expected"),
    [
        (trusts(PROXY), {}, {"proxy": "granted"}),
        (trusts("*"), {}, {"proxy": "granted", "target": "granted"}),
        (trusts(ROOT), {}, {}),
        (trusts(ROOT), {"action": "sts:AssumeRole", "on": "*"}, {"proxy": "granted"}),
        (trusts(ROOT), {"action": "sts:*", "on": ROLE_ARN + "target"}, {"proxy": "granted"}),
        (PODS, {"action": "sts:AssumeRole", "on": "*"}, {}),
        (trusts(ROLE_ARN + "other"), {"action": "sts:AssumeRole", "on": "*"}, {}),
        (
            {**trusts(PROXY), "Condition": {"StringEquals": {"sts:ExternalId": "x"}}},
            {},
            {"proxy": "conditional"},
        ),
    ],
)
def test_the_trust_policy_of_the_role_that_is_assumed_decides(
    trust: dict[str, Any], allowed: dict[str, str], expected: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    objects = (role("proxy", PODS, **allowed), role("target", trust))
    assert able(capsys, "sts:AssumeRole", ROLE_ARN + "target", *objects) == expected


def test_of_all_roles_some_may_let_in(capsys: pytest.CaptureFixture[str]) -> None:
    """A role that the project does not have may trust the account."""
    let_in, shut_out = role("target", trusts(PROXY)), role("target", trusts(ROLE_ARN + "other"))
    able_to = role("proxy", PODS, action="sts:AssumeRole", on="*")
    for arn in ("*", ROLE_ARN + "*", ROLE_ARN + "t*"):
        assert able(capsys, "sts:AssumeRole", arn, role("proxy", PODS), let_in) == {"proxy": "granted"}
        assert able(capsys, "sts:AssumeRole", arn, role("proxy", PODS), shut_out) == {}
        assert able(capsys, "sts:AssumeRole", arn, able_to, shut_out) == {"proxy": "granted"}
    assert able(capsys, "sts:AssumeRole", ROLE_ARN + "u*", role("proxy", PODS), let_in) == {}


def test_a_trust_policy_that_is_not_pushed_is_not_known(capsys: pytest.CaptureFixture[str]) -> None:
    target = role("target", trusts(PROXY))
    target["metadata"]["annotations"] = {"services.k8s.aws/read-only": "true"}
    assert able(capsys, "sts:AssumeRole", ROLE_ARN + "target", role("proxy", PODS), target)["proxy"] == "unknown"


def test_what_the_policy_of_one_key_refuses_is_not_refused_on_others(capsys: pytest.CaptureFixture[str]) -> None:
    proxy, other = role("proxy", PODS, action="kms:Decrypt", on="*"), key("abc", ROLE_ARN + "other")
    for arn, expected in (
        ("abc", {}),
        ("def", {"proxy": "granted"}),
        ("*", {"proxy": "granted"}),
        ("ab?", {"proxy": "granted"}),
    ):
        assert able(capsys, "kms:Decrypt", KEY_ARN + arn, proxy, other) == expected
    named = key("abc", PROXY)
    assert able(capsys, "kms:Decrypt", KEY_ARN + "*", role("proxy", PODS), named, key("def", ROOT)) == {
        "proxy": "granted"
    }
    assert able(capsys, "kms:Decrypt", KEY_ARN + "d*", role("proxy", PODS), named, key("def", ROOT)) == {}


def key_without_arn(principal: str) -> dict[str, Any]:
    made = key("abc", principal)
    del made["status"]
    return made


def test_a_key_whose_arn_is_not_known_may_be_any(capsys: pytest.CaptureFixture[str]) -> None:
    proxy, mine, others = role("proxy", PODS), key_without_arn(PROXY), key_without_arn(ROLE_ARN + "other")
    assert able(capsys, "kms:Decrypt", KEY_ARN + "*", proxy, mine) == {"proxy": "granted"}
    assert able(capsys, "kms:Decrypt", KEY_ARN + "abc", proxy, mine) == {"proxy": "unknown"}
    assert able(capsys, "kms:Decrypt", KEY_ARN + "abc", proxy, others) == {}
    able_to = role("proxy", PODS, action="kms:Decrypt", on="*")
    assert able(capsys, "kms:Decrypt", KEY_ARN + "abc", able_to, others) == {"proxy": "granted"}


def test_a_role_whose_name_is_filled_in_later_may_be_meant(capsys: pytest.CaptureFixture[str]) -> None:
    target = role("${ENV}-target", trusts(PROXY))
    target["metadata"]["name"] = "target"
    proxy = role("proxy", PODS)
    assert able(capsys, "sts:AssumeRole", ROLE_ARN + "*", proxy, target)["proxy"] == "granted"
    assert able(capsys, "sts:AssumeRole", ROLE_ARN + "prod-target", proxy, target)["proxy"] == "unknown"
    assert able(capsys, "sts:AssumeRole", ROLE_ARN + "prod-other", proxy, target) == {}


@pytest.mark.parametrize(
    "trust", [trusts(f"arn:aws:sts::{ACCOUNT}:assumed-role/proxy/s"), trusts("arn:aws:iam::${ACC}:role/proxy")]
)
def test_what_may_let_a_role_in_counts_for_patterns_too(
    trust: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    objects = (role("proxy", PODS), role("target", trust))
    for arn in (ROLE_ARN + "*", ROLE_ARN + "target"):
        assert "proxy" in able(capsys, "sts:AssumeRole", arn, *objects)


def test_a_target_in_another_account_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    namespace = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": "other", "annotations": {"services.k8s.aws/owner-account-id": "999999999999"}},
    }
    target = role("target", trusts(PROXY))
    target["metadata"]["namespace"] = "other"
    able_to = role("proxy", PODS, action="sts:AssumeRole", on="*")
    theirs = "arn:aws:iam::999999999999:role/target"
    assert able(capsys, "sts:AssumeRole", theirs, able_to, target, namespace)["proxy"] == "granted"
    # Across accounts both sides must allow.
    assert "proxy" not in able(capsys, "sts:AssumeRole", theirs, role("proxy", PODS), target, namespace)


def test_without_an_account_nobody_knows(capsys: pytest.CaptureFixture[str]) -> None:
    Path("checker.yaml").write_text("version: 1\n", encoding="utf-8")
    objects = (role("proxy", PODS), role("target", trusts(PROXY)))
    assert able(capsys, "sts:AssumeRole", ROLE_ARN + "target", *objects)["proxy"] == "unknown"
