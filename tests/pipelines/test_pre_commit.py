"""The hooks, run by pre-commit itself in a scratch repository."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.report.worlds import BOTH, CONFIG, ONE, role

ROOT = Path(__file__).parent.parent.parent
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def _scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A repository with a role that is right and a file that holds nothing for us."""
    (tmp_path / "scratch/manifests").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "scratch")
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "pre-commit"))
    Path("checker.yaml").write_text(CONFIG, encoding="utf-8")
    Path("manifests/acme.yaml").write_text(role("acme", BOTH), encoding="utf-8")
    Path("manifests/borealis.yaml").write_text(role("borealis", BOTH), encoding="utf-8")
    Path("notes.yaml").write_text("kind: ConfigMap\n", encoding="utf-8")
    Path("README.md").write_text("# scratch\n", encoding="utf-8")
    git("init", "-q")


def git(*arguments: str) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def pre_commit(*arguments: str) -> tuple[int, str]:
    git("add", "-A")
    command = [sys.executable, "-m", "pre_commit", "run", "--color=never", "--verbose", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def local(*identities: str) -> None:
    """The hooks with everything they declare, but run from this environment instead of one of their own."""
    hooks = [{**hook, "language": "system"} for hook in HOOKS if hook["id"] in identities]
    for hook in hooks:
        hook["entry"] = hook["entry"].replace("checker", f"{sys.executable} -m checker", 1)
    Path(".pre-commit-config.yaml").write_text(
        yaml.safe_dump({"repos": [{"repo": "local", "hooks": hooks}]}), encoding="utf-8"
    )


def test_the_manifest_is_one() -> None:
    command = [sys.executable, "-m", "pre_commit", "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml")]
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0


def test_the_files_of_the_commit() -> None:
    local("checker")
    code, shown = pre_commit("--all-files")
    assert code == 0, shown
    git("commit", "-qm", "first")
    Path("manifests/borealis.yaml").write_text(role("borealis", ONE), encoding="utf-8")
    git("commit", "-qam", "broken elsewhere")
    Path("manifests/acme.yaml").write_text("# changed\n" + role("acme", BOTH), encoding="utf-8")
    code, shown = pre_commit()
    assert code == 0, shown
    Path("manifests/acme.yaml").write_text(role("acme", ONE), encoding="utf-8")
    code, shown = pre_commit()
    assert code == 1
    assert "manifests/acme.yaml:14:19: error[missing-grant]" in shown
    assert "borealis.yaml:" not in shown


def test_files_that_hold_nothing_for_us_pass() -> None:
    local("checker")
    code, shown = pre_commit("--files", "notes.yaml")
    assert code == 0
    assert "1 unrelated document" in shown
    code, shown = pre_commit("--files", "README.md")
    assert "(no files to check)Skipped" in shown.replace("\n", "")


def test_the_whole_project() -> None:
    local("checker-all")
    Path("manifests/borealis.yaml").write_text(role("borealis", ONE), encoding="utf-8")
    git("add", "-A")
    git("commit", "-qm", "broken")
    Path("notes.yaml").write_text("kind: Secret\n", encoding="utf-8")
    code, shown = pre_commit()
    assert code == 1
    assert "manifests/borealis.yaml:14:19: error[missing-grant]" in shown


@pytest.mark.long
def test_a_deleted_file_and_a_broken_configuration() -> None:
    local("checker", "checker-all")
    text = role("acme", BOTH)
    document = json.dumps(
        {"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}]}
    )
    spec = {"name": "More", "policyDocument": document}
    policy = {"apiVersion": "iam.services.k8s.aws/v1alpha1", "kind": "Policy", "spec": spec}
    policy["metadata"] = {"name": "more", "namespace": "tenant-acme"}
    Path("manifests/acme.yaml").write_text(text + "  policyRefs: [{from: {name: more}}]\n", encoding="utf-8")
    Path("manifests/policy.yaml").write_text(json.dumps(policy), encoding="utf-8")
    git("add", "-A")
    git("commit", "-qm", "first")
    Path("manifests/policy.yaml").unlink()
    code, shown = pre_commit()
    assert code == 1
    assert "error[dangling-reference]" in shown
    git("reset", "-q", "--hard")
    Path("checker.yaml").write_text("version: 1\nnonsense: 1\n", encoding="utf-8")
    local("checker")
    code, shown = pre_commit("--files", "checker.yaml")
    assert code == 1
    assert "nonsense is not a known field" in shown


@pytest.mark.slow
def test_installed_from_a_repository_as_people_do(tmp_path: Path) -> None:
    """pre-commit clones the repository, makes an environment and installs it, which takes a package index."""
    source = tmp_path / "checker"
    source.mkdir()
    for name in git("-C", str(ROOT), "ls-files", "-co", "--exclude-standard").splitlines():
        if (ROOT / name).is_file() and not name.startswith("tests/"):
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, source / name)
    git("-C", str(source), "init", "-q")
    git("-C", str(source), "add", "-A")
    git("-C", str(source), "commit", "-qm", "release")
    revision = git("-C", str(source), "rev-parse", "HEAD").strip()
    hooks = [{"id": "checker"}, {"id": "checker-all"}]
    config = {"repos": [{"repo": str(source), "rev": revision, "hooks": hooks}]}
    Path(".pre-commit-config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    code, shown = pre_commit("--all-files")
    assert code == 0, shown
    Path("manifests/acme.yaml").write_text(role("acme", ONE), encoding="utf-8")
    code, shown = pre_commit("--all-files")
    assert code == 1
    assert shown.count("manifests/acme.yaml:14:19: error[missing-grant]") == 2


@pytest.mark.long
@pytest.mark.parametrize("arguments", [None, ["--cell", "cell2"]])
def test_a_file_with_the_name_of_an_option_is_a_file(arguments: list[str] | None) -> None:
    """Real pre-commit hands over names as they are: such a file chose the configuration, and the gate was green."""
    local("checker")
    if arguments is not None:
        config = yaml.safe_load(Path(".pre-commit-config.yaml").read_text("utf-8"))
        config["repos"][0]["hooks"][0]["args"] = arguments
        Path(".pre-commit-config.yaml").write_text(yaml.safe_dump(config), "utf-8")
    Path("manifests/acme.yaml").write_text(role("acme", ONE), encoding="utf-8")
    code, shown = pre_commit("--all-files")
    assert code == 1, shown
    assert "error[missing-grant]" in shown
    Path("--config=evil.yaml").write_text(CONFIG + "rules: {missing-grant: {severity: note}}\n", "utf-8")
    Path("evil.yaml").write_text(CONFIG + "rules: {missing-grant: {severity: note}}\n", "utf-8")
    code, shown = pre_commit("--all-files")
    assert code == 1, shown
    if arguments is None:
        assert "error[missing-grant]" in shown
    else:
        assert "--config=evil.yaml is a file here, and could be taken for an option" in shown
