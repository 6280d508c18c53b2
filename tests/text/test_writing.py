"""What this tool writes: whole or not at all, where it was told to, and nothing that it came from."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from checker.cli import main
from checker.text.writing import stage, write_file
from tests.report.worlds import BOTH, CONFIG, ONE, role


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one role, and a folder outside of it."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "project/manifests").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "project")
    Path(".git").mkdir()
    Path("checker.yaml").write_text(CONFIG, encoding="utf-8")
    Path("manifests/acme.yaml").write_text(role("acme", BOTH), encoding="utf-8")
    return tmp_path


def left_over(folder: str = ".") -> list[str]:
    return [name for name in os.listdir(folder) if name.startswith(".checker-")]


def test_a_new_file_has_the_usual_mode_and_an_old_one_keeps_its_own() -> None:
    write_file("new", b"a")
    assert stat.S_IMODE(os.stat("new").st_mode) == 0o644
    os.chmod("new", 0o604)
    write_file("new", b"b")
    assert (Path("new").read_bytes(), stat.S_IMODE(os.stat("new").st_mode)) == (b"b", 0o604)
    write_file("new", b"c", 0o600)
    assert stat.S_IMODE(os.stat("new").st_mode) == 0o600
    assert left_over() == []


def test_devices_and_pipes_are_written_to() -> None:
    write_file("/dev/null", b"a")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_a_link_within_the_project_stays_one() -> None:
    Path("there").write_text("old", encoding="utf-8")
    os.symlink("there", "here")
    write_file("here", b"new")
    assert os.path.islink("here")
    assert Path("there").read_bytes() == b"new"


def test_a_full_disk_leaves_the_old_file() -> None:
    Path("report.json").write_text("old", encoding="utf-8")
    # -B: the limit would cut what Python compiles as well, and whoever imports that afterwards fails.
    limited = f"ulimit -f 1; exec {sys.executable} -B -m checker static --format json --output report.json"
    Path("manifests/more.yaml").write_text(
        "---\n".join(role(f"more{number}", ONE) for number in range(20)), encoding="utf-8"
    )
    done = subprocess.run(["bash", "-c", limited], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "checker: cannot write report.json: File too large" in done.stderr
    assert Path("report.json").read_text(encoding="utf-8") == "old"
    assert left_over() == []


_STAGING = """
import os, sys, time
from checker.text import writing
from checker.cli import main
import checker.cli.explain as explain
os.replace = lambda *_: (print("staged", flush=True), time.sleep(60))
def run(arguments):
    writing.write_file("result", b"new")
    return 0
explain.run = run
import checker.cli as cli
build = cli.build_parser
def patched(prog="checker"):
    parser = build(prog)
    return parser
sys.argv = ["checker", "explain"]
import argparse
original = argparse.ArgumentParser.parse_args
def parse(self, argv=None, namespace=None):
    found = original(self, argv, namespace)
    found.run = run
    return found
argparse.ArgumentParser.parse_args = parse
sys.exit(main())
"""


@pytest.mark.parametrize(
    ("number", "code", "left"),
    [(signal.SIGTERM, 143, 0), (signal.SIGINT, 130, 0), (signal.SIGKILL, -9, 1)],
)
def test_a_signal_leaves_the_old_file(number: int, code: int, left: int) -> None:
    """Caught between the new file and the moment it takes its place."""
    Path("result").write_text("old", encoding="utf-8")
    with subprocess.Popen([sys.executable, "-c", _STAGING], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "staged\n"
        process.send_signal(number)
        assert process.wait(20) == code
    assert Path("result").read_text(encoding="utf-8") == "old"
    assert len(left_over()) == left
    write_file("result", b"next")
    assert left_over() == []


def test_what_a_running_process_has_staged_is_left_alone() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "from checker.text.writing import stage; stage('x', b'1'); print(flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        write_file("y", b"2")
        assert len(left_over()) == 1
        process.communicate("\n")


def test_what_another_machine_left_goes_after_a_day() -> None:
    name = ".checker-00000000-1-0123456789abcdef.tmp"
    Path(name).write_text("", encoding="utf-8")
    write_file("y", b"2")
    assert left_over() == [name]
    os.utime(name, (time.time() - 90_000,) * 2)
    write_file("y", b"2")
    assert left_over() == []


def test_a_folder_that_takes_no_new_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container with one file mounted: what may be written to is written to."""
    Path("mounted").write_text("old", encoding="utf-8")

    def refused(*_: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("checker.text.writing.stage", refused)
    write_file("mounted", b"new")
    assert Path("mounted").read_bytes() == b"new"
    with pytest.raises(PermissionError):
        write_file("another", b"new")


# Links that lead out of the project.


def test_no_result_is_written_through_a_link(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    victim = project / "outside/victim"
    victim.write_text("old", encoding="utf-8")
    os.symlink(victim, "checker.sarif")
    os.symlink(project / "outside", "reports")
    for target in ("checker.sarif", "reports/new.sarif"):
        assert main(["static", "--format", "sarif", "--output", target]) == 2
        assert main(["static", "--report", f"sarif={target}"]) == 2
        assert main(["static", "--write-baseline", target]) == 2
        assert "it is a link that leads out of the project" in capsys.readouterr().err
    assert victim.read_text(encoding="utf-8") == "old"
    assert os.listdir(project / "outside") == ["victim"]
    assert main(["static", "--format", "sarif", "--output", str(project / "outside/mine.sarif")]) == 0


def test_no_manifest_is_read_or_fixed_through_a_link(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outside = project / "outside/secret.yaml"
    outside.write_text(role("zeta", ONE) + "# a secret\n", encoding="utf-8")
    os.symlink(outside, "manifests/zeta.yaml")
    for arguments in (["static"], ["static", "manifests/zeta.yaml"]):
        assert main([*arguments, "-v"]) == 3
        shown = capsys.readouterr().out
        assert "manifests/zeta.yaml: could not be read: it is a link that leads out of the project" in shown
        assert "zeta-reverse-proxy" not in shown
    assert main(["fix", "manifests", "--write"]) == 3
    assert outside.read_text(encoding="utf-8").endswith("# a secret\n")
    assert main(["static", str(outside)]) == 1


def test_no_configuration_is_read_through_a_link(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outside = project / "outside/secret"
    outside.write_text("password: hunter2\n", encoding="utf-8")
    for name, arguments in (("checker.yaml", []), ("known.json", ["--baseline", "known.json"])):
        Path(name).unlink(missing_ok=True)
        os.symlink(outside, name)
        assert main(["static", "manifests", *arguments]) == 2
        shown = capsys.readouterr()
        assert "link that leads out of the project" in shown.err
        assert "password" not in shown.err + shown.out


def test_copies_do_not_leave_their_folder(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("manifests/acme.yaml").write_text(role("acme", ONE), encoding="utf-8")
    Path("copies").mkdir()
    os.symlink(project / "outside", "copies/manifests")
    assert main(["fix", "manifests", "--output", "copies"]) == 3
    assert "leads elsewhere" in capsys.readouterr().err
    assert os.listdir(project / "outside") == []


# What was read is not replaced by what comes of it.


@pytest.mark.parametrize("target", ["manifests/acme.yaml", "checker.yaml", "manifests/role.json", "other.yml"])
def test_no_input_is_overwritten(target: str, capsys: pytest.CaptureFixture[str]) -> None:
    import json

    import yaml

    Path("manifests/role.json").write_text(json.dumps(yaml.safe_load(role("json", BOTH))), encoding="utf-8")
    Path("other.yml").write_text("a: b\n", encoding="utf-8")
    before = Path(target).read_bytes()
    for arguments in (["--output", target], ["--report", f"json={target}"], ["--write-baseline", target]):
        assert main(["static", *arguments]) == 2
        assert target in capsys.readouterr().err
        assert Path(target).read_bytes() == before
    assert main(["static", "--format", "json", "--output", "report.json"]) == 0
    assert main(["static", "--format", "json", "--output", "report.json"]) == 0


def test_a_staged_file_is_nobody_elses() -> None:
    staged = stage("x", b"secret")
    assert os.path.dirname(staged) in ("", ".")
    assert Path(staged).read_bytes() == b"secret"
    os.unlink(staged)


@pytest.mark.parametrize("spelled", ["behind-a-link", "from-above"])
def test_however_a_path_is_spelled_its_links_stay_within(
    spelled: str, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    outside = project / "outside/secret.yaml"
    outside.write_text(role("zeta", ONE), encoding="utf-8")
    os.symlink(outside, "manifests/zeta.yaml")
    os.symlink(outside, "report.txt")
    os.symlink(project, project.parent / f"alias-{project.name}")
    at = project.parent / f"alias-{project.name}/project" if spelled == "behind-a-link" else project / "project"
    monkeypatch.chdir(project.parent if spelled == "from-above" else at)
    config = ["--config", str(at / "checker.yaml")]
    before = outside.read_bytes()
    assert main(["static", *config, str(at / "manifests/zeta.yaml")]) == 3
    assert main(["static", *config, str(at / "manifests"), "--output", str(at / "report.txt")]) == 2
    assert main(["fix", *config, str(at / "manifests"), "--write"]) == 3
    assert outside.read_bytes() == before
    assert "zeta-reverse-proxy" not in capsys.readouterr().out


def test_a_folder_that_is_a_link_out_is_not_read(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "outside/zeta.yaml").write_text(role("zeta", ONE), encoding="utf-8")
    Path("manifests/acme.yaml").unlink()
    Path("manifests").rmdir()
    os.symlink(project / "outside", "manifests")
    for arguments in (["static"], ["static", "manifests"]):
        assert main(arguments) != 0
        shown = capsys.readouterr()
        assert "zeta-reverse-proxy" not in shown.out + shown.err


def test_links_within_a_project_without_git(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".git").rmdir()
    Path("shared").mkdir()
    Path("shared/zeta.yaml").write_text(role("zeta", BOTH), encoding="utf-8")
    os.symlink("../shared/zeta.yaml", "manifests/zeta.yaml")
    assert main(["static", "manifests"]) == 0
    monkeypatch.chdir("manifests")
    assert main(["static", "zeta.yaml"]) == 0


def test_links_of_a_submodule_to_the_project_around_it(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("mods/sub").mkdir(parents=True)
    Path("mods/sub/.git").write_text("gitdir: ../../.git/modules/sub\n", encoding="utf-8")
    os.symlink("../../manifests/acme.yaml", "mods/sub/acme.yaml")
    assert main(["static", "mods/sub"]) == 0
    monkeypatch.chdir("mods/sub")
    assert main(["static", "acme.yaml"]) == 0


@pytest.mark.parametrize("target", [".git/config", "manifests/other.yaml", ".github/ci.yml"])
def test_no_report_replaces_what_a_link_leads_to(target: str) -> None:
    Path(target).parent.mkdir(exist_ok=True)
    Path(target).write_text("old", encoding="utf-8")
    os.symlink(target, "checker.sarif")
    assert main(["static", "--format", "sarif", "--output", "checker.sarif"]) == 2
    assert Path(target).read_text(encoding="utf-8") == "old"


def test_a_manifest_that_cannot_be_read_is_one_as_well() -> None:
    Path("manifests/b.json").write_text('{ broken "kind": "Role" iam.services.k8s.aws', encoding="utf-8")
    before = Path("manifests/b.json").read_bytes()
    assert main(["static", "--format", "json", "--output", "manifests/b.json"]) == 2
    assert Path("manifests/b.json").read_bytes() == before


def test_standard_output_by_its_name() -> None:
    static = f"{sys.executable} -m checker static --format json --output /dev/stdout"
    done = subprocess.run(f"{static} | head -c 1", shell=True, capture_output=True, text=True, check=False)
    assert done.stdout == "{"
    shell = f"(echo first; {static}; echo last) >> log"
    subprocess.run(shell, shell=True, check=True)
    lines = Path("log").read_text(encoding="utf-8").splitlines()
    assert (lines[0], lines[1], lines[-1]) == ("first", "{", "last")


def test_init_writes_all_or_nothing(project: Path) -> None:
    Path("checker.yaml").unlink()
    os.symlink(project / "outside", "policies")
    assert main(["init"]) == 2
    assert not Path("checker.yaml").exists()
    assert os.listdir(project / "outside") == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_replaced_file_keeps_its_owner() -> None:
    Path("report").write_text("old", encoding="utf-8")
    os.chown("report", 1234, 1234)
    write_file("report", b"new")
    assert (os.stat("report").st_uid, os.stat("report").st_gid) == (1234, 1234)
