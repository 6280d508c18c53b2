"""What is said in an editor is what the command line would say, were every text saved: cases in which it was not."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from checker.gate.options import GateOptions
from checker.gate.prepare import check
from checker.lsp.diagnostics import diagnostics
from checker.lsp.folder import Folder
from checker.rules import BY_ID
from tests.report.worlds import BOTH, CONFIG, ONE, role

PLAIN = CONFIG.replace("manifests: [manifests]\n", "")
SCAN = '"dynamodb:Scan"'
REPLACE = """\
- op: replace
  path: /spec/inlinePolicies/auth-keys
  value: '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": [ACTIONS],
    "Resource": "arn:aws:dynamodb:us-east-1:111122223333:table/cell2-auth-keys"}]}'
"""
ACCOUNT = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: x, namespace: y}\n"
CHART = role("acme", "{{ .Values.actions }}").replace("kind: Role", "kind: Role  # a template")
FLUX = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  path: ./apps
  postBuild:
    substitute: {other: x}
"""
MAP = (
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: vars, namespace: flux-system}\ndata: {extra: "dynamodb:Scan"}\n'
)
PATCHES = "patches: [{path: p.yaml, target: {kind: Role}}]"
FROM = "    substituteFrom: [{kind: ConfigMap, name: vars}]\n"

Files = Mapping[str, str]


def patched(actions: str) -> str:
    return REPLACE.replace("ACTIONS", actions)


def overlay(*lines: str) -> str:
    return "".join(f"{line}\n" for line in lines)


CASES: dict[str, tuple[Files, list[tuple[str, str]]]] = {
    "a patch without a word of ours": (
        {
            "kustomization.yaml": "resources: [role.yaml]\npatches: [{path: patch.yaml, target: {kind: Role}}]\n",
            "role.yaml": role("acme", BOTH),
            "patch.yaml": patched(BOTH),
        },
        [("patch.yaml", patched(ONE))],
    ),
    "a file of values": (
        {
            "chart/Chart.yaml": "apiVersion: v2\nname: proxies\nversion: 0.1.0\n",
            "chart/values.yaml": f"actions: '{BOTH}'\n",
            "chart/templates/role.yaml": CHART,
        },
        [("chart/values.yaml", f"actions: '{ONE}'\n")],
    ),
    "two files of a kustomization": (
        {
            "kustomization.yaml": "resources: [role.yaml, other.yaml]\nnamespace: zz\n",
            "role.yaml": role("acme", BOTH),
            "other.yaml": role("other", BOTH),
        },
        [("role.yaml", role("acme", ONE)), ("other.yaml", role("other", BOTH) + "# seen\n")],
    ),
    "a kustomization that builds nothing any more": (
        {
            "overlay/kustomization.yaml": overlay("resources: [../base]", PATCHES),
            "overlay/p.yaml": patched(BOTH),
            "base/kustomization.yaml": "resources: [role.yaml]\n",
            "base/role.yaml": role("acme", ONE),
        },
        [("overlay/kustomization.yaml", "resources: []\n")],
    ),
    "a kustomization that builds something now": (
        {
            "overlay/kustomization.yaml": "resources: []\n",
            "overlay/p.yaml": patched(SCAN),
            "base/kustomization.yaml": "resources: [role.yaml]\n",
            "base/role.yaml": role("acme", BOTH),
        },
        [("overlay/kustomization.yaml",
          overlay("resources: [../base]", PATCHES))],
    ),
    "a kustomization that is not saved yet": (
        {"base/role.yaml": role("acme", BOTH), "base/p.yaml": patched(ONE)},
        [("base/kustomization.yaml", overlay("resources: [role.yaml]", PATCHES))],
    ),
    "a file that is not saved yet": ({"a.yaml": role("a", BOTH)}, [("b.yaml", role("b", ONE))]),
    "the only file held nothing": ({"acme.yaml": ACCOUNT}, [("acme.yaml", role("acme", ONE))]),
    "variables of Flux": (
        {"flux.yaml": FLUX, "vars.yaml": MAP, "apps/role.yaml": role("acme", '"${extra:=dynamodb:Query}"')},
        [("flux.yaml", FLUX + FROM)],
    ),
    "a file that becomes a ConfigMap": (
        {"flux.yaml": FLUX + FROM, "vars.yaml": "a: 1\n", "apps/role.yaml": role("acme", '"${extra:=dynamodb:Query}"')},
        [("vars.yaml", MAP)],
    ),
    "a mark at the beginning": ({"acme.yaml": role("acme", BOTH)}, [("acme.yaml", "\ufeff" + role("acme", ONE))]),
    "half of a character": ({"acme.yaml": role("acme", BOTH)}, [("acme.yaml", role("acme", ONE) + "# \ud800\n")]),
}  # fmt: skip


@pytest.mark.long
@pytest.mark.usefixtures("renderers")
@pytest.mark.parametrize("case", CASES)
def test_it_is_what_the_command_line_says(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files, edits = CASES[case]
    root = tmp_path / "project"
    lay_out(root, {"checker.yaml": PLAIN, ".git/HEAD": "", **files})
    folder = Folder(str(root))
    folder.refresh()
    assert told(folder) == said(root, {}, tmp_path, monkeypatch)
    saved = told(folder)
    texts: dict[str, str] = {}
    for name, text in edits:
        folder.edit(str(root / name), text)
        texts[name] = text
        assert told(folder) == said(root, texts, tmp_path, monkeypatch)
        folder.refresh()
        assert told(folder) == said(root, texts, tmp_path, monkeypatch)
    assert told(folder) != saved
    for name, _ in edits:
        folder.edit(str(root / name), None)
    assert told(folder) == said(root, {}, tmp_path, monkeypatch)


def lay_out(root: Path, files: Files) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(text.encode("utf-8", "surrogatepass"))


def told(folder: Folder) -> list[tuple[str, str]]:
    assert folder.report is not None, folder.problems
    return sorted((item.location.file, item.rule) for item in folder.report.findings)


def said(root: Path, texts: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What the gate says of the folder with these texts in it, read for the first time."""
    copy = tmp_path / "saved"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(root, copy, symlinks=True)
    lay_out(copy, texts)
    monkeypatch.chdir(copy)
    return sorted((item.location.file, item.rule) for item in check(GateOptions(())).findings)


def test_files_behind_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "project"
    lay_out(root, {"checker.yaml": CONFIG, ".git/HEAD": "", "real/acme.yaml": role("acme", BOTH)})
    (root / "manifests").symlink_to("real")
    folder = Folder(str(root))
    folder.refresh()
    for path in ("manifests/acme.yaml", "real/acme.yaml"):
        folder.edit(str(root / path), role("acme", ONE))
        assert [rule for _, rule in told(folder)] == ["missing-grant"], path
        folder.edit(str(root / path), None)
        assert told(folder) == []


def test_the_day_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "project"
    lay_out(root, {"checker.yaml": PLAIN, ".git/HEAD": "", "acme.yaml": role("acme", BOTH)})
    folder = Folder(str(root))
    folder.refresh()
    asked: list[str] = []
    refresh: Callable[[], None] = folder.refresh

    def counted() -> None:
        asked.append("again")
        refresh()

    monkeypatch.setattr(folder, "refresh", counted)
    folder.edit(str(root / "acme.yaml"), role("acme", ONE))
    assert asked == []
    made = folder.cells[0].made
    folder.cells = (folder.cells[0]._replace(made=made._replace(terms=made.terms._replace(today="2000-01-01"))),)
    folder.edit(str(root / "acme.yaml"), role("acme", BOTH))
    assert asked == ["again"]


def test_a_rule_that_breaks_down_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "project"
    lay_out(root, {"checker.yaml": PLAIN, ".git/HEAD": "", "acme.yaml": role("acme", ONE)})

    def broken(*given: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(BY_ID["missing-grant"], "check_project", broken)
    folder = Folder(str(root))
    folder.refresh()
    (shown,) = diagnostics(folder, "utf-16")[os.path.join(folder.root, "checker.yaml")]
    assert "the rule missing-grant broke down" in shown.message


def test_what_is_read_from_outside_of_the_folder_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    top = tmp_path / "project"
    config = CONFIG.replace("[manifests]", "[m, o]")
    files = {"checker.yaml": config, ".git/HEAD": "", "m/a.yaml": role("a", BOTH), "o/b.yaml": role("b", BOTH)}
    lay_out(top, files)
    folder = Folder(str(top / "m"))
    folder.refresh()
    assert told(folder) == []
    for name in ("o/b.yaml", "checker.yaml", "pyproject.toml"):
        assert folder.holds(str(top / name)), name
    assert not folder.holds(str(tmp_path / "elsewhere" / "checker.yaml"))
    folder.edit(str(top / "o" / "b.yaml"), role("b", ONE))
    assert told(folder) == [("../o/b.yaml", "missing-grant")]


def test_a_file_and_a_link_to_it(tmp_path: Path) -> None:
    root = tmp_path / "project"
    lay_out(root, {"checker.yaml": PLAIN, ".git/HEAD": "", "real/a.yaml": role("acme", ONE)})
    (root / "b.yaml").symlink_to("real/a.yaml")
    folder = Folder(str(root))
    folder.refresh()
    before = told(folder)
    for path in ("real/a.yaml", "b.yaml"):
        folder.edit(str(root / path), role("acme", BOTH))
        assert "missing-grant" not in [rule for _, rule in told(folder)]
        folder.edit(str(root / path), None)
        assert told(folder) == before


def test_a_text_that_is_too_large_is_no_other_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checker.text.files.FILE_LIMIT", 10_000)
    monkeypatch.setattr("checker.lsp.folder.FILE_LIMIT", 10_000)
    root = tmp_path / "project"
    lay_out(root, {"checker.yaml": PLAIN, ".git/HEAD": "", "a.yaml": role("acme", BOTH)})
    folder = Folder(str(root))
    folder.refresh()
    folder.edit(str(root / "a.yaml"), role("acme", BOTH) + "#" * 10_001)
    assert "beyond-limits" in [rule for _, rule in told(folder)]


def test_a_folder_of_others_is_left_alone(tmp_path: Path) -> None:
    """An editor starts the server for every YAML file; only what is in the folder itself is told there."""
    root = tmp_path / "project"
    (root / ".git").mkdir(parents=True)
    folder = Folder(str(root))
    folder.refresh()
    assert diagnostics(folder, "utf-16") == {}
    folder.edit(str(root / "a.yaml"), "apiVersion: v1\nkind: Service\nmetadata: {name: x}\n")
    assert diagnostics(folder, "utf-16") == {}
    folder.edit(str(root / "a.yaml"), role("acme", BOTH).replace("kind: Role", "kind: Roles"))
    assert [*diagnostics(folder, "utf-16")] == [str(root.resolve() / "a.yaml")]
    # Whoever asks is told.
    lay_out(root, {"checker.yaml": PLAIN})
    folder.refresh()
    assert len(diagnostics(folder, "utf-16")) == 2
