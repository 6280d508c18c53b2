"""What the gate costs beside its peers: whole processes, in turn, on trees that anyone can make again.

    python -m benchmarks FOLDER [--rounds 5] [--write docs/performance.md]

Makes the trees below FOLDER, and an environment with the peers from PyPI; kubeconform, helm and kustomize take part
where they are on PATH. Each row runs its commands in turn, so that a slow phase of the machine hits all of them, and
gives medians; only ratios of one row mean anything elsewhere.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from . import trees

ROOT = Path(__file__).parent.parent
PEERS = ("yamllint==1.38.0",)


class Command(NamedTuple):
    """A command as a row names it, and the folder it runs in. With `keeps` it may show the answer of an earlier run, of
    which there is one; where it `edits` a file (a path within the folder) each time before, only what an earlier run
    has kept of the others holds."""

    name: str
    arguments: Sequence[str]
    folder: Path
    keeps: bool = False
    edits: str = ""


class Cost(NamedTuple):
    """What a process took: seconds of CPU and of wall time, and its largest size in MiB."""

    cpu: float
    wall: float
    memory: float


def main() -> None:
    """Measures all rows, prints them, and writes the page where that is asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--write", type=Path, metavar="PAGE")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    peers = _peers(given.folder.resolve())
    rows = [
        line for title, commands in _rows(given.folder.resolve(), peers) for line in _row(title, commands, given.rounds)
    ]
    page = _page(rows, given.rounds)
    print(page)
    if given.write:
        given.write.write_text(page, encoding="utf-8")


def _peers(folder: Path) -> Path:
    """The environment of the peers: made once."""
    home = folder / "peers"
    if not home.exists():
        venv.create(home, with_pip=True)
        subprocess.run([home / "bin" / "python", "-m", "pip", "install", "--quiet", *PEERS], check=True)
    return home / "bin"


def _rows(folder: Path, peers: Path) -> list[tuple[str, list[Command]]]:
    alone, small, large, chart, plain = (folder / name for name in ("alone", "small", "large", "chart", "plain"))
    for target, tenants, shape in (
        (small, 300, "plain"),
        (large, 1000, "plain"),
        (chart, 500, "chart"),
        (plain, 500, "plain"),
    ):
        if not target.exists():
            trees.write(target, tenants, shape, broken=0.0 if shape == "chart" or target == plain else 0.01)
            _commit(target)
    alone.mkdir(exist_ok=True)
    role = next(path for path in (small / "manifests").rglob("role.yaml") if "inlinePolicies" in path.read_text())
    shutil.copy(role, alone / "role.yaml")
    (alone / "other.yaml").write_text("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\n", encoding="utf-8")
    shutil.copy(ROOT / "tests" / "report" / "live" / "missing-action.json", alone / "record.json")
    one, other = str(role.relative_to(small)), "manifests/t00002/role.yaml"
    changed = large / "manifests" / "t00001" / "role.yaml"
    changed.write_text(changed.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    floor = Command("python -c pass", [sys.executable, "-c", "pass"], alone)
    rows = [
        (
            "One Role file alone",
            [
                floor,
                _checker(alone, "static", "role.yaml"),
                _peer(peers, "yamllint", alone, "-d", "relaxed", "role.yaml"),
            ],
        ),
        (
            "The same where nothing has changed: the answer is kept",
            [floor, _checker(alone, "static", "role.yaml")._replace(keeps=True)],
        ),
        (
            "A tree of 2,400 files in which nothing has changed",
            [
                Command("git status", ["git", "status", "--porcelain"], plain),
                _checker(plain, "static")._replace(keeps=True),
            ],
        ),
        (
            "A file with nothing for us; the version",
            [floor, _checker(alone, "static", "other.yaml"), _checker(alone, "--version")],
        ),
        (
            "An incident that was recorded",
            [floor, _checker(alone, "live", "--replay", "record.json")],
        ),
        (
            "One file of a repository with 1,500 files (a hook)",
            [
                _checker(alone, "static", "role.yaml"),
                _checker(small, "static", one),
                _edited(_checker(small, "static", one), one),
            ],
        ),
        (
            "1,000 roles in 5,000 files",
            [
                _checker(large, "static"),
                *_kubeconform(large),
                _peer(peers, "yamllint", large, "-d", "relaxed", "manifests"),
            ],
        ),
        (
            "The same, 1 % broken, in other formats",
            [
                _checker(large, "static"),
                _checker(large, "static", "--format", "json"),
                _checker(large, "static", "--format", "sarif"),
            ],
        ),
        (
            "A change of one file in it",
            [
                _checker(large, "static"),
                _edited(_checker(large, "static"), other),
                _checker(large, "static", "--changed-since", "HEAD"),
                _edited(_checker(large, "static", "--changed-since", "HEAD"), other),
                _checker(large, "diff", "HEAD"),
                _edited(_checker(large, "diff", "HEAD"), other),
            ],
        ),
        ("300 and 1,000 roles", [_checker(small, "static"), _checker(large, "static")]),
    ]
    if shutil.which("helm"):
        rows.append(
            ("500 tenants as plain files and as one chart", [_checker(plain, "static"), _checker(chart, "static")])
        )
    return rows


def _checker(folder: Path, *arguments: str) -> Command:
    where = f" in {folder.name}/" if folder.name != "alone" else ""
    return Command(f"checker {' '.join(arguments)}{where}", [sys.executable, "-m", "checker", *arguments], folder)


def _edited(command: Command, file: str) -> Command:
    """The same with what an earlier run has kept, after an edit of this file."""
    return command._replace(name=f"{command.name}, one file edited, facts kept", keeps=True, edits=file)


def _peer(peers: Path, name: str, folder: Path, *arguments: str) -> Command:
    return Command(f"{name} {' '.join(arguments)}", [str(peers / name), *arguments], folder)


def _kubeconform(folder: Path) -> list[Command]:
    found = shutil.which("kubeconform")
    given = ["-ignore-missing-schemas", "-summary", "manifests"]
    return [Command("kubeconform -ignore-missing-schemas", [found, *given], folder)] if found else []


def _commit(folder: Path) -> None:
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "a tree"]):
        name = ["-c", "user.name=benchmarks", "-c", "user.email=benchmarks@example.com"]
        subprocess.run(["git", *name, *arguments], cwd=folder, check=True, capture_output=True)


def _row(title: str, commands: list[Command], rounds: int) -> list[str]:
    costs: dict[str, list[Cost]] = {command.name: [] for command in commands}
    for command in commands:
        if command.keeps:
            time.sleep(1)  # what was written just now is not trusted
            _cost(_checker(command.folder, "static")._replace(keeps=True) if command.edits else command)
    for number in range(rounds):
        for command in commands:
            with _edit(command, number):
                costs[command.name].append(_cost(command))
    first = statistics.median(cost.cpu for cost in costs[commands[0].name])
    lines = [
        "",
        f"## {title}",
        "",
        "| command | CPU | of the first | wall | memory |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, found in costs.items():
        cpu, wall, memory = (statistics.median(values) for values in zip(*found, strict=True))
        lines.append(
            f"| `{name}` | {cpu * 1000:,.0f} ms | {cpu / first:.2f} | {wall * 1000:,.0f} ms | {memory:,.0f} MiB |"
        )
    return lines


@contextmanager
def _edit(command: Command, number: int) -> Iterator[None]:
    """Within, the file that a command is about has another comment at its end than ever before."""
    file = command.folder / command.edits if command.edits else None
    text = file.read_text(encoding="utf-8") if file else ""
    try:
        if file:
            file.write_text(f"{text}# edit {number} of {time.time_ns()}\n", encoding="utf-8")
        yield
    finally:
        if file:
            file.write_text(text, encoding="utf-8")


def _cost(command: Command) -> Cost:
    started = time.perf_counter()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "CI": "true"}
    if command.keeps:
        del environment["CI"]
        environment["XDG_CACHE_HOME"] = str(command.folder.parent / "cache")
    process = subprocess.Popen(
        command.arguments, cwd=command.folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, _, used = os.wait4(process.pid, 0)
    process.returncode = 0
    return Cost(used.ru_utime + used.ru_stime, time.perf_counter() - started, used.ru_maxrss / 1024)


def _page(rows: list[str], rounds: int) -> str:
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, CPython {platform.python_version()}"
    head = [
        "# What it costs",
        "",
        f"Written by `python -m benchmarks FOLDER --write docs/performance.md`: {machine}, medians of {rounds} rounds,",
        "whole processes in turn. Only the ratios within a table mean anything on another machine. The trees are made",
        "by `benchmarks/trees.py`: for each tenant a role, mostly a policy, a service account and two other manifests.",
    ]
    return "\n".join([*head, *rows]) + "\n"


if __name__ == "__main__":
    main()
