"""A change does not choose the rules that it is judged by: `static --trusted REV`, in real repositories."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.cli import main
from tests.report.worlds import BOTH, CONFIG, ONE, role

REQUIREMENT = (Path(__file__).parent.parent.parent / "policies/reverse-proxy-auth-keys.yaml").read_text("utf-8")
KNOWN = {"schemaVersion": 1, "findings": []}


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A repository that is green at `main`."""
    (tmp_path / "manifests").mkdir()
    (tmp_path / "policies").mkdir()
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    Path("checker.yaml").write_text(
        CONFIG + "policies: [policies]\nrules: {broad-action: {severity: warning}}\n", "utf-8"
    )
    Path("policies/keys.yaml").write_text(REQUIREMENT, "utf-8")
    Path("known.json").write_text(json.dumps(KNOWN), "utf-8")
    Path("manifests/acme.yaml").write_text(role("acme", BOTH), "utf-8")
    Path("manifests/zeta.yaml").write_text(role("zeta", BOTH), "utf-8")
    git("init", "-q", "-b", "main")
    commit()


def git(*arguments: str) -> None:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *arguments]
    subprocess.run(command, check=True, capture_output=True)


def commit() -> None:
    git("add", "-A")
    git("commit", "-q", "-m", "x")


def findings(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[tuple[str, str, str]]]:
    capsys.readouterr()
    code = main(["static", "--format", "json", *arguments])
    found = json.loads(capsys.readouterr().out)["findings"]
    return code, [(item["rule"], item["location"]["file"], item["message"]) for item in found]


def edit(path: str, change: Callable[[str], str]) -> None:
    text = Path(path).read_text("utf-8")
    assert change(text) != text
    Path(path).write_text(change(text), "utf-8")


def broken() -> None:
    Path("manifests/acme.yaml").write_text(role("acme", ONE), "utf-8")


def rule_off() -> None:
    edit("checker.yaml", lambda text: text.replace("rules: {", "rules: {missing-grant: {severity: note}, "))


def ignored() -> None:
    edit("checker.yaml", lambda text: text + "ignore: [{rule: missing-grant, subject: '*', reason: x}]\n")


def requirement_weaker() -> None:
    edit("policies/keys.yaml", lambda text: text.replace("[dynamodb:GetItem, dynamodb:Query]", "[dynamodb:GetItem]"))


def requirement_elsewhere() -> None:
    edit("policies/keys.yaml", lambda text: text.replace('names: ["*-reverse-proxy"]', 'names: ["zeta-*"]').replace(
        "      labels: {app.kubernetes.io/name: reverse-proxy}\n", ""))  # fmt: skip


def other_requirements() -> None:
    Path("easy").mkdir()
    easy = REQUIREMENT.replace("dynamodb:GetItem, dynamodb:Query", "dynamodb:GetItem")
    Path("easy/keys.yaml").write_text(easy, "utf-8")
    edit("checker.yaml", lambda text: text.replace("policies: [policies]", "policies: [easy]"))


def fewer_manifests() -> None:
    Path("good").mkdir()
    git("mv", "manifests/zeta.yaml", "good/zeta.yaml")
    edit("checker.yaml", lambda text: text.replace("manifests: [manifests]", "manifests: [good]"))


def nearer_configuration() -> None:
    Path(".checker.yaml").write_text(Path("checker.yaml").read_text("utf-8"), "utf-8")
    edit("checker.yaml", lambda text: text.replace("rules: {", "rules: {missing-grant: {severity: off}, "))


def in_a_comment() -> None:
    comment = "    # checker: ignore[missing-grant] trust me\n"
    edit("manifests/acme.yaml", lambda text: text.replace("    auth-keys:", f"{comment}    auth-keys:"))


def in_an_annotation() -> None:
    edit("manifests/acme.yaml", lambda text: text.replace(
        "metadata:\n", "metadata:\n  annotations: {checker/ignore: missing-grant — trust me}\n", 1))  # fmt: skip


def accepted() -> None:
    assert main(["static", "--write-baseline", "known.json"]) == 0


def folder_becomes_a_link() -> None:
    """`policies` leads to requirements that the revision has elsewhere, and that ask for less."""
    Path("policies/keys.yaml").unlink()
    Path("policies").rmdir()
    os.symlink("examples", "policies")


def another_cell() -> None:
    edit("checker.yaml", lambda text: text.replace("cells:\n", "cells:\n  other: {region: us-east-1}\n"))


WAYS = {
    "rule-lowered": (rule_off, "checker.yaml", "missing-grant becomes note, and is error so far"),
    "ignore": (ignored, "checker.yaml", "ignore: accepts missing-grant for *"),
    "requirement": (requirement_weaker, "policies/keys.yaml", "asks something else: require"),
    "appliesTo": (requirement_elsewhere, "policies/keys.yaml", "asks something else: appliesTo"),
    "policies": (other_requirements, "checker.yaml", "policies: is another one; so far it is policies"),
    "manifests": (fewer_manifests, "checker.yaml", "manifests: is another one; so far it is manifests"),
    "comment": (in_a_comment, "manifests/acme.yaml", "the comment accepts missing-grant"),
    "annotation": (in_an_annotation, "manifests/acme.yaml", "the annotation accepts missing-grant"),
    "baseline": (accepted, "known.json", "the baseline accepts 1 more finding: missing-grant"),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_change_cannot_turn_its_own_gate_green(way: str, capsys: pytest.CaptureFixture[str]) -> None:
    change, file, said = WAYS[way]
    known = ["--baseline", "known.json"] if way == "baseline" else []
    broken()
    assert main(["static"]) == 1
    change()
    assert main(["static", *known]) == 0
    code, found = findings(capsys, "--trusted", "main", *known)
    assert code == 1
    assert "missing-grant" in [rule for rule, _, _ in found]
    told = [(where, message) for rule, where, message in found if rule == "weakened-gate"]
    assert any(where == file and said in message for where, message in told), told


def test_nothing_is_said_of_a_change_that_weakens_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    edit("manifests/acme.yaml", lambda text: "# moved\n\n" + text)
    edit("checker.yaml", lambda text: "# a comment\n" + text)
    assert findings(capsys, "--trusted", "main", "--baseline", "known.json") == (0, [])


def test_what_the_revision_accepts_stays_accepted_when_it_moves(capsys: pytest.CaptureFixture[str]) -> None:
    broken()
    in_a_comment()
    commit()
    edit("manifests/acme.yaml", lambda text: "# one line more\n" + text)
    assert findings(capsys, "--trusted", "HEAD") == (0, [])
    Path("manifests/zeta.yaml").write_text(
        Path("manifests/acme.yaml").read_text("utf-8").replace("acme", "zeta"), "utf-8"
    )
    code, found = findings(capsys, "--trusted", "HEAD")
    assert code == 1
    assert ("missing-grant", "manifests/zeta.yaml") in [(rule, file) for rule, file, _ in found]


def test_another_parameter_of_the_cell(capsys: pytest.CaptureFixture[str]) -> None:
    edit("checker.yaml", lambda text: text.replace("cell2-auth-keys", "other-table"))
    code, found = findings(capsys, "--trusted", "main")
    assert code == 0
    assert "the parameter authKeysTable of cell2 is other-table, and cell2-auth-keys so far" in found[0][2]


def test_a_new_list_of_actions_decides_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    for kind in ("actions", "resourceTypes", "conditionKeys"):
        Path("data", kind).mkdir(parents=True)
        Path("data", kind, "dynamodb.json").write_text("{}", "utf-8")
    Path("data/serviceNames.json").write_text("{}", "utf-8")
    edit("checker.yaml", lambda text: text + "catalogue: data\n")
    code, found = findings(capsys, "--trusted", "main")
    assert (code, [message for _, _, message in found]) == (0, ["catalogue: is another one; so far it is not given"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--trusted", "nowhere"], "there is no such git revision here"),
        (["--trusted", "main", "--write-baseline", "b.json"], "--trusted takes those that a revision accepts"),
        (["--trusted", "main", "--config", "new.yaml"], "main has no such file, so it decides nothing"),
    ],
)
def test_what_cannot_be_trusted(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("new.yaml").write_text(CONFIG, "utf-8")
    assert main(["static", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_a_repository_that_has_no_configuration_yet(capsys: pytest.CaptureFixture[str]) -> None:
    git("rm", "-q", "checker.yaml")
    commit()
    Path("checker.yaml").write_text(CONFIG, "utf-8")
    code, found = findings(capsys, "--trusted", "HEAD", "manifests")
    assert code == 1
    assert {rule for rule, _, _ in found} >= {"unknown-grant"}


def test_a_configuration_of_git_runs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """Somebody else's .git/config may name commands; reading a revision runs none of them."""
    script = Path("evil.sh").resolve()
    script.write_text(f"#!/bin/sh\ntouch {script.parent}/ran\n", "utf-8")
    script.chmod(0o755)
    for key in ("core.fsmonitor", "core.sshCommand", "core.pager", "core.askPass", "credential.helper", "core.editor"):
        git("config", key, str(script))
    Path("hooks").mkdir()
    for name in ("post-index-change", "reference-transaction", "fsmonitor-watchman"):
        Path("hooks", name).write_text(script.read_text("utf-8"), "utf-8")
        Path("hooks", name).chmod(0o755)
    git("config", "core.hooksPath", str(Path("hooks").resolve()))
    git("config", "extensions.partialClone", "origin")
    git("config", "remote.origin.url", f"ext::{script}")
    git("config", "remote.origin.promisor", "true")
    git("config", "protocol.ext.allow", "always")
    Path("ran").unlink(missing_ok=True)
    edit("manifests/acme.yaml", lambda text: "# moved\n" + text)
    for arguments in (["static", "--trusted", "main"], ["static", "--changed-since", "main"], ["diff", "main"]):
        assert main(arguments) in (0, 1)
    capsys.readouterr()
    blob = subprocess.run(["git", "rev-parse", "main:checker.yaml"], capture_output=True, text=True, check=True).stdout
    Path(".git/objects", blob[:2], blob[2:].strip()).unlink()
    assert main(["static", "--trusted", "main", "manifests"]) in (0, 1, 2)
    assert not Path("ran").exists()


# What a review found.


def test_a_folder_that_becomes_a_link_chooses_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    Path("examples").mkdir()
    easy = REQUIREMENT.replace("dynamodb:GetItem, dynamodb:Query", "dynamodb:GetItem")
    Path("examples/keys.yaml").write_text(easy, "utf-8")
    commit()
    broken()
    folder_becomes_a_link()
    assert main(["static"]) == 0
    code, found = findings(capsys, "--trusted", "main")
    assert code == 1
    assert {"missing-grant", "weakened-gate"} <= {rule for rule, _, _ in found}
    Path("policies").unlink()
    os.symlink(Path("examples").resolve().parent.parent, "policies")
    assert main(["static", "--trusted", "main"]) == 1


def test_requirements_outside_do_not_untrust_those_inside(tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("org")
    (outside / "org.yaml").write_text(REQUIREMENT.replace("reverse-proxy-auth-keys", "org").replace(
        "dynamodb:GetItem, dynamodb:Query", "dynamodb:GetItem"), "utf-8")  # fmt: skip
    broken()
    requirement_weaker()
    policies = ["--policies", str(outside), "--policies", "policies"]
    assert main(["static", *policies]) == 0
    assert main(["static", "--trusted", "main", *policies]) == 1


def test_a_repository_within_the_repository_is_not_asked() -> None:
    """Its files are ordinary ones, so a change can bring it along."""
    Path("team").mkdir()
    git("init", "-q", "--bare", "team")
    git("-C", "team", "config", "core.bare", "false")
    git("-C", "team", "config", "core.worktree", str(Path("team").resolve()))
    os.chdir("team")
    try:
        assert main(["static", "--trusted", "main", "../manifests"]) in (0, 2)
        subprocess.run(["git", "-c", "safe.bareRepository=explicit", "rev-parse", "--git-dir"], check=False)
    finally:
        os.chdir("..")


def test_what_is_told_does_not_hang_on_the_paths(capsys: pytest.CaptureFixture[str]) -> None:
    Path("elsewhere").mkdir()
    Path("elsewhere/other.yaml").write_text(role("other", BOTH), "utf-8")
    rule_off()
    requirement_weaker()
    edit("checker.yaml", lambda text: text + "# iam.services.k8s.aws/v1alpha1 kind: Role\n")
    code, found = findings(capsys, "--trusted", "main", "elsewhere")
    assert code == 0
    assert {file for rule, file, _ in found if rule == "weakened-gate"} == {"checker.yaml", "policies/keys.yaml"}
    for more in (["--no-ignores"], ["--changed-since", "main"]):
        _, found = findings(capsys, "--trusted", "main", "elsewhere", *more)
        assert "weakened-gate" in {rule for rule, _, _ in found}


def test_a_requirement_that_selects_nothing_fails_whatever_the_paths(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("acme", "zeta"):
        edit(f"manifests/{name}.yaml", lambda text: text.replace("-reverse-proxy", "-gone"))
    edit("checker.yaml", lambda text: text.replace("manifests: [manifests]", "manifests: [.]"))
    code, found = findings(capsys, "manifests")
    assert (code, [rule for rule, _, _ in found]) == (1, ["no-matching-role"])


def test_a_file_that_is_called_like_one_of_the_revision(capsys: pytest.CaptureFixture[str]) -> None:
    Path("main:policies").mkdir()
    Path("main:policies/keys.yaml").write_text("a: b\n", "utf-8")
    assert main(["static", "--trusted", "main"]) == 2
    assert "would be taken for one of main" in capsys.readouterr().err


def test_a_suppression_that_moves_to_another_object(capsys: pytest.CaptureFixture[str]) -> None:
    both = "{}---\n{}"
    comment = "  # checker: ignore[missing-grant] is being removed"
    Path("manifests/zeta.yaml").unlink()
    Path("manifests/acme.yaml").write_text(both.format(role("acme", BOTH), role("zeta", ONE, comment)), "utf-8")
    commit()
    assert findings(capsys, "--trusted", "main") == (0, [])
    Path("manifests/acme.yaml").write_text(both.format(role("acme", ONE, comment), role("zeta", BOTH)), "utf-8")
    assert main(["static"]) == 0
    code, found = findings(capsys, "--trusted", "main")
    assert code == 1
    assert {"missing-grant", "weakened-gate"} <= {rule for rule, _, _ in found}


def test_an_old_error_elsewhere_is_not_the_changes(capsys: pytest.CaptureFixture[str]) -> None:
    Path("manifests/zeta.yaml").write_text(role("zeta", ONE), "utf-8")
    commit()
    edit("manifests/acme.yaml", lambda text: "# moved\n" + text)
    assert findings(capsys, "--changed-since", "main", "--trusted", "main") == (0, [])
    broken()
    code, found = findings(capsys, "--changed-since", "main", "--trusted", "main")
    assert (code, [file for _, file, _ in found]) == (1, ["manifests/acme.yaml"])


def test_a_suppression_in_a_requirement_stays(capsys: pytest.CaptureFixture[str]) -> None:
    text = REQUIREMENT.replace(
        "    - actions: [dynamodb:GetItem", "    # checker: ignore[impossible-access] for all\n"
        "    - {actions: [dynamodb:GetItem], resources: ['arn:aws:dynamodb:*:*:table/*/index/*']}\n"
        "    - actions: [dynamodb:GetItem")  # fmt: skip
    Path("policies/keys.yaml").write_text(text, "utf-8")
    commit()
    plain = findings(capsys)
    assert findings(capsys, "--trusted", "main")[0] == plain[0]


def test_files_that_are_links_in_the_revision(capsys: pytest.CaptureFixture[str]) -> None:
    Path("ci").mkdir()
    for name in ("checker.yaml", "known.json"):
        git("mv", name, f"ci/{name}")
        os.symlink(f"ci/{name}", name)
    commit()
    assert findings(capsys, "--trusted", "main", "--baseline", "known.json") == (0, [])


def test_a_nearer_configuration_of_the_same_text_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    Path("team/manifests").mkdir(parents=True)
    Path("team/manifests/x.yaml").write_text(role("x", BOTH), "utf-8")
    commit()
    Path("team/checker.yaml").write_text(Path("checker.yaml").read_text("utf-8").replace("[policies]", "[../policies]"))
    os.chdir("team")
    try:
        _, found = findings(capsys, "--trusted", "main")
    finally:
        os.chdir("..")
    assert any("another configuration decides here" in message for _, _, message in found)


def test_a_new_cell_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    another_cell()
    _, found = findings(capsys, "--trusted", "main")
    assert ("weakened-gate", "checker.yaml", "the cell other is new") in found


def test_requirements_of_one_name_are_compared_one_by_one(capsys: pytest.CaptureFixture[str]) -> None:
    other = REQUIREMENT.replace('"*-reverse-proxy"', '"zeta-*"')
    Path("policies/keys.yaml").write_text(f"{REQUIREMENT}---\n{other}", "utf-8")
    commit()
    assert findings(capsys, "--trusted", "main") == (0, [])


def test_folders_behind_links_are_listed_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Each of these levels has two links to the next: there are four million ways down."""
    for level in range(22):
        Path(f"manifests/l{level}").mkdir()
        for name in ("a", "b"):
            os.symlink(f"../l{level + 1}", f"manifests/l{level}/{name}")
    Path("manifests/l22").mkdir()
    Path("manifests/l22/x.yaml").write_text("a: b\n", "utf-8")
    commit()
    assert findings(capsys, "--trusted", "main") == (0, [])


@pytest.mark.parametrize("name", ["known.json"])
def test_a_baseline_that_became_a_folder(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path(name).unlink()
    Path(name).mkdir()
    assert main(["static", "--trusted", "main", "--baseline", name]) == 2
    assert f"cannot read the baseline {name}" in capsys.readouterr().err


def test_what_the_revision_lacks_is_not_absent(capsys: pytest.CaptureFixture[str]) -> None:
    """As in a clone without its blobs: then nothing is known of what decides."""
    Path("checker.yaml").unlink()
    Path("pyproject.toml").write_text('[tool.checker]\nmanifests = ["manifests"]\n', "utf-8")
    commit()
    blob = subprocess.run(
        ["git", "rev-parse", "main:pyproject.toml"], capture_output=True, text=True, check=True
    ).stdout
    Path(".git/objects", blob[:2], blob[2:].strip()).unlink()
    assert main(["static", "--trusted", "main", "manifests"]) == 2
    assert "git" in capsys.readouterr().err
