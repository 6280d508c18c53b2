"""What requirements and the command line name has to exist: a typo ends with 2, a place and the name that was meant."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from checker.cli import main

ROLE = (Path(__file__).parent.parent / "rules/cases/missing-grant/silent/boundary-that-allows.yaml").read_text("utf-8")
REQUIREMENT = """\
apiVersion: checker/v1
kind: AccessRequirement
metadata: {name: reads}
spec:
  appliesTo: {roles: {names: ["*-reverse-proxy"]}}
  require:
    - actions: [dynamodb:GetItem]
      resources: ["arn:aws:dynamodb:us-east-1:111122223333:table/${authKeysTable}"]
  forbid:
    - actions: [dynamodb:Scan]
      resources: ["arn:aws:dynamodb:*:*:table/${authKeysTable}*"]
"""
CONFIG = """\
version: 1
manifests: [role.yaml]
policies: [requirement.yaml]
cells:
  cell2:
    region: us-east-1
    account: "111122223333"
    parameters: {authKeysTable: cell2-auth-keys}
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write(REQUIREMENT, CONFIG)
    return tmp_path


def write(requirement: str = REQUIREMENT, config: str = CONFIG, role: str = ROLE) -> None:
    for name, text in (("role.yaml", role), ("requirement.yaml", requirement), ("checker.yaml", config)):
        Path(name).write_text(text, encoding="utf-8")


def test_the_project_is_green() -> None:
    assert main(["static"]) == 0


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("dynamodb:Scna", "requirement.yaml:10:17: Amazon DynamoDB has no action Scna; did you mean dynamodb:Scan?"),
        ("dynamodb:scna", "did you mean dynamodb:Scan?"),
        ("dynamodb:Sc4n*", "no action of Amazon DynamoDB matches dynamodb:Sc4n*"),
        ("dynamodb:TransactWriteItems", "is an operation and no action: write dynamodb:PutItem, UpdateItem"),
        ("dynamodb:ExecuteStatement", "write dynamodb:PartiQLSelect"),
    ],
)
def test_a_misspelt_action_is_no_requirement(wrong: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    write(REQUIREMENT.replace("dynamodb:Scan", wrong))
    assert main(["static"]) == 2
    assert said in capsys.readouterr().err


def test_a_misspelt_action_is_not_asked_for_either(capsys: pytest.CaptureFixture[str]) -> None:
    write(REQUIREMENT.replace("dynamodb:GetItem", "dynamodb:Qurey"))
    assert main(["static"]) == 2
    assert "requirement.yaml:7:17: Amazon DynamoDB has no action Qurey; did you mean dynamodb:Query?" in (
        capsys.readouterr().err
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            "authKeyTable=x",
            "--set authKeyTable: no requirement uses a parameter of this name; did you mean authKeysTable",
        ),
        ("regoin=x", "did you mean region?"),
        ("other=x", "they use authKeysTable"),
    ],
)
def test_a_parameter_that_nothing_uses(given: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["static", "--set", given]) == 2
    assert said in capsys.readouterr().err


def test_a_parameter_of_a_cell_that_is_misspelt(capsys: pytest.CaptureFixture[str]) -> None:
    write(config=CONFIG.replace("authKeysTable", "authKeyTable"))
    assert main(["static"]) == 2
    assert "cells.cell2.parameters.authKeyTable: no requirement uses" in capsys.readouterr().err


def test_a_parameter_of_a_cell_that_other_requirements_use() -> None:
    write(config=CONFIG.replace("parameters: {", "parameters: {otherTable: x, "))
    assert main(["static"]) == 0


def test_a_default_that_is_misspelt(capsys: pytest.CaptureFixture[str]) -> None:
    write(REQUIREMENT.replace("  require:", "  parameters: {authKeyTable: x}\n  require:"))
    assert main(["static"]) == 2
    assert "requirement.yaml:6:16: the parameter authKeyTable is used nowhere here; did you mean authKeysTable?" in (
        capsys.readouterr().err
    )


@pytest.mark.long
def test_a_newer_list_of_actions(tmp_path: Path) -> None:
    """As somebody unpacks it who needs an action that came since the release: in a process of its own, since the list
    is one for the process."""
    data = tmp_path / "package" / "data"
    for kind in ("actions", "resourceTypes", "conditionKeys"):
        (data / kind).mkdir(parents=True)
    table = {"key": "table", "arn": "arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}"}
    row = {"resourceTypes": [{"name": "table", "conditionKeys": []}], "conditionKeys": []}
    actions = {name.lower(): {"name": name, **row} for name in ("GetItem", "Scan", "BrandNew")}
    for kind, content in (("actions", actions), ("resourceTypes", {"table": table}), ("conditionKeys", {})):
        (data / kind / "dynamodb.json").write_text(json.dumps(content), encoding="utf-8")
    (data / "serviceNames.json").write_text('{"dynamodb": "Amazon DynamoDB"}', encoding="utf-8")
    (tmp_path / "package" / "package.json").write_text('{"updatedAt": "2031-05-06T00:00:00Z"}', encoding="utf-8")
    new = REQUIREMENT.replace("dynamodb:Scan", "dynamodb:BrandNew")
    write(new)
    assert static().returncode == 2
    write(new, CONFIG + "catalogue: package/data\n")
    assert (static().returncode, static().stderr) == (0, "")
    write(new, CONFIG + "catalogue: package/data\n", ROLE.replace("dynamodb:Query", "dynamodb:BrandNew"))
    assert "can call dynamodb:BrandNew" in static().stdout
    write(new.replace("BrandNew", "BrndNew"), CONFIG + "catalogue: package/data\n")
    assert "did you mean dynamodb:BrandNew? (by the list of 2031-05-06" in static().stderr
    shutil.rmtree(data)
    assert "checker.yaml: catalogue: package/data is not the folder data of the npm package" in static().stderr


def static() -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "checker", "static"], capture_output=True, text=True, check=False)
