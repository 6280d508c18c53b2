"""`--log`: a log from a file, in place of the pod's, and one that the embedded cell plays."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from checker.cli import main
from checker.demo.cell import Cell
from checker.live.collect import collect
from checker.requirements.load import load_requirements
from checker.requirements.shipped import shipped_policies
from checker.runbook.diagnose import diagnose

DENIED = 'level=error msg="failed to refresh auth keys" err="Token file expired: ExpiredTokenException"\n'


def test_the_file_takes_the_place_of_the_log() -> None:
    with Cell() as cell:
        search = cell.search._replace(log=("2026-11-24T03:00:00Z " + DENIED).encode() * 6)
        record = collect(cell.target("acme"), cell.access(), search)
    logs = {name: item for name, item in record.readings.items() if name.startswith("log")}
    assert list(logs) == ["log/file"]
    found = diagnose(record, load_requirements((shipped_policies(),)).requirements)
    assert found.causes[0].id == "expired-token"


def test_the_cell_plays_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "proxy.log"
    file.write_text(DENIED * 5 + 'level=info msg="auth keys refreshed"\n')
    assert main(["demo", "--log", str(file), "--format", "json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["command"], shown["before"]["verdict"]) == ("demo", "healthy")
    assert shown["before"]["recoveredAt"]


def test_a_log_in_utf_16_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """PowerShell's `>` writes it."""
    file = tmp_path / "proxy.log"
    file.write_bytes((DENIED * 5).encode("utf-16"))
    main(["demo", "--log", str(file), "--format", "json"])
    shown = json.loads(capsys.readouterr().out)
    assert shown["before"]["causes"][0]["id"] == "expired-token"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["live", "--index", "acme", "--log", "absent.log"], "cannot read absent.log"),
        (["demo", "--log", "empty.log"], "this log is empty"),
        (["demo", "--log", "packed.log.gz"], "this is compressed (gzip); unpack it"),
        (["live", "--index", "acme", "--log", "full.log", "--watch"], "--watch would see the same again"),
        (["live", "--replay", "x.json", "--log", "full.log"], "--replay has the log in it"),
    ],
)
def test_what_cannot_be_used(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.log").write_text("")
    (tmp_path / "full.log").write_text("x\n")
    (tmp_path / "packed.log.gz").write_bytes(gzip.compress(b"x\n"))
    assert main(arguments) == 2
    assert said in capsys.readouterr().err
