"""Several cells in one run: each is judged with its own files and parameters, and a finding says where it holds."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checker.cli import main

CONFIG = """version: 1
cells:
  east: {region: us-east-1, account: "111122223333", parameters: {authKeysTable: east-keys}, manifests: [east]}
  west: {region: us-west-2, account: "444455556666", parameters: {authKeysTable: west-keys}, manifests: [west]}
"""
POD_IDENTITY = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "pods.eks.amazonaws.com"},'
    ' "Action": ["sts:AssumeRole", "sts:TagSession"]}]}'
)
EAST, WEST = "us-east-1:111122223333:table/east-keys", "us-west-2:444455556666:table/west-keys"


def role(table: str, name: str = "acme", actions: str = '"dynamodb:GetItem", "dynamodb:Query"') -> str:
    return f"""apiVersion: iam.services.k8s.aws/v1alpha1
kind: Role
metadata: {{name: {name}-reverse-proxy, namespace: tenant-{name}}}
spec:
  name: {name}-reverse-proxy
  assumeRolePolicyDocument: '{POD_IDENTITY}'
  inlinePolicies:
    keys: |
      {{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": [{actions}],
        "Resource": "arn:aws:dynamodb:{table}"}}]}}
"""


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("checker.yaml").write_text(CONFIG, encoding="utf-8")
    put("east/role.yaml", role(EAST))
    put("west/role.yaml", role(WEST))


def put(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, encoding="utf-8")


def git(*arguments: str) -> None:
    subprocess.run(
        ["git", "-c", "user.email=a@example.com", "-c", "user.name=a", *arguments], check=True, capture_output=True
    )


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, Any]]:
    def run(*arguments: str) -> dict[str, Any]:
        main(["static", "--format", "json", *arguments])
        report: dict[str, Any] = json.loads(capsys.readouterr().out)
        return report

    return run


def found(report: dict[str, Any]) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(item["rule"], item["location"]["file"], tuple(item["cells"])) for item in report["findings"]]


def test_every_cell_is_judged_with_its_own_files(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["static"]) == 0
    shown = capsys.readouterr().out
    assert "east: reverse-proxy-auth-keys: access proven for 1 of 1 role." in shown
    assert "west: reverse-proxy-auth-keys: access proven for 1 of 1 role." in shown
    assert "2 roles" in shown


def test_the_table_of_another_cell_is_missing_access(told: Callable[..., dict[str, Any]]) -> None:
    put("west/role.yaml", role(EAST))
    report = told()
    assert ("missing-grant", "west/role.yaml", ("west",)) in found(report)
    assert {item["cell"] for item in report["access"]} == {"east", "west"}
    assert all("(cell west)" in item["message"] for item in report["findings"])


def test_one_finding_of_several_cells_is_one(told: Callable[..., dict[str, Any]]) -> None:
    put("shared/policy.yaml", role(EAST, "x", '"dynamodb:Qurey"').replace("x-reverse-proxy", "other"))
    report = told()
    assert found(report) == [("unknown-action", "shared/policy.yaml", ("east", "west"))]
    assert report["findings"][0]["message"].endswith("(all 2 cells)")
    assert report["summary"]["roles"] == 3


def test_what_is_bound_to_no_cell_belongs_to_all(told: Callable[..., dict[str, Any]]) -> None:
    policy = """apiVersion: iam.services.k8s.aws/v1alpha1
kind: Policy
metadata: {name: keys, namespace: tenant-acme}
spec:
  name: keys
  policyDocument: '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["dynamodb:GetItem",
    "dynamodb:Query"], "Resource": ["arn:aws:dynamodb:us-east-1:111122223333:table/east-keys",
    "arn:aws:dynamodb:us-west-2:444455556666:table/west-keys"]}]}'
"""
    put("shared/policy.yaml", policy)
    for cell in ("east", "west"):
        text = role(EAST)
        put(f"{cell}/role.yaml", text[: text.index("  inlinePolicies")] + "  policyRefs: [{from: {name: keys}}]\n")
    assert found(told()) == []
    # A policy in the folder of one cell is none of the other's.
    Path("shared/policy.yaml").rename("east/policy.yaml")
    assert [(rule, cells) for rule, _, cells in found(told())] == [
        ("dangling-reference", ("west",)), ("unknown-grant", ("west",)),
    ]  # fmt: skip


def test_a_hook_asks_the_cell_of_its_file_alone(capsys: pytest.CaptureFixture[str]) -> None:
    put("west/role.yaml", role(EAST))
    assert main(["static", "east/role.yaml"]) == 0
    shown = capsys.readouterr().out
    assert "east: reverse-proxy-auth-keys: access proven for 1 of 1 role" in shown
    assert "west" not in shown
    assert main(["static", "west/role.yaml"]) == 1


def test_a_cell_that_is_named_is_judged_alone(told: Callable[..., dict[str, Any]]) -> None:
    put("west/role.yaml", role(EAST))
    assert found(told("--cell", "east")) == []
    assert {cells for _, _, cells in found(told("--cell", "west"))} == {("west",)}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (", manifests: [west]", "", "west has no manifests: each cell needs some where others have them"),
        ("[west]", "[wset]", "cells.west.manifests names wset, which does not exist"),
        ("[west]", "west", 'cells.west.manifests is the string "west", and must be a list'),
    ],
)
def test_cells_that_are_bound_wrongly(before: str, after: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("checker.yaml").write_text(CONFIG.replace(before, after), encoding="utf-8")
    assert main(["static"]) == 2
    assert said in capsys.readouterr().err


def test_no_cell_is_bound(capsys: pytest.CaptureFixture[str]) -> None:
    config = CONFIG.replace(", manifests: [west]", "").replace(", manifests: [east]", "")
    Path("checker.yaml").write_text(config, encoding="utf-8")
    assert main(["static"]) == 2
    assert "choose one with --cell: east, west; or say which folders are whose" in capsys.readouterr().err


def test_a_cell_without_roles_is_no_cell_that_is_fine(told: Callable[..., dict[str, Any]]) -> None:
    Path("west/role.yaml").unlink()
    put("west/cm.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n")
    report = told()
    assert [(rule, cells) for rule, _, cells in found(report)] == [("no-matching-role", ("west",))]


def test_a_baseline_knows_the_cell(capsys: pytest.CaptureFixture[str], told: Callable[..., dict[str, Any]]) -> None:
    put("west/role.yaml", role(EAST))
    put("east/two.yaml", role(WEST, "two"))
    before = found(told())
    assert {cells for _, _, cells in before} == {("east",), ("west",)}
    assert main(["static", "--write-baseline", "known.json"]) == 0
    known = json.loads(Path("known.json").read_text(encoding="utf-8"))["findings"]
    assert {item["cell"] for item in known} == {"east", "west"}
    capsys.readouterr()
    assert main(["static", "--baseline", "known.json"]) == 0
    for cell in ("east", "west"):
        assert main(["static", "--baseline", "known.json", "--cell", cell]) == 0
    put("west/role.yaml", role(WEST))
    capsys.readouterr()
    assert main(["static", "--baseline", "known.json"]) == 0
    assert "fixed" in capsys.readouterr().out
    assert main(["static", "--write-baseline", "known.json"]) == 0
    left = json.loads(Path("known.json").read_text(encoding="utf-8"))["findings"]
    assert {item["cell"] for item in left} == {"east"}
    # Writing it for one cell leaves what is known of the other.
    assert main(["static", "--write-baseline", "known.json", "--cell", "west"]) == 0
    assert json.loads(Path("known.json").read_text(encoding="utf-8"))["findings"] == left


def test_what_a_change_touches_in_each_cell(told: Callable[..., dict[str, Any]]) -> None:
    put("east/two.yaml", role(WEST, "two"))
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "x")
    put("west/role.yaml", role(EAST))
    report = told("--changed-since", "HEAD")
    assert {(file, cells) for _, file, cells in found(report)} == {("west/role.yaml", ("west",))}


def test_fixes_of_a_file_that_cells_share_are_left_to_people(told: Callable[..., dict[str, Any]]) -> None:
    lacking = '"dynamodb:GetItem"'
    put("west/role.yaml", role(WEST, actions=lacking))
    report = told()
    assert [(item["fixable"], len(item["fixes"])) for item in report["findings"]] == [(True, 1)]
    put("shared/role.yaml", role(EAST, "both", lacking))
    report = told()
    assert {item["location"]["file"]: item["fixable"] for item in report["findings"]} == {
        "shared/role.yaml": False, "west/role.yaml": True,
    }  # fmt: skip


@pytest.mark.parametrize("name", ["sarif", "github", "gitlab", "junit", "markdown", "text"])
def test_every_format_says_in_which_cell(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    put("west/role.yaml", role(EAST))
    assert main(["static", "--format", name]) == 1
    assert "(cell west)" in capsys.readouterr().out.replace("\\", "")


def test_placeholders_are_those_of_each_cell(told: Callable[..., dict[str, Any]]) -> None:
    config = CONFIG.replace(
        "manifests: [east]", "manifests: [east], placeholders: {T: east-keys, R: us-east-1, A: '111122223333'}"
    )
    config = config.replace(
        "manifests: [west]", "manifests: [west], placeholders: {T: west-keys, R: us-west-2, A: '444455556666'}"
    )
    Path("checker.yaml").write_text(config, encoding="utf-8")
    for cell in ("east", "west"):
        Path(cell, "role.yaml").unlink()
        put(f"{cell}/cm.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n")
    put("shared/role.yaml", role("${R}:${A}:table/${T}"))
    report = told()
    assert found(report) == []
    assert {(item["cell"], item["verdict"]) for item in report["access"]} == {("east", "granted"), ("west", "granted")}


def test_what_a_change_does_in_each_cell(capsys: pytest.CaptureFixture[str]) -> None:
    put("shared/policy.yaml", role(EAST, "x").replace("x-reverse-proxy", "other"))
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "x")
    assert main(["diff", "HEAD"]) == 0
    put("west/role.yaml", role(WEST, actions='"dynamodb:GetItem"'))
    put("shared/policy.yaml", role(EAST, "x", '"dynamodb:GetItem"').replace("x-reverse-proxy", "other"))
    capsys.readouterr()
    assert main(["diff", "HEAD", "--format", "json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert [item["subject"]["name"] for item in report["roles"]].count("other") == 1
    (lost,) = [demand for item in report["roles"] for demand in item["demands"]]
    assert lost["resource"].endswith(WEST)
    # A cell that is new is a change, and no part that could not be read.
    put("north/role.yaml", role(EAST, "north"))
    north = CONFIG.splitlines()[2].replace("east", "north", 1).replace("[east]", "[north]") + "\n"
    Path("checker.yaml").write_text(CONFIG + north, encoding="utf-8")
    main(["diff", "HEAD", "--format", "json"])
    report = json.loads(capsys.readouterr().out)
    assert "north-reverse-proxy" in [item["subject"]["name"] for item in report["roles"]]
    assert report["unchecked"] == []


def test_a_cell_alone_is_compared_alone(capsys: pytest.CaptureFixture[str]) -> None:
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "x")
    put("west/role.yaml", role(WEST, actions='"dynamodb:GetItem"'))
    assert main(["diff", "HEAD", "--cell", "east"]) == 0
    assert main(["diff", "HEAD", "--cell", "west"]) == 1
