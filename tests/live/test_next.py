"""Every command that is printed as `next` is run: by a shell, against the cell it came from, by stand-ins for kubectl
and aws that take what the real ones take. A word that a shell would split, an option that does not exist, an object or
a parameter by a wrong name fails here.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from checker.cli import main
from checker.demo.breaks.registry import BREAKS
from checker.demo.cell import Cell
from checker.demo.serving import write_files
from checker.live.collect import collect
from checker.report.live.told import next_commands
from checker.requirements.load import load_requirements
from checker.requirements.shipped import shipped_policies
from checker.runbook.diagnose import Diagnosis, diagnose

from .conftest import ROOT

REQUIREMENTS = load_requirements((shipped_policies(),)).requirements
STANDINS = Path(__file__).parent / "standins"


def run(line: str, cell: Cell, folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs a line in a shell in which kubectl, aws, curl and checker are what the test gives."""
    tools = folder / "bin"
    tools.mkdir(exist_ok=True)
    for name in ("kubectl", "aws", "curl"):
        (tools / name).write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {STANDINS / name}.py "$@"\n')
    (tools / "checker").write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m checker "$@"\n')
    for tool in tools.iterdir():
        tool.chmod(0o755)
    environment = {
        **{key: item for key, item in os.environ.items() if not key.startswith("AWS_")},
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "HOME": str(folder),
        "KUBECONFIG": str(folder / "kubeconfig"), "AWS_ENDPOINT_URL": cell.aws_url, "AWS_ACCESS_KEY_ID": "demo",
        "AWS_SECRET_ACCESS_KEY": "demo", "CELL_KUBERNETES": cell.kubernetes_url,
    }  # fmt: skip
    return subprocess.run(
        ["sh", "-c", line], env=environment, cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )


def diagnosed(cell: Cell, cause: str, **target: object) -> Diagnosis:
    staged = BREAKS[cause]
    staged.change(cell, staged.index_name)
    where = cell.target(staged.index_name)._replace(**target)  # type: ignore[arg-type]  # fields by name
    manifests = (cell.manifests,) if cell.manifests else ()
    return diagnose(collect(where, cell.access(), cell.search, manifests=manifests), REQUIREMENTS)


@pytest.mark.slow
@pytest.mark.parametrize("cause", BREAKS)
def test_every_next_command_runs(cause: str, tmp_path: Path) -> None:
    with Cell() as cell:
        write_files(cell, str(tmp_path))
        typed = ("--config", str(tmp_path / "checker.yaml"), "--context", "demo")
        found = diagnosed(cell, cause, given=typed, context="demo")
        printed = next_commands(found)
        assert printed
        for line in dict.fromkeys([*printed, *(command for item in found.causes for command in item.next)]):
            ended = run(line, cell, tmp_path)
            # checker says what it found by its code, and grep that it found nothing.
            expected = (0, 1, 3) if line.startswith("checker ") else (0, 1) if "| grep" in line else (0,)
            assert ended.returncode in expected, (line, ended.stderr)
            assert "Traceback" not in ended.stderr
            assert "| grep" not in line or not ended.stderr


@pytest.mark.long
def test_a_stand_in_refuses_what_the_real_one_would(tmp_path: Path) -> None:
    """The test above could otherwise not fail."""
    with Cell() as cell:
        for line in (
            "kubectl get pod no-such-pod -n tenant-acme", "kubectl describe role x", "kubectl get pods --nope",
            "kubectl annotate serviceaccount reverse-proxy-acme -n tenant-acme", "aws iam get-role --role-nam x",
            "aws eks no-such-operation", "aws dynamodb describe-table --table-name", "kubectl frobnicate",
        ):  # fmt: skip
            assert run(line, cell, tmp_path).returncode, line


def test_next_says_again_what_was_typed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In another namespace, container, configuration or cluster, the next command asks for the same."""
    with Cell() as cell:
        write_files(cell, str(tmp_path))
        monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
        for key, value in (
            ("AWS_ENDPOINT_URL", cell.aws_url),
            ("AWS_ACCESS_KEY_ID", "x"),
            ("AWS_SECRET_ACCESS_KEY", "y"),
        ):
            monkeypatch.setenv(key, value)
        staged = BREAKS["missing-action"]
        staged.change(cell, "acme")
        typed = [
            "--namespace", "tenant-acme", "--container", "reverse-proxy", "--config", str(tmp_path / "checker.yaml"),
            "--account-id", "acme", "--since", "20m", "--deadline", "20", "--set", "authKeysTable=cell2-auth-keys",
        ]  # fmt: skip
        assert main(["live", "--index", "acme", *typed, "--format", "json"]) == 1
        printed = json.loads(capsys.readouterr().out)["next"]
        line = printed if isinstance(printed, str) else printed[0]
        words = shlex.split(line)
        assert words[:4] == ["checker", "fix", "--index", "acme"]
        for option in ("--namespace", "--container", "--config", "--account-id", "--set"):
            assert words[words.index(option) + 1] == typed[typed.index(option) + 1]
        assert main(words[1:]) == 1
        assert "dynamodb:GetItem" in capsys.readouterr().out
