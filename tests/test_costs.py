"""What a run does not do: import what it has no use for, read a text twice, prove a role twice. No clock here."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from benchmarks import trees
from checker.cli import main
from checker.requirements import answering, check
from checker.text.yaml_nodes import compose_all
from checker.unconcerned import answered

ROOT = Path(__file__).parent.parent
HEAVY = ("jsonschema", "boto3", "botocore", "kubernetes", "checker.live", "checker.demo", "checker.runbook", "moto")


def imported(folder: Path, *arguments: str) -> set[str]:
    """The modules that a run of the command line has imported."""
    program = (
        "import sys; from checker.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "print(*sys.modules, sep='\\n', file=sys.stderr)"
    )
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=True, env={"PYTHONPATH": str(ROOT)}
    )
    return set(done.stderr.splitlines())


def below(found: set[str], *names: str) -> set[str]:
    return {module for module in found for name in names if module == name or module.startswith(f"{name}.")}


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    trees.write(tmp_path, 6, "plain", broken=0.0)
    monkeypatch.chdir(tmp_path)
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "x"]):
        name = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
        subprocess.run(["git", *name, *arguments], check=True, capture_output=True)
    return tmp_path


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> dict[str, Counter[str]]:
    """How often each text was parsed, and each role put to a requirement."""
    found: dict[str, Counter[str]] = {"texts": Counter(), "roles": Counter()}
    compose, prove = compose_all, answering.answer

    def composed(text: str) -> Any:
        found["texts"][text] += 1
        return compose(text)

    def proven(requirement: Any, selected: Any, *rest: Any) -> Any:
        found["roles"][selected.role.name] += 1
        return prove(requirement, selected, *rest)

    monkeypatch.setattr("checker.text.documents.compose_all", composed)
    monkeypatch.setattr(check, "answer", proven)
    return found


def test_the_version_needs_nothing(tmp_path: Path) -> None:
    found = imported(tmp_path, "--version")
    assert not below(found, *HEAVY, "yaml", "checker.iam", "checker.gate", "checker.rules", "checker.cli.static")


def test_a_file_with_nothing_for_us_needs_no_rules(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n", encoding="utf-8")
    found = imported(tmp_path, "static", "x.yaml")
    assert not below(
        found, *HEAVY, "yaml", "checker.iam.decisions", "checker.gate.judge", "checker.rules", "checker.cli.live"
    )


def test_a_role_needs_no_other_command_and_no_renderer(tree: Path) -> None:
    found = imported(tree, "static", "manifests/t00000/role.yaml")
    assert not below(
        found,
        *(*HEAVY, "jsonschema_rs"),
        *("checker.rendering", "checker.fix", "checker.diff", "checker.init", "checker.cli.fix"),
    )


def test_a_replay_asks_nobody(tmp_path: Path) -> None:
    record = ROOT / "tests" / "report" / "live" / "missing-action.json"
    found = imported(tmp_path, "live", "--replay", str(record))
    assert "checker.runbook.diagnose" in found
    heavy = ("boto3", "botocore", "kubernetes", "jsonschema", "jsonschema_rs", "ssl")
    assert not below(found, *heavy, "checker.live.collect", "checker.live.clients.aws", "checker.fix", "checker.demo")


@pytest.mark.parametrize(
    "arguments", [[], ["manifests/t00001/role.yaml"], ["--format", "json"], ["--changed-since", "HEAD"]]
)
def test_each_text_is_parsed_once(
    arguments: list[str], tree: Path, counts: dict[str, Counter[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["static", *arguments]) == 0
    capsys.readouterr()
    ours = {text: times for text, times in counts["texts"].items() if "iam.services" in text}
    assert ours
    assert set(ours.values()) == {1}


def test_each_role_is_judged_once(tree: Path, counts: dict[str, Counter[str]]) -> None:
    assert main(["static"]) == 0
    assert set(counts["roles"].values()) == {1}
    assert len(counts["roles"]) == 6


def test_a_hook_judges_what_it_is_asked(tree: Path, counts: dict[str, Counter[str]]) -> None:
    assert main(["static", "manifests/t00003/role.yaml"]) == 0
    assert dict(counts["roles"]) == {"t00003-reverse-proxy": 1}


@pytest.mark.parametrize("command", [["static", "--changed-since", "HEAD"], ["diff", "HEAD"]])
def test_what_a_change_leaves_alone_is_judged_once(
    command: list[str], tree: Path, counts: dict[str, Counter[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    path = next(Path("manifests/t00002").glob("[pr]o*.yaml"))
    path.write_text(
        path.read_text(encoding="utf-8").replace('"dynamodb:Query"', '"dynamodb:GetItem"'), encoding="utf-8"
    )
    main(command)
    assert "t00002" in capsys.readouterr().out
    # Before, after, and (where fixes are shown) as it is once it is mended.
    assert counts["roles"].pop("t00002-reverse-proxy") == (3 if command[0] == "static" else 2)
    assert set(counts["roles"].values()) == ({1} if command[0] == "static" else set())


PLAIN = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\n"


@pytest.mark.parametrize(
    "arguments", [["a.yaml"], ["-q", "a.yaml"], ["--", "a.yaml", "b.yml"], ["--no-cache", "b.yml"]]
)
def test_files_that_hold_nothing_for_us_are_told_as_the_command_tells_them(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text(PLAIN, encoding="utf-8")
    (tmp_path / "b.yml").write_text(PLAIN + "---\n" + PLAIN, encoding="utf-8")
    assert main(["static", *arguments]) == 0
    told = capfd.readouterr().out
    assert answered(arguments)
    assert capfd.readouterr().out == told


@pytest.mark.parametrize(
    "arguments",
    [
        [], ["missing.yaml"], ["folder"], ["-"], ["--", "-"], ["a.yaml", "./a.yaml"], ["link.yaml"], ["linked/a.yaml"],
        ["ours.yaml"], ["map.yaml"], ["checker.yaml"], ["requirement.yaml"], ["built/a.yaml"],
        ["chart/templates/a.yaml"], ["-v", "a.yaml"], ["--format", "json", "a.yaml"], ["--cell", "x", "a.yaml"],
        ["a.yaml", "role.yaml"], ["-q"], ["a.yaml/"], ["a.yaml/."], ["none/../a.yaml"], ["a.yaml/../folder/a.yaml"],
        ["linked/../a.yaml"], ["a.yaml", "-q", "folder/a.yaml"], ["-q", "a.yaml", "--no-cache", "folder/a.yaml"],
        ["a.yaml", "--", "folder/a.yaml"], ["folder//a.yaml"], ["patch.yaml"], ["patch.json"],
        ["my.values.yaml"],
    ],
)  # fmt: skip
def test_what_is_not_as_plain_as_that_is_left_to_the_command(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("folder", "built", "chart/templates"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("a.yaml", "folder/a.yaml", "built/a.yaml", "chart/templates/a.yaml"):
        (tmp_path / name).write_text(PLAIN, encoding="utf-8")
    (tmp_path / "built" / "kustomization.yaml").write_text("resources: [a.yaml]\n", encoding="utf-8")
    (tmp_path / "chart" / "Chart.yaml").write_text("name: x\n", encoding="utf-8")
    (tmp_path / "link.yaml").symlink_to("a.yaml")
    (tmp_path / "linked").symlink_to("folder")
    (tmp_path / "ours.yaml").write_text("apiVersion: iam.services.k8s.aws/v1alpha1\nkind: Role\n", encoding="utf-8")
    (tmp_path / "role.yaml").write_text('x: "\\x69am"\n', encoding="utf-8")
    (tmp_path / "patch.yaml").write_text("- {path: /a, op: remove}\n", encoding="utf-8")
    (tmp_path / "patch.json").write_text('[{"op": "remove", "path": "/a"}]\n', encoding="utf-8")
    (tmp_path / "my.values.yaml").write_text("a: 1\n", encoding="utf-8")
    (tmp_path / "map.yaml").write_text("kind: ConfigMap\n", encoding="utf-8")
    (tmp_path / "checker.yaml").write_text("a: 1\n", encoding="utf-8")
    (tmp_path / "requirement.yaml").write_text("apiVersion: checker/v1\n", encoding="utf-8")
    assert not answered(arguments)
    assert capfd.readouterr().out == ""


def test_a_file_with_the_name_of_an_option_is_no_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.yaml", "-q"):
        (tmp_path / name).write_text(PLAIN, encoding="utf-8")
    assert not answered(["-q", "a.yaml"])
    assert answered(["--", "-q", "a.yaml"])


def test_output_that_cannot_be_written_is_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(PLAIN, encoding="utf-8")
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    command = [sys.executable, "-c", "from checker.start import main; import sys; sys.exit(main())", "static", "a.yaml"]
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(
            command, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, env={"PYTHONPATH": str(ROOT)}
        )
    assert done.returncode == 3
    assert "could not write the result: No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
