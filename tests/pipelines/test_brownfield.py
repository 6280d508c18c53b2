"""Thirty roles that lack something, taken into service step by step, with nothing mended by hand in between."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from benchmarks import trees
from checker.cli import main

ROOT = Path(__file__).parents[2]


def git(*arguments: str) -> str:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    return subprocess.run(["git", *who, *arguments], check=True, capture_output=True, text=True).stdout


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["checker"])
    trees.write(tmp_path, 30, "plain", 1, 1.0)
    Path("checker.yaml").unlink()
    git("init", "-q")
    git("add", "-A")
    git("commit", "-q", "-m", "as it is")


@pytest.mark.long
def test_the_walk(capsys: pytest.CaptureFixture[str]) -> None:
    def run(*given: str) -> tuple[int, str]:
        capsys.readouterr()
        code = main(given)
        return code, capsys.readouterr().out

    # Take it in.
    assert main(["init", "--hook", "--github", "--gitlab"]) == 0
    told = capsys.readouterr().out
    assert "wrote .pre-commit-config.yaml" in told
    for name in (".pre-commit-config.yaml", ".github/workflows/checker.yml", ".gitlab/checker.yml"):
        assert yaml.safe_load(Path(name).read_text(encoding="utf-8"))
    code, shown = run("static", "--statistics")
    assert code == 1
    assert "Found 30 errors" in shown
    assert "(30 fixable with checker fix)" in shown
    assert "access proven for 0 of 30 roles" in shown

    # What is known does not stop anybody.
    assert run("static", "--write-baseline", "known.json")[0] == 0
    code, shown = run("static", "--baseline", "known.json")
    assert (code, "Found" in shown) == (0, False)
    git("add", "-A")
    git("commit", "-q", "-m", "the gate")

    # A change breaks one more: the hook sees it, and only it.
    role = Path("manifests/t00003/role.yaml")
    changed = role.read_text(encoding="utf-8").replace("sts:AssumeRoleWithWebIdentity", "sts:AssumeRole")
    assert changed != role.read_text(encoding="utf-8")
    role.write_text(changed, encoding="utf-8")
    code, shown = run("static", "--baseline", "known.json", "--", str(role))
    assert code == 1
    assert set(re.findall(r"manifests/(t\d+)/", shown)) == {"t00003"}
    assert run("static", "--baseline", "known.json", "--changed-since", "HEAD")[0] == 1
    code, shown = run("diff", "HEAD", "--format", "markdown")
    assert code == 1
    assert "t00003" in shown
    assert "t00004" not in shown

    # It is accepted for now, where it stands, with a reason.
    rules = sorted(
        {
            item["rule"]
            for item in json.loads(run("static", "--baseline", "known.json", "--format", "json")[1])["findings"]
        }
    )
    assert rules
    accepted = "".join(f"      {rule} — the issuer moves next week\n" for rule in rules)
    annotated = changed.replace("metadata:\n", f"metadata:\n  annotations:\n    checker/ignore: |\n{accepted}", 1)
    role.write_text(annotated, encoding="utf-8")
    code, shown = run("static", "--baseline", "known.json")
    assert code == 0, shown
    assert "suppressed" in shown

    # And then all is mended: what was known goes out of the baseline.
    role.write_text(git("show", f"HEAD:{role.as_posix()}"), encoding="utf-8")
    code, shown = run("static", "--fix", "--diff")
    assert code == 1
    assert shown.count("\n+++ b/") == shown.count("\n--- a/") + 1 >= 25
    assert main(["static", "--fix"]) == 0
    mended = capsys.readouterr()
    assert "checker: fixed 30 findings in" in mended.err
    assert "access proven for 30 of 30 roles" in mended.out
    code, shown = run("static", "--baseline", "known.json")
    assert code == 0
    assert "entries of known.json are fixed" in shown
    assert run("static", "--write-baseline", "known.json")[0] == 0
    assert all(
        item["rule"] != "missing-grant"
        for item in json.loads(Path("known.json").read_text(encoding="utf-8"))["findings"]
    )
    code, shown = run("diff", "HEAD", "--path", "manifests")
    assert "gains dynamodb:" in shown
    assert run("static", "--format", "html")[0] == 0


def test_what_is_there_is_not_written_anew(capsys: pytest.CaptureFixture[str]) -> None:
    Path(".pre-commit-config.yaml").write_text("repos: []\n", encoding="utf-8")
    assert main(["init", "--hook"]) == 0
    assert ".pre-commit-config.yaml is there already; add to it:\nrepos:" in capsys.readouterr().out
    assert Path(".pre-commit-config.yaml").read_text(encoding="utf-8") == "repos: []\n"


def test_a_program_that_was_there_before_is_nothing_new(capsys: pytest.CaptureFixture[str]) -> None:
    program = "{ apiVersion: 'iam.services.k8s.aws/v1alpha1', kind: 'Role' }\n"
    Path("manifests/role.jsonnet").write_text(program, encoding="utf-8")
    git("add", "-A")
    git("commit", "-q", "-m", "a program")
    main(["static", "manifests", "--changed-since", "HEAD"])
    assert "role.jsonnet" not in capsys.readouterr().out
    Path("manifests/more.jsonnet").write_text(program, encoding="utf-8")
    main(["static", "manifests", "--changed-since", "HEAD"])
    assert "manifests/more.jsonnet:1:16: warning[templated-manifest]" in capsys.readouterr().out


def test_a_program_among_requirements_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(ROOT / "policies", "policies")
    Path("policies/tables.tf").write_text('resource "aws_dynamodb_table" "keys" {}\n', encoding="utf-8")
    assert main(["static", "manifests", "--policies", "policies"]) == 1
    assert "tables.tf" not in "".join(capsys.readouterr())
