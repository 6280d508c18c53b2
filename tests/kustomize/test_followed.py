"""`manifests:` names the overlays, and what they take in stands elsewhere: it is a part of the project all the same."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from checker.cli import main
from tests.report.worlds import BOTH, CONFIG, ONE, role

KIND = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
PATCH = (
    role("acme", ONE).partition("  assumeRole")[0] + "  inlinePolicies:" + role("acme", ONE).partition("Policies:")[2]
)
LABELS = role("acme", ONE).partition("spec:")[0] + "  labels: {a: b}\n"
PLAIN = {
    "manifests/kustomization.yaml": KIND + "resources: [../base]\n",
    "base/kustomization.yaml": KIND + "resources: [acme.yaml]\n",
}
LAYOUTS: dict[str, dict[str, str]] = {
    "a base": PLAIN,
    "a base of a base": {
        "manifests/kustomization.yaml": KIND + "resources: [../middle]\n",
        "middle/kustomization.yml": KIND + "resources: [../base]\n",
        "base/Kustomization": KIND + "resources: [acme.yaml]\n",
    },
    "a file": {"manifests/kustomization.yaml": KIND + "resources: [../base/acme.yaml]\n"},
    "a component": {
        "manifests/kustomization.yaml": KIND + "resources: [../base/acme.yaml]\ncomponents: [../part]\n",
        "part/kustomization.yaml": KIND.replace("v1beta1", "v1alpha1").replace("Kustomization\n", "Component\n")
        + "labels: [{pairs: {a: b}}]\n",
    },
}


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    write({"checker.yaml": CONFIG})


def write(files: dict[str, str]) -> None:
    for name, text in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, "utf-8")


def commit() -> None:
    for arguments in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "x")):
        command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *arguments]
        subprocess.run(command, check=True, capture_output=True)


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    capsys.readouterr()
    main([*arguments, "--format", "json"])
    return json.loads(capsys.readouterr().out)


def rules(report: Any) -> list[str]:
    return [item["rule"] for item in report["findings"] if item["severity"] == "error"]


@pytest.mark.parametrize("passed", [(), ("manifests",), ("manifests/kustomization.yaml",)])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_an_overlay_takes_in_is_judged(
    layout: str, passed: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    write({**LAYOUTS[layout], "base/acme.yaml": role("acme", ONE)})
    assert rules(asked(capsys, "static", *passed)) == ["missing-grant"]
    write({"base/acme.yaml": role("acme", BOTH)})
    assert rules(asked(capsys, "static", *passed)) == []


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_change_of_what_an_overlay_takes_in_is_compared(layout: str, capsys: pytest.CaptureFixture[str]) -> None:
    write({**LAYOUTS[layout], "base/acme.yaml": role("acme", BOTH)})
    commit()
    assert asked(capsys, "diff", "HEAD")["roles"] == []
    write({"base/acme.yaml": role("acme", ONE)})
    (change,) = asked(capsys, "diff", "HEAD")["roles"]
    assert [item["actions"] for item in change["lost"]] == [["dynamodb:Query"]]
    assert rules(asked(capsys, "static", "--changed-since", "HEAD")) == ["missing-grant"]


def test_a_finding_that_the_revision_had_already_is_no_new_one(capsys: pytest.CaptureFixture[str]) -> None:
    write({**PLAIN, "base/acme.yaml": role("acme", ONE)})
    commit()
    write({"manifests/kustomization.yaml": PLAIN["manifests/kustomization.yaml"] + "# a comment\n"})
    assert rules(asked(capsys, "static", "--changed-since", "HEAD")) == []


def test_an_overlay_that_is_new_brings_its_base(capsys: pytest.CaptureFixture[str]) -> None:
    write({"manifests/kustomization.yaml": KIND, "base/acme.yaml": role("acme", BOTH)})
    commit()
    write(PLAIN)
    (change,) = asked(capsys, "diff", "HEAD")["roles"]
    assert change["status"] == "added"


@pytest.mark.parametrize(("patch", "expected"), [(PATCH, "unknown-grant"), (LABELS, "")])
def test_the_file_of_a_patch_says_what_it_touches(
    patch: str, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """kustomize refuses patches from above its folder (its load restrictor), the kustomize of Flux does not."""
    overlay = KIND + "resources: [acme.yaml]\npatches: [{path: ../patches/it.yaml}]\n"
    write({"manifests/kustomization.yaml": overlay, "manifests/acme.yaml": role("acme", BOTH)})
    write({"patches/it.yaml": patch})
    assert rules(asked(capsys, "static", "--no-render"))[:1] == [expected][: len(expected)]


def test_a_suppression_that_the_trusted_revision_has_in_a_base_stays(capsys: pytest.CaptureFixture[str]) -> None:
    note = "  # checker: ignore[missing-grant] moves in March"
    write({**PLAIN, "base/acme.yaml": role("acme", ONE, note)})
    commit()
    assert rules(asked(capsys, "static", "--trusted", "HEAD")) == []


def test_nothing_outside_of_the_work_tree_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "work").mkdir()
    os.chdir(tmp_path / "work")
    write({"checker.yaml": CONFIG, "manifests/kustomization.yaml": KIND + "resources: [../../base/acme.yaml]\n"})
    write({"../base/acme.yaml": role("acme", ONE)})
    commit()
    assert rules(asked(capsys, "static")) == ["no-matching-role"]
    os.symlink(tmp_path / "base", "base")
    write({"manifests/kustomization.yaml": KIND + "resources: [../base/acme.yaml]\n"})
    assert rules(asked(capsys, "static")) == ["no-matching-role"]


def test_what_a_cell_has_elsewhere_is_compared_too(capsys: pytest.CaptureFixture[str]) -> None:
    write({"checker.yaml": CONFIG + "    manifests: [own]\n", "manifests/a.yaml": "a: 1\n"})
    write({"own/acme.yaml": role("acme", BOTH)})
    commit()
    write({"own/acme.yaml": role("acme", ONE)})
    (change,) = asked(capsys, "diff", "HEAD")["roles"]
    assert [item["actions"] for item in change["lost"]] == [["dynamodb:Query"]]


def test_a_link_in_the_working_folder_does_not_empty_a_revision(capsys: pytest.CaptureFixture[str]) -> None:
    write({**PLAIN, "base/acme.yaml": role("acme", BOTH)})
    commit()
    write({"base/acme.yaml": role("acme", ONE)})
    commit()
    assert len(asked(capsys, "diff", "HEAD~1", "HEAD")["roles"]) == 1
    os.rename("base", "other")
    os.symlink("other", "base")
    assert main(["diff", "HEAD~1", "HEAD"]) == 3
    assert "a link in its place" in capsys.readouterr().out


def test_a_link_that_the_revision_has_as_well_is_followed(capsys: pytest.CaptureFixture[str]) -> None:
    write({**PLAIN, "base/acme.yaml": role("acme", BOTH)})
    os.rename("base", "other")
    os.symlink("other", "base")
    commit()
    write({"other/acme.yaml": role("acme", ONE)})
    assert len(asked(capsys, "diff", "HEAD")["roles"]) == 1
    assert main(["diff", "HEAD"]) == 1


CELLS = """\
version: 1
manifests: [manifests]
cells:
  one: {account: "111122223333", parameters: {authKeysTable: cell2-auth-keys}, region: us-east-1, manifests: [manifests/one]}
  two: {region: us-east-1, account: "111122223333", parameters: {authKeysTable: cell2-auth-keys}, manifests: [manifests/two]}
"""


def test_a_base_belongs_to_the_cells_that_take_it_in(capsys: pytest.CaptureFixture[str]) -> None:
    overlay = {f"manifests/{name}/kustomization.yaml": KIND + "resources: [../../base]\n" for name in ("one", "two")}
    write({"checker.yaml": CELLS, **overlay, "base/acme.yaml": role("acme", BOTH)})
    write({"base/kustomization.yaml": KIND + "resources: [acme.yaml]\n"})
    commit()
    assert rules(asked(capsys, "static", "--cell", "two")) == []
    write({"manifests/two/kustomization.yaml": KIND + "resources: []\n"})
    assert rules(asked(capsys, "static", "--cell", "one")) == []
    assert rules(asked(capsys, "static", "--cell", "two")) == ["no-matching-role"]
    (change,) = asked(capsys, "diff", "HEAD", "--cell", "two")["roles"]
    assert change["status"] == "removed"
    assert asked(capsys, "diff", "HEAD", "--cell", "one")["roles"] == []


OPERATIONS = "- op: add\n  path: /spec/inlinePolicies/q\n  value: '{}'\n"


@pytest.mark.parametrize("arguments", [(), ("--no-render",)])
def test_a_patch_that_holds_nothing_of_ours_changes_what_it_patches(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    overlay = KIND + "resources: [acme.yaml]\npatches: [{path: ../p.yaml, target: {kind: Role}}]\n"
    write({"manifests/kustomization.yaml": overlay, "manifests/acme.yaml": role("acme", BOTH), "p.yaml": OPERATIONS})
    commit()
    assert main(["diff", "HEAD", *arguments]) == 0
    write({"p.yaml": OPERATIONS.replace("{}", '{"Version": "2012-10-17"}')})
    assert main(["diff", "HEAD", *arguments]) == 3
    assert rules(asked(capsys, "static", "--changed-since", "HEAD", *arguments))[:1] == ["unknown-grant"]


def test_an_edit_below_a_build_that_fails_cannot_be_told(capsys: pytest.CaptureFixture[str]) -> None:
    overlay = KIND + "resources: [acme.yaml]\nreplacements: [{path: nope.yaml}]\n"
    write({"manifests/kustomization.yaml": overlay, "manifests/acme.yaml": role("acme", ONE)})
    commit()
    write({"manifests/acme.yaml": role("acme", BOTH)})
    (change,) = asked(capsys, "diff", "HEAD")["roles"]
    assert "what an edit of its policies does" in change["unclear"][0]
    assert main(["diff", "HEAD"]) == 3


def test_what_flux_deploys_from_elsewhere_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    flux = (
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a}\nspec: {path: ./apps}\n"
    )
    write({"manifests/f.yaml": flux, "manifests/acme.yaml": role("acme", BOTH), "apps/zeta.yaml": role("zeta", ONE)})
    commit()
    main(["static", "-v"])
    assert "apps: left out (" in capsys.readouterr().out
    write({"checker.yaml": CONFIG.replace("[manifests]", "[manifests, apps]")})
    main(["static", "-v"])
    assert "left out" not in capsys.readouterr().out
