"""Answers that are kept: shown again where nothing has changed, and only there. Each run is a process of its own."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checker.cli import main
from checker.kept.entry import pack, unpack
from checker.kept.key import key_of
from checker.kept.recording import begin, forget
from checker.kept.replay import replay

from ..conftest import CELL
from ..hostile.bombs import GOOD

ROOT = Path(__file__).parents[2]
WRONG = GOOD.replace(', "dynamodb:Query"', "")
SET = [f"--set={key}={value}" for key, value in CELL.items()]
CODE = """import sys
from checker.start import main
code = main()
sys.stdout.flush()
print("worked out" if "checker.cli" in sys.modules else "kept", file=sys.stderr)
raise SystemExit(code)
"""
SETTLED = 0.15
"""Seconds after which a file is no longer taken for one that may still be written."""


class Run:
    """Runs the command in a folder, with a folder for caches of its own: as `start` does, within this process."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.cache = folder.parent / "cache"
        self.monkeypatch, self.capsys = monkeypatch, capsys
        self.environment = {name: value for name, value in os.environ.items() if name not in ("CI", "COLUMNS")}
        self.environment |= {"XDG_CACHE_HOME": str(self.cache), "PYTHONPATH": str(ROOT)}

    def __call__(self, *given: str, **environment: str) -> tuple[str, int, str]:
        """What was printed, the exit code, and whether it was `kept` or `worked out`."""
        time.sleep(0.02)  # a tick of the clock of the file system
        typed = ["static", *(given or (".",)), *SET]
        with self.monkeypatch.context() as here:
            here.chdir(self.folder)
            here.setattr("sys.argv", ["checker", *typed])
            here.setattr("checker.kept.recording._RACY", 0)
            for name in ("CI", "COLUMNS", "GITHUB_STEP_SUMMARY"):
                here.delenv(name, raising=False)
            for name, value in {"XDG_CACHE_HOME": str(self.cache), **environment}.items():
                here.setenv(name, value)
            self.capsys.readouterr()
            key = key_of(typed)
            code = replay(key) if key is not None else None
            how = "worked out" if code is None else "kept"
            if code is None:
                if key is not None:
                    begin(key)
                try:
                    code = main(typed)
                except SystemExit as ended:
                    code = int(str(ended.code))
                forget()
            return self.capsys.readouterr().out, code, how

    def as_process(self, *given: str, code: str = "") -> tuple[str, int, str]:
        """The same, as a process of its own."""
        time.sleep(SETTLED)
        command = [sys.executable, "-c", code or CODE, "static", *(given or (".",)), *SET]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, env=self.environment)
        return done.stdout, done.returncode, done.stderr.splitlines()[-1]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """A project with one role that is wrong."""
    folder = tmp_path / "project"
    (folder / "k8s").mkdir(parents=True)
    (folder / "k8s" / "role.yaml").write_text(WRONG, encoding="utf-8")
    shutil.copytree(ROOT / "policies", folder / "policies")
    (folder / "checker.yaml").write_text("version: 1\nmanifests: [k8s]\npolicies: [policies]\n", encoding="utf-8")
    (folder / ".git").mkdir()
    return Run(folder, monkeypatch, capsys)


def test_the_command_does_so(run: Run) -> None:
    first, second = run.as_process("k8s", "--format", "json"), run.as_process("k8s", "--format", "json")
    assert (first[2], second[2]) == ("worked out", "kept")
    assert first[:2] == second[:2]
    assert run("k8s", "--format", "json")[:2] == first[:2]


@pytest.mark.parametrize("given", [(".",), ("k8s/role.yaml",), ("k8s", "--format", "json"), ("k8s", "--exit-zero")])
def test_nothing_has_changed(given: tuple[str, ...], run: Run) -> None:
    first = run(*given)
    second = run(*given)
    assert (first[2], second[2]) == ("worked out", "kept")
    assert first[:2] == second[:2]
    assert "missing-grant" in first[0]


CHANGES: dict[str, Callable[[Path], object]] = {
    "an edit": lambda at: (at / "k8s/role.yaml").write_text(GOOD, encoding="utf-8"),
    "an edit of the same length and time": lambda at: rewrite_in_place(at / "k8s/role.yaml"),
    "a new file": lambda at: (at / "k8s/more.yaml").write_text(GOOD.replace("acme", "umbra"), encoding="utf-8"),
    "a new folder": lambda at: (at / "k8s/more").mkdir(),
    "a file that goes": lambda at: (at / "k8s/role.yaml").unlink(),
    "a file of another name": lambda at: (at / "k8s/role.yaml").rename(at / "k8s/other.yaml"),
    "a requirement": lambda at: append(at / "policies/reverse-proxy-auth-keys.yaml", "# more\n"),
    "the configuration": lambda at: append(at / "checker.yaml", "rules: {missing-grant: {severity: warning}}\n"),
    "a configuration that goes": lambda at: (at / "checker.yaml").unlink(),
    "another configuration": lambda at: (at / ".checker.yaml").write_text("version: 1\n", encoding="utf-8"),
    "a work tree above": lambda at: (at.parent / ".git").mkdir(),
    "no work tree": lambda at: (at / ".git").rmdir(),
    "a file called like an option": lambda at: (at / SET[0]).write_text("", encoding="utf-8"),
    "a link that leads nowhere, called like a work tree": lambda at: (at / "k8s" / ".git").symlink_to("/nowhere"),
    "a link in a file's place": lambda at: link(at / "k8s/role.yaml", at / "policies/reverse-proxy-auth-keys.yaml"),
}


def rewrite_in_place(path: Path) -> None:
    old = path.stat()
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("GetItem", "GetItme"), encoding="utf-8")
    os.utime(path, ns=(old.st_atime_ns, old.st_mtime_ns))


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def link(path: Path, target: Path) -> None:
    path.unlink()
    path.symlink_to(target)


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_seen(change: str, run: Run) -> None:
    given = "k8s/role.yaml" if len(change) % 2 else "."
    run(given)
    assert run(given)[2] == "kept"
    CHANGES[change](run.folder)
    assert run(given)[2] == "worked out"


def test_other_arguments_places_and_terminals_are_other_runs(run: Run) -> None:
    run()
    for options, environment in (
        (("k8s",), {}),
        ((".", "-q"), {}),
        ((".",), {"FORCE_COLOR": "1"}),
        ((".",), {"LC_ALL": "C"}),
    ):
        assert run(*options, **environment)[2] == "worked out"
    run.folder = run.folder / "k8s"
    assert run()[2] == "worked out"


def test_what_rests_on_more_is_not_kept(run: Run) -> None:
    for given in ((".", "--no-cache"), (".", "--output", "x.txt"), (".", "--report", "json=x.json")):
        run(*given)
    run(CI="true")
    assert key_of(["static", "-"]) is None
    (run.folder / "k8s/none.yaml").symlink_to("/nowhere")
    assert run()[2] == "worked out"
    assert not list(run.cache.rglob("*"))


def test_it_can_be_switched_off_and_put_elsewhere(run: Run) -> None:
    append(run.folder / "checker.yaml", "cache: off\n")
    assert [run()[2] for _ in range(2)] == ["worked out", "worked out"]
    text = (run.folder / "checker.yaml").read_text(encoding="utf-8")
    (run.folder / "checker.yaml").write_text(text.replace("cache: off", "cache: .kept"), encoding="utf-8")
    assert [run("k8s")[2] for _ in range(2)] == ["worked out", "kept"]
    assert len(list((run.folder / ".kept").iterdir())) == 1
    shutil.rmtree(run.folder / ".kept")
    assert run("k8s")[2] == "worked out"
    # What is read as well takes no answers: what is added there has to be seen.
    (run.folder / ".kept/x").mkdir(parents=True, exist_ok=True)
    assert [run(".")[2] for _ in range(2)] == ["worked out", "worked out"]
    (run.folder / "checker.yaml").write_text(text.replace("cache: off", "cache: k8s"), encoding="utf-8")
    assert [run()[2] for _ in range(2)] == ["worked out", "worked out"]
    for outside in ("../elsewhere", "/tmp", "."):
        (run.folder / "checker.yaml").write_text(text.replace("cache: off", f"cache: {outside}"), encoding="utf-8")
        assert run()[1] == 2, outside


DAMAGES: tuple[Callable[[Path], Any], ...] = (
    lambda path: path.write_bytes(path.read_bytes()[:-3]),
    lambda path: path.write_bytes(b"x" + path.read_bytes()[1:]),
    lambda path: path.write_bytes(path.read_bytes().replace(b"an answer", b"no answer")),
    lambda path: path.write_bytes(b""),
    lambda path: path.chmod(0o644),
    lambda path: path.rename(path.with_name("other")).with_name("name").symlink_to("other"),
)


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_damaged_or_open_to_others_is_not_read(
    damage: Callable[[Path], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    path = tmp_path / "checker" / "name"
    path.parent.mkdir()
    path.write_bytes(pack([("/x", False, None)], "an answer", 1))
    path.chmod(0o600)
    assert unpack("name") == ((("/x", False, None),), "an answer", 1)
    damage(path)
    assert unpack("name") is None


def test_it_belongs_to_the_user_alone(run: Run) -> None:
    run()
    (path,) = (run.cache / "checker").iterdir()
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_folder_that_cannot_be_written_does_no_harm(run: Run) -> None:
    run.cache.write_text("a file", encoding="utf-8")
    assert [run()[1:] for _ in range(2)] == [(1, "worked out")] * 2


def test_a_file_that_was_written_just_now_is_not_trusted(run: Run) -> None:
    touch = "open('k8s/role.yaml', 'a').close(); import os; os.utime('k8s/role.yaml')"
    code = CODE.replace("code = main()", f"{touch}; code = main()")
    assert [run.as_process(code=code)[2] for _ in range(2)] == ["worked out"] * 2


def test_kustomizations_within_what_is_listed_are_kept_and_others_not(run: Run) -> None:
    kustomization = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [role.yaml]\n"
    (run.folder / "k8s/kustomization.yaml").write_text(kustomization, encoding="utf-8")
    assert [run()[2] for _ in range(2)] == ["worked out", "kept"]
    text = kustomization.replace("role.yaml", "role.yaml, ../../outside/x.yaml")
    (run.folder / "k8s/kustomization.yaml").write_text(text, encoding="utf-8")
    assert [run()[2] for _ in range(2)] == ["worked out", "worked out"]


def random_edit(folder: Path, draw: random.Random) -> None:
    files = sorted(folder.joinpath("k8s").rglob("*.yaml"))
    path = draw.choice(files)
    kind = draw.randrange(6)
    if kind == 0:
        path.write_text(draw.choice((GOOD, WRONG)).replace("acme", draw.choice(("acme", "umbra"))), encoding="utf-8")
    elif kind == 1:
        (path.parent / f"n{draw.randrange(5)}.yaml").write_text(
            GOOD.replace("acme", f"n{draw.randrange(5)}"), encoding="utf-8"
        )
    elif kind == 2 and len(files) > 1:
        path.unlink()
    elif kind == 3:
        os.utime(path)
    elif kind == 4:
        path.rename(path.with_name(f"m{draw.randrange(5)}.yaml"))
    else:
        target = folder / "k8s" / draw.choice(("a", "b")) / "role.yaml"
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(path.read_bytes())


@pytest.mark.long
@pytest.mark.parametrize("edits", [12, pytest.param(300, marks=pytest.mark.slow)])
def test_the_answer_is_that_of_a_run_from_scratch(edits: int, run: Run) -> None:
    draw = random.Random(7)
    kept = 0
    for _ in range(edits):
        if draw.random() < 0.6:
            random_edit(run.folder, draw)
        answer = run()
        kept += answer[2] == "kept"
        assert answer[:2] == run(".", "--no-cache")[:2]
    assert kept > 0 or edits < 100


def test_there_is_a_limit(run: Run) -> None:
    run()
    folder = run.cache / "checker"
    for number in range(150):
        (folder / f"{number:040d}").write_bytes(b"checker kept 1\n")
        (folder / f"{number:040d}").chmod(0o600)
        os.utime(folder / f"{number:040d}", (number, number))
    (folder / f"{'9' * 40}").write_text("of somebody else", encoding="utf-8")
    (run.folder / "k8s/role.yaml").write_text(GOOD, encoding="utf-8")
    run()
    assert len(list(folder.iterdir())) == 101
    assert run()[2] == "kept"


def test_what_rests_on_links_is_not_kept(run: Run) -> None:
    (run.folder / "k8s/later").symlink_to("../later")
    assert [run()[2] for _ in range(2)] == ["worked out", "worked out"]


@pytest.mark.long
def test_a_project_beside_python_is_seen(run: Run) -> None:
    """A virtual environment may be the project's own folder."""
    code = f"import sys; sys.prefix = {str(run.folder)!r}; sys.base_prefix = {str(run.folder.parent)!r}\n{CODE}"
    assert [run.as_process(code=code)[2] for _ in range(2)] == ["worked out", "kept"]
    (run.folder / "k8s/role.yaml").write_text(GOOD, encoding="utf-8")
    assert run.as_process(code=code)[1] == 0


@pytest.mark.parametrize("option", ["--no-cach", "--outpu=x", "--repor=json=x"])
def test_options_are_not_abbreviated(option: str, run: Run) -> None:
    assert run(".", option)[1] == 2


def test_a_pipe_in_the_place_of_an_answer_is_left_alone(run: Run) -> None:
    run()
    (path,) = (run.cache / "checker").iterdir()
    path.unlink()
    os.mkfifo(path, 0o600)
    assert run()[2] == "worked out"
