"""Access that is kept on other conditions is one thing, and not a loss beside a gain."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from checker.cli import main
from checker.schemas import load
from tests.report.worlds import BOTH, CONFIG, role

TEAM = {"x": '"Condition": {"StringEquals": {"aws:PrincipalTag/team": "x"}}, ', "": ""}
TEAM["y"] = TEAM["x"].replace('"x"', '"y"')
ON = "dynamodb:GetItem, dynamodb:Query on arn:aws:dynamodb:us-east-1:111122223333:table/cell2-auth-keys"
TAG = "StringEquals aws:PrincipalTag/team"


def lay_out(old: str, new: str) -> None:
    Path("checker.yaml").write_text(CONFIG.replace("manifests: [manifests]\n", ""), encoding="utf-8")
    for side, state in (("old", old), ("new", new)):
        Path(side).mkdir()
        text = role("acme", BOTH).replace('"Effect": "Allow",\n', f'"Effect": "Allow", {TEAM[state]}\n')
        Path(side, "acme.yaml").write_text(text, encoding="utf-8")
        Path(side, "other.yaml").write_text(role("other", BOTH if side == "old" else '"dynamodb:Query"'), "utf-8")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("", "x", f"  - {ON}: now only if {TAG} x"),
        ("x", "", f"  + {ON}: no longer only if {TAG} x"),
        ("x", "y", f"  ~ {ON}: now only if {TAG} y (before: only if {TAG} x)"),
    ],
)
def test_the_conditions_are_told(
    old: str, new: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    lay_out(old, new)
    main(["diff", "old", "new"])
    shown = capsys.readouterr().out
    acme = shown.partition("\n\n")[0]
    assert told in acme.splitlines()
    assert "loses" not in acme
    assert "gains" not in acme
    # What is lost whatever the conditions stays a loss.
    assert "loses dynamodb:GetItem on" in shown
    main(["diff", "old", "new", "--format", "json"])
    found = json.loads(capsys.readouterr().out)
    jsonschema.validate(found, load("diff"))
    texts = [f"{TAG} {side}" if side else "" for side in (old, new)]
    for item in found["roles"][0]["conditions"]:
        assert [item["before"], item["after"]] == texts
    assert found["roles"][0]["lost" if not old or new else "gained"]  # machines are told both


def test_markdown_has_a_table_and_folds_what_fails_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    lay_out("x", "")
    main(["diff", "old", "new", "--format", "markdown"])
    shown = capsys.readouterr().out
    assert "| Role tenant-acme/acme | changed |  |  | `dynamodb:GetItem`, `dynamodb:Query` |" in shown
    assert "| Role tenant-other/other | ⚠️ changed |  | `dynamodb:GetItem` |  |" in shown
    assert shown.count("<details>") == shown.count("</details>") == 1
    assert shown.index("<details>") < shown.index("</details>") < shown.index("**Role tenant-other/other**")
