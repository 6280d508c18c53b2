"""The gate ends on every input, and says what it makes of it: the bombs, cut to a fortieth of their size in the
default suite (what grows faster than its size still takes long then), whole in the slow one.

A bomb that goes off is ended by the operating system, by its limit on CPU. That limit is no measure of speed: it is
far above what any of them takes. The slow suite prints what they took; the goal is 2 s and 300 MB for 1 MB.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import every_other

from .bombs import Bomb, bombs

CPU_LIMIT = 20
GOAL_SECONDS, GOAL_MEGABYTES = 2.0, 300

_RUN = """
import resource, sys
from checker.cli import main
code = main()
used = resource.getrusage(resource.RUSAGE_SELF)
# ru_maxrss remembers the process that this one was forked from.
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]
print(f"USED {used.ru_utime + used.ru_stime:.2f} {int(peak) // 1024}", file=sys.stderr)
sys.exit(code)
"""
_CELL = ("--set", "account=111122223333", "--set", "region=us-east-1", "--set", "authKeysTable=cell2-auth-keys")


class Ended(NamedTuple):
    code: int
    out: str
    err: str
    seconds: float
    megabytes: int


def gate(folder: Path, *arguments: str, stdin: str | None = None) -> Ended:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_LIMIT, CPU_LIMIT))

    process = subprocess.run(
        [sys.executable, "-c", _RUN, "static", *(arguments or (".",)), *_CELL],
        cwd=folder,
        capture_output=True,
        text=True,
        errors="replace",
        input=stdin,
        preexec_fn=limit,
        env={**os.environ, "NO_COLOR": "1"},
    )
    assert "USED" in process.stderr, f"it did not end by itself: {process.returncode} {process.stderr[-500:]}"
    seconds, megabytes = process.stderr.rsplit("USED ", 1)[1].split()
    return Ended(process.returncode, process.stdout, process.stderr, float(seconds), int(megabytes))


def lay(bomb: Bomb, folder: Path, size: int | None = None) -> None:
    for name, text in bomb.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text[:size], encoding="utf-8", newline="")


def assert_told(ended: Ended, name: str) -> None:
    assert ended.code in (0, 1, 3), (name, ended.err)
    assert "Traceback" not in ended.out + ended.err, (name, ended.out[-2000:], ended.err)
    assert "broke down" not in ended.out, (name, ended.out[-2000:])


CUT = 25_000
SHARES = 4


@pytest.mark.long
@pytest.mark.parametrize("share", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in range(1, SHARES))])
def test_the_gate_ends(share: int, tmp_path: Path) -> None:
    """One run for many: each bomb in a file of its own, cut short."""
    chosen = [bomb for number, bomb in enumerate(bombs()) if number % SHARES == share]
    for bomb in chosen:
        (tmp_path / bomb.name).mkdir()
        lay(bomb, tmp_path / bomb.name, CUT)
    assert_told(gate(tmp_path), "all of them")


@pytest.mark.slow
def test_every_bomb_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    beyond = []
    for bomb in bombs():
        folder = tmp_path / bomb.name
        folder.mkdir()
        lay(bomb, folder)
        ended = gate(folder)
        assert_told(ended, bomb.name)
        if ended.seconds > GOAL_SECONDS or ended.megabytes > GOAL_MEGABYTES:
            beyond.append(f"{bomb.name}: {ended.seconds} s, {ended.megabytes} MB")
    with capsys.disabled():
        said = "; ".join(beyond) or "none"
        print(f"\nbombs of 1 MB beyond the goal of {GOAL_SECONDS} s and {GOAL_MEGABYTES} MB on this machine: {said}")


@pytest.mark.long
@pytest.mark.parametrize("name", every_other(("banner", "wide-banner", "box-of-banners", "blank-lines", "dashes")))
def test_a_banner_hides_nothing(name: str, tmp_path: Path) -> None:
    lay({bomb.name: bomb for bomb in bombs()}[name], tmp_path)
    ended = gate(tmp_path)
    assert ended.code == 0, ended.out
    assert "access proven for 1 of 1 role" in ended.out


@pytest.mark.long
@pytest.mark.parametrize("what", ["configuration", "requirement", "toml", "deep-configuration", "deep-requirement"])
def test_files_of_ours_end_too(what: str, tmp_path: Path) -> None:
    from .bombs import GOOD

    (tmp_path / "m.yaml").write_text(GOOD)
    banner = "#" * 40 + "\n"
    arguments = ["m.yaml"]
    if what == "configuration":
        (tmp_path / "checker.yaml").write_text(banner + "version: 1\n")
    elif what == "requirement":
        (tmp_path / "r.yaml").write_text(banner + "kind: X\n")
        arguments += ["--policies", "r.yaml"]
    elif what == "toml":
        (tmp_path / "pyproject.toml").write_text("[tool.checker]\nmanifests = " + "[" * 5_000 + "]" * 5_000 + "\n")
    elif what == "deep-configuration":
        (tmp_path / "checker.yaml").write_text("version: 1\nmanifests: " + "[" * 5_000 + "]" * 5_000 + "\n")
    else:
        (tmp_path / "r.yaml").write_text("a: " + "[" * 300 + "]" * 300 + "\n")
        arguments += ["--policies", "r.yaml"]
    ended = gate(tmp_path, *arguments)
    assert ended.code == (0 if what == "configuration" else 2), (ended.out, ended.err)
    assert "Traceback" not in ended.err
    if "deep" in what or what == "toml":
        assert "levels deep" in ended.err, ended.err


def test_a_file_that_is_too_large_is_a_finding(tmp_path: Path) -> None:
    with (tmp_path / "m.yaml").open("wb") as file:
        file.truncate(100_000_000)
    ended = gate(tmp_path)
    assert ended.code == 1
    assert "m.yaml:1:1: error[beyond-limits]: the file is larger than 64 MB, and not read" in ended.out
    assert ended.megabytes < GOAL_MEGABYTES


def test_a_stream_that_is_too_large_is_a_finding(tmp_path: Path) -> None:
    ended = gate(tmp_path, "-", stdin="# x\n" * 17_000_000)
    assert ended.code == 1
    assert "<stdin>:1:1: error[beyond-limits]" in ended.out


def test_pipes_devices_and_links_do_not_hold_it_up(tmp_path: Path) -> None:
    from .bombs import GOOD

    (tmp_path / "m.yaml").write_text(GOOD)
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "zero.yaml").symlink_to("/dev/zero")
    (tmp_path / "root").symlink_to("/")
    ended = gate(tmp_path, ".", "-v")
    assert ended.code == 0, ended.out
    assert "root: left out (a link out of the work tree)" in ended.out
    assert "pipe.yaml: left out (a pipe, socket or device)" in ended.out
    for name, why in (
        ("pipe.yaml", "not a file; to read a stream, pipe it into -"),
        ("zero.yaml", "it is a link that leads out of the project"),
    ):
        named = gate(tmp_path, name)
        assert named.code == 3, named.out
        assert f"{name}: " in named.out + named.err
        assert why in named.out + named.err


def test_what_the_shell_opens_is_read(tmp_path: Path) -> None:
    from .bombs import GOOD

    (tmp_path / "m.yaml").write_text(GOOD)
    command = f'"{sys.executable}" -m checker static <(sleep 0.3; cat m.yaml) {" ".join(_CELL)}'
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, (done.stdout, done.stderr)
    assert "access proven for 1 of 1 role" in done.stdout
