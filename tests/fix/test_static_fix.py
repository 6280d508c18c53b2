"""`checker static --fix` and `--fix --diff`: what is written, what is left, and what it ends with."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.cli import main

from ..conftest import CELL
from ..hostile.bombs import GOOD

WRONG = GOOD.replace(', "dynamodb:Query"', "")
EXCESS = GOOD.replace('"dynamodb:Query"]', '"dynamodb:Query", "dynamodb:PutItem"]')
SET = [f"--set={key}={value}" for key, value in CELL.items()]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["checker"])


def static(*given: str) -> int:
    return main(["static", "--fix", *given, ".", *SET])


def test_what_can_be_mended_is(capsys: pytest.CaptureFixture[str]) -> None:
    Path("role.yaml").write_text(WRONG, encoding="utf-8")
    assert static("--diff") == 1
    shown = capsys.readouterr().out
    assert shown.startswith("--- a/role.yaml\n+++ b/role.yaml\n")
    assert Path("role.yaml").read_text(encoding="utf-8") == WRONG
    assert static() == 0
    told = capsys.readouterr()
    assert told.err == "checker: fixed 1 finding in role.yaml\n"
    assert "No problems." in told.out
    assert Path("role.yaml").read_text(encoding="utf-8") == GOOD
    assert static("--diff") == 0
    assert capsys.readouterr().out == ""


def test_what_no_safe_fix_mends_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    Path("role.yaml").write_text(EXCESS, encoding="utf-8")
    assert static("--diff") == 1
    assert "1 finding left that no safe fix mends" in capsys.readouterr().err
    assert static() == 1
    assert Path("role.yaml").read_text(encoding="utf-8") == EXCESS
    assert static("--diff", "--exit-zero") == 0


def test_what_cannot_be_read_is_no_success(capsys: pytest.CaptureFixture[str]) -> None:
    Path("role.yaml").write_text(GOOD, encoding="utf-8")
    Path("link.yaml").symlink_to("/nowhere")
    assert static("--diff") == 3
    assert static() == 3


@pytest.mark.parametrize(
    "given",
    [
        ("--diff", "--output", "role.yaml"),
        ("--output", "role.yaml"),
        ("--report", "foo"),
        ("--report", "json=role.yaml"),
        ("--diff", "--format", "json"),
        ("--diff", "--report", "sarif=x.sarif"),
    ],
)
def test_nothing_is_written_where_the_options_are_wrong(
    given: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("role.yaml").write_text(WRONG, encoding="utf-8")
    assert static(*given) == 2
    assert Path("role.yaml").read_text(encoding="utf-8") == WRONG
    assert [path.name for path in Path().iterdir()] == ["role.yaml"]


def test_of_several_cells_one_is_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    cell = 'region: us-east-1, account: "111122223333", parameters: {authKeysTable: cell2-auth-keys}'
    Path("checker.yaml").write_text(f"version: 1\ncells: {{a: {{{cell}}}, b: {{{cell}}}}}\n", encoding="utf-8")
    Path("role.yaml").write_text(WRONG, encoding="utf-8")
    assert main(["static", "--fix", "."]) == 2
    assert "--fix mends one cell at a time: choose one with --cell: a, b" in capsys.readouterr().err
    assert main(["static", "--fix", "--cell", "a", "."]) == 0


def test_what_goes_wrong_with_fixes_hides_no_finding(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise OSError("no room in the folder for copies")

    monkeypatch.setattr("checker.fix.planning.propose.fixes_for", broken)
    Path("role.yaml").write_text(WRONG, encoding="utf-8")
    assert main(["static", ".", *SET]) == 1
    shown = capsys.readouterr()
    assert "error[missing-grant]" in shown.out
    assert "the fixes could not be worked out (OSError: no room in the folder for copies)" in shown.err
