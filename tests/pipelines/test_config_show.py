"""`checker config show`: what decides here, and what is not among the manifests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checker.cli import main
from tests.report.worlds import BOTH, CONFIG, role


@pytest.fixture
def shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A project with one file of ours among its manifests, and two beside them."""
    monkeypatch.chdir(tmp_path)
    for name in ("manifests/acme.yaml", "elsewhere/borealis.yaml", "elsewhere/deep/caldera.yml"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(role(path.stem, BOTH), encoding="utf-8")
    (tmp_path / "elsewhere" / "other.yaml").write_text("apiVersion: v1\nkind: ConfigMap\n", encoding="utf-8")
    (tmp_path / "checker.yaml").write_text(CONFIG, encoding="utf-8")
    return tmp_path


def test_it_says_what_decides(shown: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "show"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == [
        "configuration  checker.yaml",
        "manifests      manifests (1 file)",
        "               not among them, with kinds of ACK: elsewhere/borealis.yaml, elsewhere/deep/caldera.yml",
    ]
    assert "                 authKeysTable: cell2-auth-keys" in lines


def test_the_same_as_json_from_a_folder_below(
    shown: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(shown / "elsewhere")
    assert main(["config", "show", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["manifests"] == {
        "paths": ["../manifests"],
        "files": 1,
        "elsewhere": ["borealis.yaml", "deep/caldera.yml"],
    }
    assert told["cells"][0]["parameters"]["account"] == "111122223333"


def test_without_a_configuration_everything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["config", "show"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "configuration  none: there is no checker.yaml here or above"
    assert not any("not among them" in line for line in lines)
