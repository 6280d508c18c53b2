"""Requirements on other services read as naturally as the shipped one: findings, help, fixes and diff."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from checker.cli import main

CONFIG = """\
version: 1
manifests: [manifests]
policies: [policies]
cells: {cell2: {region: us-east-1, account: "111122223333", parameters: {name: orders}}}
"""
KINDS: dict[str, dict[str, Any]] = {
    "sqs": {
        "arn": "arn:aws:sqs:us-east-1:111122223333:orders",
        "require": ["sqs:ReceiveMessage", "sqs:DeleteMessage"],
        "forbid": "sqs:PurgeQueue",
        "description": "The dispatcher takes orders from the queue.",
        "consequence": "Without it orders wait and customers are told nothing.",
    },
    "s3": {
        "arn": "arn:aws:s3:::orders/*",
        "require": ["s3:GetObject", "s3:PutObject"],
        "forbid": "s3:DeleteObject",
        "description": "The archive keeps every order.",
        "consequence": "Without it orders are lost after a day.",
    },
}
FOREIGN = ("dynamodb", "auth keys", "reverse proxy", "go stale", "locked out", "keys table", "key store")


def role(actions: list[str], resource: str, *more: dict[str, Any]) -> str:
    statement = [{"Sid": "Orders", "Effect": "Allow", "Action": actions, "Resource": resource}, *more]
    trust = {"Effect": "Allow", "Principal": {"Service": "pods.eks.amazonaws.com"}}
    trust["Action"] = ["sts:AssumeRole", "sts:TagSession"]
    documents = [json.dumps({"Version": "2012-10-17", "Statement": item}) for item in (statement, [trust])]
    return f"""\
apiVersion: iam.services.k8s.aws/v1alpha1
kind: Role
metadata: {{name: dispatcher, namespace: orders}}
spec:
  name: dispatcher
  assumeRolePolicyDocument: '{documents[1]}'
  inlinePolicies:
    orders: '{documents[0]}'
"""


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    made = KINDS[request.param]
    monkeypatch.chdir(tmp_path)
    Path("checker.yaml").write_text(CONFIG, "utf-8")
    Path("policies").mkdir()
    Path("manifests").mkdir()
    requirement = {
        "apiVersion": "checker/v1",
        "kind": "AccessRequirement",
        "metadata": {"name": "orders"},
        "spec": {
            "description": made["description"],
            "consequence": made["consequence"],
            "appliesTo": {"roles": {"names": ["dispatcher"]}},
            "require": [{"actions": made["require"], "resources": [made["arn"]]}],
            "forbid": [{"actions": [made["forbid"]], "resources": [made["arn"]]}],
        },
    }
    Path("policies/orders.json").write_text(json.dumps(requirement), "utf-8")
    return made


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    capsys.readouterr()
    code = main(list(arguments))
    text = capsys.readouterr().out
    assert not [word for word in FOREIGN if word in text.lower()], text
    return code, text


def write(text: str) -> None:
    Path("manifests/role.yaml").write_text(text, "utf-8")


def test_what_is_granted(kind: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    write(role(kind["require"], kind["arn"]))
    assert shown(capsys, "static", "-v")[0] == 0


def test_what_is_missing(kind: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    write(role(kind["require"][:1], kind["arn"]))
    code, text = shown(capsys, "static")
    assert code == 1
    missing = kind["require"][1]
    assert f"Role orders/dispatcher cannot call {missing} on {kind['arn'][:-2]}" in text
    assert f"why: {kind['description']} {kind['consequence'].rstrip('.')} (orders)" in text
    assert f'help: write "Action": ["{kind["require"][0]}", "{missing}"]' in text
    code, text = shown(capsys, "fix", "manifests")
    assert code == 1
    assert f"add {missing} to statement Orders" in text
    assert shown(capsys, "fix", "manifests", "--write")[0] == 0
    assert shown(capsys, "static")[0] == 0


def test_what_is_on_another_resource(kind: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    write(role(kind["require"], kind["arn"].replace("orders", "others")))
    code, text = shown(capsys, "static")
    assert code == 1
    assert f'the resource differs: write "{kind["arn"]}"' in text


def test_what_is_denied(kind: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    deny = {"Effect": "Deny", "Action": kind["require"][0], "Resource": "*"}
    write(role(kind["require"], kind["arn"], deny))
    code, text = shown(capsys, "static")
    assert code == 1
    assert f"narrow this Deny so that it leaves out {kind['require'][0]} on {kind['arn'][:-2]}" in text
    assert "the Deny" in shown(capsys, "fix", "manifests", "--unsafe")[1]


def test_what_hangs_on_a_condition(kind: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    text = role(kind["require"], kind["arn"]).replace(
        '"Sid": "Orders",', '"Sid": "Orders", "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}},'
    )
    write(text)
    assert "only if StringEquals aws:SourceVpce vpce-1" in shown(capsys, "static")[1]
    assert shown(capsys, "fix", "manifests", "--unsafe")[0] == 1


def test_what_is_too_much(kind: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    write(role([*kind["require"], kind["forbid"]], kind["arn"]))
    code, text = shown(capsys, "static")
    assert code == 1
    assert f"can call {kind['forbid']} on" in text
    assert f"remove {kind['forbid']}" in shown(capsys, "fix", "manifests", "--unsafe")[1]


def test_what_a_change_does(kind: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    for folder, actions in (("one", kind["require"]), ("two", kind["require"][:1])):
        Path(folder).mkdir()
        Path(folder, "role.yaml").write_text(role(actions, kind["arn"]), "utf-8")
    code, text = shown(capsys, "diff", "one", "two")
    assert code == 1
    assert f"required: {kind['require'][1]} on {kind['arn']}: was granted, is not granted (orders)" in text
