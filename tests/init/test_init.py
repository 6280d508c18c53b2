"""`checker init` on repositories of several kinds: what it writes is what the gate then takes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from checker.cli import main
from checker.demo.cell import Cell
from checker.demo.serving import write_files
from checker.fix.edits.manifest import as_text
from checker.init.cluster import read
from checker.init.schemas import for_editors
from checker.init.survey import survey
from checker.live.clients.kubernetes import Cluster
from checker.project.project import load as load_project
from checker.text.source import Source
from tests.report.worlds import BOTH, role

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def config() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(Path("checker.yaml").read_text(encoding="utf-8"))
    return found


def test_a_repository_with_one_cell(capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(ROOT / "manifests", "manifests")
    assert main(["init"]) == 0
    assert "15 roles of reverse proxies" in capsys.readouterr().out
    written = config()
    assert written["manifests"] == ["manifests"]
    assert written["cells"] == {
        "cell2": {
            "region": "us-east-1",
            "account": "111122223333",
            "oidcIssuer": "https://oidc.eks.us-east-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE",
            "parameters": {"authKeysTable": "cell2-auth-keys"},
        }
    }
    requirement = yaml.safe_load(Path("policies/reverse-proxy-auth-keys.yaml").read_text(encoding="utf-8"))
    assert requirement["spec"]["appliesTo"]["roles"]["names"] == ["*-reverse-proxy"]
    assert main(["static"]) == 0
    assert "reverse-proxy-auth-keys: access proven for 15 of 15 roles." in capsys.readouterr().out


def test_the_gate_then_shows_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(ROOT / "manifests", "manifests")
    role = Path("manifests/tenants/acme/role.yaml")
    role.write_text(role.read_text(encoding="utf-8").replace(', "dynamodb:Query"', ""), encoding="utf-8")
    assert main(["init"]) == 0
    assert main(["static"]) == 1
    assert "error[missing-grant]" in capsys.readouterr().out


def test_several_cells_by_folder(capsys: pytest.CaptureFixture[str]) -> None:
    for cell, account in (("east", "111122223333"), ("west", "444455556666")):
        shutil.copytree(ROOT / "manifests", f"clusters/{cell}")
        for file in Path("clusters", cell).rglob("*.*"):
            text = (
                file.read_text(encoding="utf-8")
                .replace("111122223333", account)
                .replace("./manifests", f"./clusters/{cell}")
            )
            file.write_text(text.replace("cell2-auth-keys", f"{cell}-auth-keys"), encoding="utf-8")
    assert main(["init"]) == 0
    cells = config()["cells"]
    assert {name: cell["account"] for name, cell in cells.items()} == {"east": "111122223333", "west": "444455556666"}
    assert {name: cell["manifests"] for name, cell in cells.items()} == {
        "east": ["clusters/east"],
        "west": ["clusters/west"],
    }
    assert "Next: checker static (it judges 2 cells, each with its own files)" in capsys.readouterr().out
    assert main(["static"]) == 0
    shown = capsys.readouterr().out
    for cell in cells:
        assert f"{cell}: reverse-proxy-auth-keys: access proven for 15 of 15 roles." in shown
        assert main(["static", "--cell", cell]) == 0


def test_cells_with_tables_of_one_name_have_names_of_their_own() -> None:
    for account in ("111122223333", "444455556666"):
        for file in (ROOT / "manifests").rglob("*.yaml"):
            target = Path("all", account[:1] + file.relative_to(ROOT / "manifests").as_posix().replace("/", "-"))
            target.parent.mkdir(exist_ok=True)
            target.write_text(file.read_text(encoding="utf-8").replace("111122223333", account), encoding="utf-8")
    assert main(["init"]) == 0
    cells = config()["cells"]
    assert sorted(cell["account"] for cell in cells.values()) == ["111122223333", "444455556666"]
    assert len(cells) == 2


def test_a_repository_without_roles(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init"]) == 0
    assert "No role of a reverse proxy was found" in capsys.readouterr().out
    assert main(["static"]) == 1
    assert "error[no-matching-role]" in capsys.readouterr().out


def test_nothing_is_overwritten(capsys: pytest.CaptureFixture[str]) -> None:
    Path("checker.yaml").write_text("version: 1\n", encoding="utf-8")
    assert main(["init"]) == 2
    assert "checker.yaml exists already, and a new one would hide it; --force" in capsys.readouterr().err
    assert Path("checker.yaml").read_text(encoding="utf-8") == "version: 1\n"
    assert not Path("policies").exists()
    assert main(["init", "--force"]) == 0
    assert "cells:" in Path("checker.yaml").read_text(encoding="utf-8")


def test_a_configuration_is_not_hidden(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    Path("pyproject.toml").write_text("[tool.checker]\n", encoding="utf-8")
    Path("below").mkdir()
    for folder in (".", "below"):
        monkeypatch.chdir(folder)
        assert main(["init"]) == 2
        assert "pyproject.toml exists already, and a new one would hide it" in capsys.readouterr().err


def test_a_folder_of_that_name_with_policies_of_ack_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(ROOT / "manifests/shared", "policies")
    assert main(["init"]) == 0
    assert config()["policies"] == ["requirements"]
    assert main(["static"]) == 1
    assert "error[no-matching-role]" in capsys.readouterr().out


def test_odd_names_and_other_partitions() -> None:
    for cell in ("a: b", "yes #1"):
        shutil.copytree(ROOT / "manifests", f"clusters/{cell}")
        for file in Path("clusters", cell).rglob("*.*"):
            text = (
                file.read_text(encoding="utf-8").replace("arn:aws:", "arn:aws-cn:").replace("us-east-1", "cn-north-1")
            )
            file.write_text(text.replace("cell2-auth-keys", f"t{len(cell)}-auth-keys"), encoding="utf-8")
    assert main(["init"]) == 0
    assert set(config()["cells"]) == {"a: b", "yes #1"}
    assert main(["static", "--cell", "a: b", "clusters/a: b", "--select", "missing-grant,no-matching-role"]) == 0


def test_many_roles_without_a_common_name(capsys: pytest.CaptureFixture[str]) -> None:
    Path("manifests").mkdir()
    for number in range(60):
        text = role("acme", BOTH).replace("acme-reverse-proxy", f"r{number}x").replace("acme", f"n{number}x")
        Path(f"manifests/{number}.yaml").write_text(text, encoding="utf-8")
    assert main(["init"]) == 0
    assert main(["static"]) == 0
    assert "access proven for 60 of 60 roles" in capsys.readouterr().out


def test_a_dry_run_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(ROOT / "manifests", "manifests")
    assert main(["init", "--dry-run"]) == 0
    assert "kind: AccessRequirement" in capsys.readouterr().out
    assert sorted(path.name for path in Path().iterdir()) == ["manifests"]


def test_editors_find_the_schemas() -> None:
    assert main(["init"]) == 0
    for file, name in (("checker.yaml", "config"), ("policies/reverse-proxy-auth-keys.yaml", "requirement")):
        first = Path(file).read_text(encoding="utf-8").splitlines()[0]
        prefix, _, path = first.partition("$schema=")
        assert prefix == "# yaml-language-server: "
        assert json.loads((Path(file).parent / path).read_text(encoding="utf-8")) == for_editors(name)


def test_without_schemas() -> None:
    assert main(["init", "--no-schemas"]) == 0
    assert not Path(".checker").exists()
    assert "yaml-language-server" not in Path("checker.yaml").read_text(encoding="utf-8")


def test_from_a_cluster(grade: Callable[[], Any]) -> None:
    objects, unread = read(Cluster(grade()))
    assert unread == []
    found = survey(load_project([Source("cluster", as_text(objects))]), frozenset())
    assert found.roles == 3
    assert found.role_names == ("*-reverse-proxy",)
    assert [(cell.account, cell.table) for cell in found.cells] == [("123456789012", "cell2-auth-keys")]
    assert not any("env" in str(item) for item in objects if item["kind"] == "Pod")


def test_a_context_of_a_kubeconfig(
    cell: Cell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in write_files(cell, str(tmp_path)).items():
        monkeypatch.setenv(name, value)
    context = yaml.safe_load((tmp_path / "kubeconfig").read_text(encoding="utf-8"))["current-context"]
    Path("checker.yaml").unlink(missing_ok=True)
    assert main(["init", "--context", context]) == 0
    assert config()["cells"]["cell2"]["context"] == context
    assert main(["init", "--force", "--context", "nowhere"]) == 2
    assert "--context nowhere: " in capsys.readouterr().err


@pytest.mark.parametrize("field", ["cell2-auth-keys", "us-east-1:111122223333", "111122223333:table"])
def test_one_role_that_disagrees_is_no_cell(field: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A typo in one of fourteen made a second cell, under which the gate was green."""
    shutil.copytree(ROOT / "manifests", "manifests")
    path = Path("manifests/tenants/acme/role.yaml")
    typo = field.replace("cell2-auth-keys", "cell2-auth-kyes").replace("us-east-1", "us-esat-1")
    typo = typo.replace("111122223333:table", "111122223334:table")
    text = path.read_text("utf-8")
    assert text.replace(field, typo) != text
    path.write_text(text.replace(field, typo), "utf-8")
    assert main(["init"]) == 0
    shown = capsys.readouterr().out
    assert "manifests/tenants/acme/role.yaml: Role tenant-acme/acme-reverse-proxy names the " in shown
    assert "where 14 others name" in shown
    assert list(config()["cells"]) == ["cell2"]
    assert main(["static"]) == 1


def test_a_second_cell_with_one_role_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    """It has a cluster of its own, or differs in more than one thing."""
    shutil.copytree(ROOT / "manifests", "manifests")
    text = Path("manifests/tenants/acme/role.yaml").read_text("utf-8").replace("acme", "omega")
    text = text.replace("us-east-1", "eu-west-1").replace("cell2", "cell3").replace("EXAMPLED539", "OTHERD539")
    Path("manifests/tenants/omega.yaml").write_text(text, "utf-8")
    assert main(["init"]) == 0
    assert len(config()["cells"]) == 2
    assert "disagree" not in capsys.readouterr().out


GRAPH = """apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: {name: tenant}
spec:
  schema: {apiVersion: v1alpha1, kind: Tenant, spec: {name: string, table: string}}
  resources:
    - id: role
      template:
        apiVersion: iam.services.k8s.aws/v1alpha1
        kind: Role
        metadata: {name: "${schema.spec.name}-reverse-proxy", namespace: tenant}
        spec:
          name: ${schema.spec.name}-reverse-proxy
          assumeRolePolicyDocument: |
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal":
             {"Service": "pods.eks.amazonaws.com"}, "Action": ["sts:AssumeRole", "sts:TagSession"]}]}
          inlinePolicies:
            keys: |
              {"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
               "Action": ["dynamodb:GetItem", "dynamodb:Query"],
               "Resource": "arn:aws:dynamodb:us-east-1:111122223333:table/${schema.spec.table}"}]}
"""


def test_roles_in_templates(capsys: pytest.CaptureFixture[str]) -> None:
    """What is literal of them is taken, and what fills the rest in is asked for."""
    Path("graph.yaml").write_text(GRAPH, encoding="utf-8")
    assert main(["init"]) == 0
    shown = capsys.readouterr().out
    assert "1 role of reverse proxies" in shown
    assert "1 role in templates: what is filled in where it decides access belongs under placeholders:" in shown
    cell = config()["cells"]["cell1"]
    assert (cell["region"], cell["account"]) == ("us-east-1", "111122223333")
    assert 'names: ["*-reverse-proxy"]' in Path("policies/reverse-proxy-auth-keys.yaml").read_text(encoding="utf-8")
    text = Path("checker.yaml").read_text(encoding="utf-8")
    assert "    # placeholders:\n    #   schema.spec.table: ${authKeysTable}\n" in text
    # Written in as it says, it is proven.
    text = text.replace("    # placeholders:\n    #   schema", "    placeholders:\n      schema")
    Path("checker.yaml").write_text(text.replace("MY-AUTH-KEYS-TABLE", "keys"), encoding="utf-8")
    assert main(["static"]) == 0
    assert "access proven for 1 of 1 role." in capsys.readouterr().out
