"""A baseline lets known findings rest: moved text brings none back, and none hides a new one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from checker.cli import main
from checker.schemas import load
from tests.suppression.test_suppressions import ROLE, SET

STATEMENT = '{"Sid": "Other", "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "arn:aws:s3:::b/*"},\n        '


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("m").mkdir()
    Path("m/role.yaml").write_text(ROLE, encoding="utf-8")
    assert static("--write-baseline", "known.json") == 0


def static(*arguments: str, paths: tuple[str, ...] = ("m",)) -> int:
    return main(["static", *paths, *SET, *arguments])


def left(capsys: pytest.CaptureFixture[str], *arguments: str, paths: tuple[str, ...] = ("m",)) -> dict[str, Any]:
    capsys.readouterr()
    static("--baseline", "known.json", "--format", "json", *arguments, paths=paths)
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    jsonschema.validate(found, load("report"))
    return found


def rules(found: dict[str, Any]) -> list[tuple[str, str]]:
    return [(item["location"]["file"], item["rule"]) for item in found["findings"]]


def write(name: str, text: str) -> None:
    Path("m", name).write_text(text, encoding="utf-8")


def test_what_is_known_is_not_reported(capsys: pytest.CaptureFixture[str]) -> None:
    found = left(capsys)
    assert rules(found) == []
    assert found["baseline"] == {"file": "known.json", "known": 2, "fixed": []}
    assert {item["by"] for item in found["suppressed"]} == {"baseline"}
    jsonschema.validate(json.loads(Path("known.json").read_text(encoding="utf-8")), load("baseline"))


@pytest.mark.parametrize(
    "moved",
    [
        "# a line more\n" + ROLE,
        ROLE.replace('{"Sid"', STATEMENT + '{"Sid"'),
        ROLE.replace("  descriptoin: a typo\n", "").replace("  inline", "  descriptoin:   a typo\n  inline"),
        ROLE.replace("/v1alpha1", "/v1alpha1 # newer"),
    ],
)
def test_moved_text_brings_nothing_back(moved: str, capsys: pytest.CaptureFixture[str]) -> None:
    write("role.yaml", moved)
    assert rules(left(capsys)) == []


def test_a_moved_file_brings_nothing_back(capsys: pytest.CaptureFixture[str]) -> None:
    Path("m/role.yaml").rename("m/moved.yaml")
    assert rules(left(capsys)) == []


def test_the_same_in_another_file_is_new_there(capsys: pytest.CaptureFixture[str]) -> None:
    write("a-copy.yaml", ROLE)
    assert {file for file, _ in rules(left(capsys))} == {"m/a-copy.yaml"}


def test_the_same_of_another_object_is_new(capsys: pytest.CaptureFixture[str]) -> None:
    write("role.yaml", ROLE.replace("acme", "borealis"))
    found = left(capsys)
    assert len(rules(found)) == 2
    assert [item["rule"] for item in found["baseline"]["fixed"]] == ["missing-grant", "unknown-field"]


def test_another_missing_action_is_new(capsys: pytest.CaptureFixture[str]) -> None:
    write("role.yaml", ROLE.replace("dynamodb:GetItem", "dynamodb:PartiQLSelect"))
    assert ("m/role.yaml", "missing-grant") in rules(left(capsys))


def test_fixed_entries_are_reported_and_taken_out(capsys: pytest.CaptureFixture[str]) -> None:
    write("role.yaml", ROLE.replace("  descriptoin: a typo\n", ""))
    found = left(capsys)
    assert rules(found) == []
    assert [item["rule"] for item in found["baseline"]["fixed"]] == ["unknown-field"]
    static("--baseline", "known.json")
    assert "1 entry of known.json is fixed; --write-baseline known.json takes it out." in capsys.readouterr().out
    static("--write-baseline", "known.json")
    assert left(capsys)["baseline"]["fixed"] == []
    write("role.yaml", ROLE)
    assert rules(left(capsys)) == [("m/role.yaml", "unknown-field")]


def test_what_was_not_looked_for_is_neither_fixed_nor_lost(capsys: pytest.CaptureFixture[str]) -> None:
    Path("checker.yaml").write_text("version: 1\nmanifests: [m]\n", encoding="utf-8")
    write("other.yaml", ROLE.replace("acme", "borealis").replace("  descriptoin: a typo\n", ""))
    assert left(capsys, paths=("m/other.yaml",))["baseline"]["fixed"] == []
    assert left(capsys, "--select", "missing-grant")["baseline"]["fixed"] == []
    static("--write-baseline", "known.json", paths=("m/other.yaml",))
    assert rules(left(capsys)) == []
    assert left(capsys)["baseline"]["known"] == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "known.json: this is not JSON"),
        ('{"schemaVersion": 2, "findings": []}', "known.json: this is no baseline: schemaVersion is 2"),
        ('{"schemaVersion": 1, "findings": [{}]}', "known.json: this is no baseline: findings.0"),
    ],
)
def test_a_broken_baseline_is_one_sentence(text: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("known.json").write_text(text, encoding="utf-8")
    assert static("--baseline", "known.json") == 2
    assert said in capsys.readouterr().err


def test_a_baseline_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert static("--baseline", "nowhere.json") == 2
    assert "there is no baseline nowhere.json; --write-baseline nowhere.json writes one" in capsys.readouterr().err
    assert static("--baseline", "known.json", "--write-baseline", "known.json") == 2


def test_from_another_folder_it_is_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write("copy.yaml", ROLE)
    monkeypatch.chdir("m")
    main(["static", ".", "--baseline", "../known.json", "--format", "json", *SET])
    assert {item["location"]["file"] for item in json.loads(capsys.readouterr().out)["findings"]} == {"copy.yaml"}
