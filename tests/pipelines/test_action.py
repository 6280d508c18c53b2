"""The GitHub action: its definition, and its scripts run as a runner runs them; and the GitLab template."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.conftest import every_other
from tests.report.worlds import BOTH, CONFIG, ONE, role

ROOT = Path(__file__).parent.parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))


def check_jsonschema(schema: str, file: str) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(ROOT / file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_definitions_are_valid_by_their_schemas() -> None:
    check_jsonschema("vendor.github-actions", "action.yml")
    check_jsonschema("vendor.gitlab-ci", "ci/gitlab.yml")


def test_an_auditor_of_workflows_finds_nothing() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "zizmor"), "--offline", "--persona=pedantic", str(ROOT / "action.yml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_input_is_a_part_of_a_script() -> None:
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
        if "run" in step:
            assert step["shell"] == "bash"
        else:
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", step["uses"])


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A work tree with two commits, and the variables and folders of a runner."""
    work = tmp_path / "work"
    (work / "manifests").mkdir(parents=True)
    monkeypatch.chdir(work)
    for name in [name for name in os.environ if name.startswith(("GIT_", "GITHUB_", "CHECKER_"))]:
        monkeypatch.delenv(name)
    temporary = tmp_path / "temp"
    (temporary / "checker-venv/bin").mkdir(parents=True)
    checker = temporary / "checker-venv/bin/checker"
    checker.write_text(f'#!/bin/sh\nexec {sys.executable} -m checker "$@"\n', encoding="utf-8")
    checker.chmod(0o755)
    monkeypatch.setenv("RUNNER_TEMP", str(temporary))
    monkeypatch.setenv("GITHUB_OUTPUT", str(temporary / "output"))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(temporary / "summary.md"))
    monkeypatch.setenv("GITHUB_REPOSITORY", "owner/name")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    Path("checker.yaml").write_text(CONFIG, encoding="utf-8")
    Path("manifests/acme.yaml").write_text(role("acme", BOTH), encoding="utf-8")
    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-qm", "base")
    monkeypatch.setenv("CHECKER_BASE", git("rev-parse", "HEAD").strip())
    Path("manifests/acme.yaml").write_text(role("acme", ONE), encoding="utf-8")
    git("commit", "-qam", "change")
    return temporary


def git(*arguments: str) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def script(name: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["bash", str(ROOT / "ci" / name)], capture_output=True, text=True, check=False)


def outputs(runner: Path) -> dict[str, str]:
    lines = (runner / "output").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_the_check_tells_and_does_not_fail(runner: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHECKER_COMMENT", "true")
    done = script("github.sh")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("::error file=manifests/acme.yaml,line=14,")
    found = outputs(runner)
    assert found["exit-code"] == "1"
    results = json.loads(Path(found["sarif-file"]).read_text(encoding="utf-8"))["runs"][0]["results"]
    assert [item["ruleId"] for item in results] == ["missing-grant"]
    comment = Path(found["comment-file"]).read_text(encoding="utf-8")
    assert "required access is lost" in comment
    assert "### checker: Found 1 error." in comment
    assert "Found 1 error." in (runner / "summary.md").read_text(encoding="utf-8")


def test_only_what_a_pull_request_touches(runner: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHECKER_CHANGED_ONLY", "true")
    monkeypatch.setenv("CHECKER_BASE", git("rev-parse", "HEAD").strip())
    assert script("github.sh").returncode == 0
    assert outputs(runner)["exit-code"] == "0"


def test_a_merge_is_compared_with_its_first_parent(runner: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pull request is checked out as its merge into a main that may have moved on since the event."""
    git("branch", "change")
    git("reset", "-q", "--hard", "HEAD~1")
    Path("manifests/zeta.yaml").write_text(role("zeta", ONE), encoding="utf-8")
    git("add", "-A")
    git("commit", "-qm", "somebody else's")
    git("merge", "-q", "--no-edit", "change")
    monkeypatch.setenv("GITHUB_SHA", git("rev-parse", "HEAD").strip())
    monkeypatch.setenv("CHECKER_CHANGED_ONLY", "true")
    assert script("github.sh").returncode == 0
    sarif = json.loads(Path(outputs(runner)["sarif-file"]).read_text(encoding="utf-8"))
    places = [
        item["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for item in sarif["runs"][0]["results"]
    ]
    assert places == ["manifests/acme.yaml"]


@pytest.mark.long
@pytest.mark.parametrize("base", ["0" * 40, "", "1" * 40])
def test_without_a_commit_to_compare_with_everything_is_reported(
    base: str, runner: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHECKER_BASE", base)
    monkeypatch.setenv("CHECKER_CHANGED_ONLY", "true")
    monkeypatch.setenv("CHECKER_COMMENT", "true")
    done = script("github.sh")
    assert done.returncode == 0, done.stderr
    assert "::warning title=checker::there is no commit to compare with" in done.stdout
    found = outputs(runner)
    assert found["exit-code"] == "1"
    assert "Found 1 error." in Path(found["comment-file"]).read_text(encoding="utf-8")


def test_wrong_usage_fails_at_once(runner: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHECKER_CELL", "nowhere")
    done = script("github.sh")
    assert done.returncode == 2
    assert "there is no cell 'nowhere'" in done.stderr


@pytest.mark.long
@pytest.mark.parametrize(
    "value", every_other(["$(touch pwned)", "`touch pwned`", "--output=pwned", "; touch pwned", "a\nb; touch pwned"])
)
@pytest.mark.parametrize("name", ["CHECKER_PATHS", "CHECKER_CELL", "CHECKER_CONFIG", "CHECKER_BASELINE"])
def test_inputs_are_values_and_nothing_else(
    name: str, value: str, runner: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    assert script("github.sh").returncode == 2
    assert not Path("pwned").exists()


GH = """\
#!{python}
import json, os, sys
body = next((open(item[6:]).read() for item in sys.argv if item.startswith("body=@")), None)
with open(os.environ["GH_LOG"], "a") as log:
    log.write(json.dumps([sys.argv[1:], body]) + "\\n")
if "--paginate" in sys.argv:
    print(os.environ.get("GH_FOUND", ""))
if os.environ.get("GH_REFUSES") or sys.argv[1:3] == ["api", "user"]:
    sys.exit("gh: Resource not accessible by integration (HTTP 403)")
"""


@pytest.mark.parametrize(("found", "method"), [("", "POST"), ("17\n18", "PATCH")])
def test_one_comment_that_is_kept_up_to_date(
    found: str, method: str, runner: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gh = runner / "gh"
    gh.write_text(GH.format(python=sys.executable), encoding="utf-8")
    gh.chmod(0o755)
    comment = runner / "comment.md"
    comment.write_text("x" * 70_000, encoding="utf-8")
    log = runner / "log"
    for name, value in {
        "PATH": f"{runner}:{os.environ['PATH']}",
        "GH_LOG": str(log),
        "GH_FOUND": found,
        "CHECKER_CELL": "cell2 -->x",
        "CHECKER_COMMENT_FILE": str(comment),
        "CHECKER_PULL_REQUEST": "7",
    }.items():
        monkeypatch.setenv(name, value)
    done = script("github-comment.sh")
    assert done.returncode == 0, done.stderr
    _, (listed, _), (written, body) = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert "repos/owner/name/issues/7/comments" in listed
    assert method in written
    assert ("repos/owner/name/issues/comments/17" in written) is bool(found)
    assert re.match(r"<!-- checker:cell2_--_x:\d+ -->\nx", body)
    assert body.endswith("the rest is in the summary of the job.\n")
    assert len(body) < 65_536
    # A token that may not write is no reason to fail.
    monkeypatch.setenv("GH_REFUSES", "1")
    done = script("github-comment.sh")
    assert done.returncode == 0
    assert "::warning title=checker::the comment could not be written" in done.stdout


@pytest.mark.long
def test_a_pull_request_is_judged_by_the_rules_of_its_base(runner: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open("checker.yaml", "a", encoding="utf-8") as file:
        file.write("rules: {missing-grant: {severity: note}}\n")
    git("commit", "-qam", "weaker")
    assert script("github.sh").returncode == 0
    assert outputs(runner)["exit-code"] == "0"
    for number, trusted, code in (("7", "", "1"), ("7", "false", "0"), ("", "true", "1")):
        monkeypatch.setenv("CHECKER_PULL_REQUEST", number)
        monkeypatch.setenv("CHECKER_TRUSTED", trusted)
        done = script("github.sh")
        assert done.returncode == 0, done.stderr
        assert outputs(runner)["exit-code"] == code
        assert ("weakened-gate" in done.stdout) == (code == "1")


def test_without_its_base_a_pull_request_is_not_judged(runner: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHECKER_PULL_REQUEST", "7")
    monkeypatch.setenv("CHECKER_BASE", "1" * 40)
    done = script("github.sh")
    assert done.returncode == 2
    assert "the base of the change is not here" in done.stdout


def test_a_merge_of_the_author_is_no_base(runner: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Checked out is the head of the branch, whose first parent is the author's own commit."""
    with open("checker.yaml", "a", encoding="utf-8") as file:
        file.write("rules: {missing-grant: {severity: note}}\n")
    git("commit", "-qam", "weaker")
    git("checkout", "-q", "-b", "side", "HEAD~1")
    Path("README.md").write_text("x", encoding="utf-8")
    git("add", "-A")
    git("commit", "-qm", "side")
    git("checkout", "-q", "main")
    git("merge", "-q", "--no-edit", "side")
    monkeypatch.setenv("CHECKER_PULL_REQUEST", "7")
    monkeypatch.setenv("GITHUB_SHA", "1" * 40)
    assert script("github.sh").returncode == 0
    assert outputs(runner)["exit-code"] == "1"
