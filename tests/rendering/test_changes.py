"""What a change to a patch, a base or a chart does is compared on what comes out, of a revision too."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checker.cli import main

from ..conftest import CELL
from ..hostile.bombs import GOOD
from ..kustomize.test_kustomize import HEAD, REMOVE
from .test_built import OVERLAY, TREES, Tree
from .test_charts import ROLE, VALUES, chart

pytestmark = pytest.mark.usefixtures("renderers")
BEFORE: Tree = {
    **{name: text for name, text in TREES["a component"].items() if not name.startswith("c/")},
    OVERLAY: HEAD + "resources: [../base]\nnamePrefix: p-\n",
}
REMOVES = {
    "c/kustomization.yaml": TREES["a component"]["c/kustomization.yaml"],
    OVERLAY: BEFORE[OVERLAY] + "components: [../c]\n",
}
Ran = Callable[..., tuple[int, Any]]


@pytest.fixture
def ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ran:
    """Commits a tree, changes it, and runs a command: its exit code and its JSON."""
    monkeypatch.chdir(tmp_path)
    subprocess.run(["git", "init", "-q"], check=True)

    def write(files: Tree) -> None:
        for name, text in files.items():
            path = Path("project", name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def run(before: Tree, after: Tree, *arguments: str) -> tuple[int, Any]:
        write(before)
        subprocess.run(["git", "add", "-A"], check=True)
        made = ["git", "-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-q", "--no-verify", "-m", "x"]
        subprocess.run(made, check=True)
        write(after)
        cell = [f"--set={key}={value}" for key, value in CELL.items()]
        monkeypatch.setattr("sys.argv", ["checker", *arguments, "--format", "json", *cell])
        capsys.readouterr()
        code = main()
        return code, json.loads(capsys.readouterr().out)

    return run


def test_a_patch_that_takes_the_access_away_is_a_loss(ran: Ran) -> None:
    code, said = ran(BEFORE, REMOVES, "diff", "HEAD")
    assert code == 1
    (role,) = said["roles"]
    assert "dynamodb:GetItem" in json.dumps(role["lost"])
    assert role["subject"]["name"] == "p-acme-reverse-proxy"


def test_a_patch_that_changes_nothing_of_access_is_none(ran: Ran) -> None:
    describes = '[{"op": "add", "path": "/spec/description", "value": "x"}]'
    after = {OVERLAY: BEFORE[OVERLAY] + f"patches: [{{target: {{kind: Role}}, patch: '{describes}'}}]\n"}
    code, said = ran(BEFORE, after, "diff", "HEAD")
    assert code == 0
    assert not any(role["lost"] or role["gained"] for role in said["roles"])


def test_values_of_a_chart_that_name_another_table_are_a_loss(ran: Ran) -> None:
    code, said = ran(chart(ROLE), {"tenant/values.yaml": VALUES.replace("cell2-auth-keys", "other")}, "diff", "HEAD")
    assert code == 1
    (role,) = said["roles"]
    assert "cell2-auth-keys" in json.dumps(role["lost"])


def test_two_overlays_of_a_base_are_two_roles(ran: Ran) -> None:
    stage = {"stage/kustomization.yaml": HEAD + "resources: [../base]\nlabels: [{pairs: {a: b}}]\n"}
    removes = {
        "stage/kustomization.yaml": HEAD
        + f"resources: [../base]\npatches: [{{target: {{kind: Role}}, patch: '{REMOVE}'}}]\n"
    }
    code, said = ran(
        {**BEFORE, OVERLAY: HEAD + "resources: [../base]\nlabels: [{pairs: {a: c}}]\n", **stage},
        removes,
        "diff",
        "HEAD",
    )
    assert code == 1
    assert [bool(role["lost"]) for role in said["roles"] if role["lost"] or role["gained"]] == [True]


def test_what_was_there_before_is_not_new(ran: Ran) -> None:
    broken = TREES["a component"]
    other = GOOD.replace("acme", "umbra")
    code, said = ran(broken, {"other/role.yaml": other}, "static", "project", "--changed-since", "HEAD")
    assert code == 0, said["findings"]
    assert said["findings"] == []


def test_a_change_that_breaks_what_is_built_is_new(ran: Ran) -> None:
    code, said = ran(BEFORE, REMOVES, "static", "project", "--changed-since", "HEAD")
    assert code == 1
    assert {item["rule"] for item in said["findings"]} == {"missing-grant"}


def test_a_link_in_the_tree_does_not_spoil_the_old_side(ran: Ran) -> None:
    Path("project").mkdir()
    Path("project/again").symlink_to("base")
    worse = {OVERLAY: BEFORE[OVERLAY].replace("[../base]", "[../base, https://127.0.0.1:9/x?ref=v1]")}
    patched = f"patches: [{{target: {{kind: Role}}, patch: '{REMOVE}'}}]\n"
    code, said = ran(BEFORE, {OVERLAY: worse[OVERLAY] + patched}, "static", "project", "--changed-since", "HEAD")
    assert code == 1
    assert "unknown-grant" in {item["rule"] for item in said["findings"]}
