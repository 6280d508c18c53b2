"""Every command that a page shows to be typed is typed here, in a project and beside a cell like those it speaks of."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from checker.cli import EXIT_USAGE
from checker.demo.breaks.registry import BREAKS
from checker.demo.cell import Cell
from checker.demo.serving import write_files
from tests.report.worlds import BOTH, ONE, role

ROOT = Path(__file__).parent.parent.parent
PAGES = [ROOT / "README.md", ROOT / "skills" / "checker" / "SKILL.md", *sorted((ROOT / "docs").glob("*.md"))]
GENERATED = ("commands.md", "rules.md", "causes.md", "json.md", "getting-started.md")
"""Written from the code, or (the last) typed as one story by tests/test_documents_of_the_project.py."""
ALWAYS = ("SKILL.md",)
"""The page whose reader cannot help itself; the others take minutes together, and are for the slow suite."""
MEANT = {
    "explain [NAME]": "explain missing-grant", "--manifests DIR": "--manifests manifests",
    "checker init": "checker init --dry-run --force",
    "NAME": "acme", "CELL": "cell2", "TABLE": "cell2-auth-keys", "DIR": "out", "[PATH…]": "manifests",
    "PATH…": "manifests", "BASE [HEAD]": "main", "BASE": "main", "ACTION ARN": "dynamodb:GetItem '*'", "ARN": "'*'",
    "RULE": "missing-grant", "checker lsp": "checker lsp --help",
}  # fmt: skip
"""What stands for what somebody has to fill in."""
REFUSED = "there is no terminal to ask on"
"""What --apply says here, and rightly."""


def shown(page: Path) -> Iterator[str]:
    """The commands in the blocks of a page, without the comments behind them."""
    for line in page.read_text(encoding="utf-8").splitlines():
        found = re.match(r"(?:    |\$ )?((?:kubectl )?checker (?!\.)[^`]*)$", line)
        if found and not re.match(r"checker (?:is|ends|never|proves)\b", found[1]):
            yield re.sub(r"\s{2,}#.*|\s+# .*|\s+\(written by.*", "", found[1]).strip()


class Place(NamedTuple):
    """Where they are typed: a working folder, and the environment."""

    folder: Path
    environment: dict[str, str]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A repository with a role that lacks an action, a revision before that, a recorded incident, and a cell in which
    the same action is missing."""
    folder = tmp_path_factory.mktemp("typed")
    with Cell() as cell:
        BREAKS["missing-action"].change(cell, "acme")
        variables = write_files(cell, str(folder))
        config = yaml.safe_load((folder / "checker.yaml").read_text("utf-8"))
        (name,) = config["cells"]
        config["cells"] = {"cell2": config["cells"][name]}
        (folder / "checker.yaml").write_text(yaml.safe_dump({**config, "manifests": ["manifests"]}), encoding="utf-8")
        for name in ("manifests", "old", "new", "clusters/cell2", "charts", "overlays"):
            (folder / name).mkdir(parents=True)
            (folder / name / "acme.yaml").write_text(role("acme", BOTH), encoding="utf-8")
        environment = {**os.environ, **variables, "PYTHONPATH": str(ROOT), "HOME": str(folder), "fpath": str(folder)}
        bin_folder = folder / ".bin"
        bin_folder.mkdir()
        for command in ("checker", "kubectl-checker"):
            script = bin_folder / command
            script.write_text(f'#!/bin/sh\nexec {sys.executable} -m checker "$@"\n', encoding="utf-8")
            script.chmod(0o755)
        environment["PATH"] = f"{bin_folder}{os.pathsep}{os.environ['PATH']}"
        (folder / ".config" / "fish" / "completions").mkdir(parents=True)
        git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"]
        for arguments in (["init", "-q", "-b", "main"], ["add", "manifests"], ["commit", "-qm", "x"],
                          ["update-ref", "refs/remotes/origin/main", "HEAD"]):  # fmt: skip
            subprocess.run([*git, *arguments], cwd=folder, check=True, capture_output=True)
        for name in ("manifests", "new"):
            (folder / name / "acme.yaml").write_text(role("acme", ONE), encoding="utf-8")
        shutil.copy(ROOT / "tests" / "report" / "live" / "missing-action.json", folder / "evidence.json")
        (folder / "proxy.log").write_text("ERROR auth keys refresh failed: AccessDeniedException\n", encoding="utf-8")
        alert = {"status": "firing", "labels": {"alertname": "auth_keys_refresh_failure", "index_name": "acme"}}
        (folder / "payload.json").write_text(json.dumps({"version": "4", "alerts": [alert]}), encoding="utf-8")
        yield Place(folder, environment)


def filled_in(command: str) -> str:
    """The command with examples in the place of what it leaves open."""
    for name, value in MEANT.items():
        command = re.sub(rf"(?<![\w-]){re.escape(name)}(?![\w-])", value, command)
    command = command.replace("--region R", "--region us-east-1").replace("--context acme", "--context demo")
    # What goes on until all is well ends at once for an index that is healthy.
    return command.replace("--index acme", "--index borealis") if "--watch" in command else command


@pytest.mark.long
@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, marks=() if page.name in ALWAYS else pytest.mark.slow, id=page.name)
        for page in PAGES
        if page.name not in GENERATED and any(shown(page))
    ],
)
def test_it_can_be_typed(page: Path, place: Place) -> None:
    wrong = []
    for command in shown(page):
        typed = filled_in(command)
        done = subprocess.run(
            ["bash", "-c", typed], cwd=place.folder, env=place.environment, capture_output=True, text=True,
            stdin=subprocess.DEVNULL, timeout=120,
        )  # fmt: skip
        is_refused = done.returncode == EXIT_USAGE or done.returncode > 3 or "internal error" in done.stderr
        if is_refused and REFUSED not in done.stderr:
            wrong.append(f"{command}\n  as: {typed}\n  {done.returncode}: {(done.stderr or done.stdout)[-300:]}")
    assert not wrong, "\n".join(wrong)


def test_pages_show_commands() -> None:
    assert sum(len(list(shown(page))) for page in PAGES if page.name not in GENERATED) > 50
