"""`checker who-can`: it names whoever can, on what conditions, and what was not looked into."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from checker.cli import main

from ..fix.test_refused import pods
from ..hostile.bombs import GOOD, TABLE, role

CONDITIONAL = role(
    [
        {
            "Effect": "Allow",
            "Action": "dynamodb:Get*",
            "Resource": f"{TABLE}cell2-auth-keys",
            "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}},
        }
    ],
    trust=pods(),
).replace("acme-reverse-proxy", "umbra")
ARN = f"{TABLE}cell2-auth-keys"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("roles.yaml").write_text(f"{GOOD}---\n{CONDITIONAL}", encoding="utf-8")
    cell = 'region: us-east-1, account: "111122223333", parameters: {authKeysTable: cell2-auth-keys}'
    Path("checker.yaml").write_text(f"version: 1\ncells: {{c: {{{cell}}}}}\n", encoding="utf-8")


def asked(
    capsys: pytest.CaptureFixture[str], action: str, arn: str = ARN, wanted: int = 0
) -> dict[str, tuple[str, Any]]:
    assert main(["who-can", action, arn, ".", "--format", "json"]) == wanted
    told = json.loads(capsys.readouterr().out)
    return {
        row["subject"]["name"]: (row["verdict"], [item["key"] for item in row["conditions"]]) for row in told["roles"]
    }


def test_who_can(capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(capsys, "dynamodb:GetItem") == {
        "acme-reverse-proxy": ("granted", []), "umbra": ("conditional", ["aws:SourceVpce"]),
    }  # fmt: skip
    assert asked(capsys, "dynamodb:Query") == {"acme-reverse-proxy": ("granted", [])}
    assert asked(capsys, "dynamodb:PutItem") == {}
    assert asked(capsys, "dynamodb:GetItem", f"{TABLE}other") == {}
    assert set(asked(capsys, "dynamodb:*", "arn:aws:dynamodb:*:*:table/*")) == {"acme-reverse-proxy", "umbra"}


def test_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["who-can", "dynamodb:GetItem", ARN, "."]) == 0
    shown = capsys.readouterr().out
    assert "Role acme/acme-reverse-proxy can do it\n" in shown
    assert "Role acme/umbra can do it only if StringEquals aws:SourceVpce vpce-1\n" in shown
    assert shown.endswith("2 of 2 roles.\n")


def test_what_was_not_looked_into_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    Path("broken.yaml").write_text(GOOD.replace("spec:", "spec: ["), encoding="utf-8")
    assert main(["who-can", "dynamodb:GetItem", ARN, "."]) == 3
    assert "not looked into: broken.yaml" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("action", "arn", "said"),
    [
        ("dynamodb:Qurey", ARN, "Amazon DynamoDB has no action Qurey; did you mean dynamodb:Query?"),
        ("GetItem", ARN, "ACTION has a form that is not allowed"),
        ("dynamodb:GetItem", "cell2-auth-keys", "ARN has a form that is not allowed"),
        ("dynamodb:GetItem", "arn:aws:dynamodb:${region}:${account}:table/${tabel}", "no value for ${tabel} in ARN"),
        (
            "s3:GetObject",
            "arn:aws:s3:::bucket",
            "s3:GetObject is never about arn:aws:s3:::bucket: AWS asks it about object",
        ),
        ("dynamodb:GetItem", f"{TABLE}x/", "dynamodb:GetItem is never about"),
        ("dynamodb:GetItem", "arn:aws:dynamodb:us-east-1::table/keys", "dynamodb:GetItem is never about"),
    ],
)
def test_what_is_typed_wrong(action: str, arn: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["who-can", action, arn, "."]) == 2
    shown = capsys.readouterr().err
    assert shown.startswith(f"checker: {said}")
    assert "<question>" not in shown


@pytest.mark.parametrize(
    "name",
    ["unsupported.yaml", "venv/role.yaml"],
)
def test_what_no_controller_takes_and_what_is_left_out_is_said(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path(name).parent.mkdir(exist_ok=True)
    Path(name).write_text(GOOD.replace("v1alpha1", "v1beta1"), encoding="utf-8")
    assert main(["who-can", "dynamodb:GetItem", ARN, "."]) == 3
    assert f"not looked into: {name.partition('/')[0]}" in capsys.readouterr().out


def test_every_cell_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    cell = 'region: us-east-1, account: "111122223333", parameters: {authKeysTable: cell2-auth-keys}'
    for name in ("east", "west"):
        Path(name).mkdir()
        Path(name, "role.yaml").write_text(
            GOOD.replace("acme-reverse-proxy", f"{name}-reverse-proxy"), encoding="utf-8"
        )
    Path("roles.yaml").unlink()
    cells = ", ".join(f"{name}: {{{cell}, manifests: [{name}]}}" for name in ("east", "west"))
    Path("checker.yaml").write_text(f"version: 1\nmanifests: [.]\ncells: {{{cells}}}\n", encoding="utf-8")
    assert main(["who-can", "dynamodb:GetItem", ARN]) == 0
    shown = capsys.readouterr().out
    assert "east: Role acme/east-reverse-proxy can do it" in shown
    assert "west: Role acme/west-reverse-proxy can do it" in shown


def test_what_it_hangs_on_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    conditions = {"StringEquals": {"aws:SourceVpc": "vpc-1"}}
    grant = {
        "Effect": "Allow", "Action": "dynamodb:Query", "Resource": f"{TABLE}${{aws:PrincipalTag/t}}",
        "Condition": conditions,
    }  # fmt: skip
    Path("roles.yaml").write_text(role([grant], trust=pods()), encoding="utf-8")
    assert main(["who-can", "dynamodb:Query", ARN, "."]) == 0
    shown = capsys.readouterr().out
    assert "StringEquals aws:SourceVpc vpc-1 in inline policy" in shown
    assert "${aws:PrincipalTag/t} in inline policy" in shown


def test_one_line_says_which_policy_could_not_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    text = role([], trust=pods()).rstrip("\n") + "\n  policyRefs: [{from: {name: gone}}]\n"
    Path("roles.yaml").write_text(text, encoding="utf-8")
    assert main(["who-can", "dynamodb:*", "*", "."]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len([line for line in lines if "may be able to do dynamodb:*: Policy gone" in line]) == 1
    assert len(lines) == 3
