"""A hook is handed files that are no objects: those from which kustomize and helm make something, wherever they lie."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from checker.cli import main

from ..conftest import CELL
from ..hostile.bombs import GOOD
from ..kustomize.test_kustomize import HEAD, REMOVE
from .test_built import Tree
from .test_charts import ARGO, FLUX, ROLE, chart

pytestmark = pytest.mark.usefixtures("renderers")

BASE = {"base/kustomization.yaml": HEAD + "resources: [role.yaml]\n", "base/role.yaml": GOOD}
TABLE = "table: other\n"


def overlay(fields: str) -> Tree:
    return {**BASE, "prod/kustomization.yaml": HEAD + "resources: [../base]\n" + fields}


PART = 'spec:\n  inlinePolicies: {auth-keys: "{}"}\n'
REPLACED = "- source: {kind: Role, fieldPath: metadata.name}\n  targets: [{select: {kind: Role}, fieldPaths: [spec.inlinePolicies.auth-keys]}]\n"
FIRES: dict[str, tuple[str, str, Tree]] = {
    "operations": ("p.yaml", "- op: remove\n  path: /spec/inlinePolicies\n", overlay("patches: [{path: ../p.yaml, target: {kind: Role}}]\n")),
    "operations, the path first": ("p.yaml", "- path: /spec/inlinePolicies\n  op: remove\n", overlay("patches: [{path: ../p.yaml, target: {kind: Role}}]\n")),
    "operations in JSON": ("x/p.json", REMOVE, overlay("patches:\n- path: ../x/p.json\n  target: {kind: Role}\n")),
    "a part of an object": ("p.yaml", PART, overlay("patches: [{path: ../p.yaml, target: {kind: Role}}]\n")),
    "replacements": ("r.yaml", REPLACED, overlay("replacements:\n- path: ../r.yaml\n")),
    "a patch of a release": (
        "apps/prod/p.yaml",
        "- {op: replace, path: /spec/values/table, value: other}\n",
        {
            **chart(ROLE),
            "apps/base/f.yaml": FLUX + "  values: {table: cell2-auth-keys}\n",
            "apps/base/kustomization.yaml": HEAD + "resources: [f.yaml]\n",
            "apps/prod/kustomization.yaml": HEAD + "resources: [../base]\npatches: [{path: p.yaml, target: {kind: HelmRelease}}]\n",
        },
    ),
    "values": ("env/prod.values.yaml", TABLE, {**chart(ROLE), "apps/a.yaml": ARGO + "      valueFiles: [../env/prod.values.yaml]\n"}),
}  # fmt: skip
SILENT: dict[str, tuple[str, str, Tree]] = {
    "operations that no kustomization names": ("p.yaml", REMOVE, overlay("")),
    "values, and no chart": ("env/values.yaml", TABLE, BASE),
    "values, and a chart without anything of ours": ("env/values.yaml", TABLE, {**BASE, **chart("kind: ConfigMap\n")}),
    "a workflow": ("w.yaml", "on: push\njobs: {}\n", overlay("patches: [{path: ../p.yaml}]\n")),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path)
    subprocess.run(["git", "init", "-q"], check=True)


def hooked(case: tuple[str, str, Tree]) -> int:
    name, text, files = case
    for path, content in {**files, name: text}.items():
        Path("project", path).parent.mkdir(parents=True, exist_ok=True)
        Path("project", path).write_text(content, encoding="utf-8")
    settings = [item for key, value in CELL.items() for item in ("--set", f"{key}={value}")]
    return main(["static", *settings, "--", f"project/{name}"])


@pytest.mark.parametrize("case", FIRES)
def test_what_is_taken_in_from_afar_is_judged(case: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert hooked(FIRES[case]) == 1
    told = capfd.readouterr().out
    # With the patch the release is unknown, and its chart stays a template whose labels cannot be read.
    assert ("no-matching-role" if case == "a patch of a release" else "access proven for 0 of 1 role") in told


@pytest.mark.parametrize("case", SILENT)
def test_what_nobody_takes_in_is_not(case: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert hooked(SILENT[case]) == 0
    assert "No problems." in capfd.readouterr().out
