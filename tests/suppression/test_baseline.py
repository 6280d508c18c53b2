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


def test_a_known_finding_that_gets_worse_is_new(capsys: pytest.CaptureFixture[str]) -> None:
    issuer = "oidc.eks.us-east-1.amazonaws.com/id/EXAMPLE"
    wide = ROLE.replace(
        '{"Service": "pods.eks.amazonaws.com"}', f'{{"Federated": "arn:aws:iam::111122223333:oidc-provider/{issuer}"}}'
    )
    wide = wide.replace(
        '["sts:AssumeRole", "sts:TagSession"]}]}',
        f'"sts:AssumeRoleWithWebIdentity", "Condition": {{"StringEquals": {{"{issuer}:aud": "sts.amazonaws.com"}},'
        f' "StringLike": {{"{issuer}:sub": "system:serviceaccount:tenant-ac*:proxy"}}}}}}]}}',
    )
    write("role.yaml", wide)
    static("--write-baseline", "known.json")
    assert rules(left(capsys)) == []
    write("role.yaml", wide.replace("system:serviceaccount:tenant-ac*:proxy", "*"))
    assert rules(left(capsys)) == [("m/role.yaml", "open-trust")]
    condition = '"Condition": {"StringEquals": {"aws:PrincipalTag/x": "admin"}}, '
    more = ROLE.replace(
        '{"Sid": "Read"',
        f'{{"Effect": "Allow", {condition}"Action": "dynamodb:PutItem", "Resource": "*"}}, {{"Sid": "Read"',
    )
    write("role.yaml", more)
    static("--write-baseline", "known.json")
    assert rules(left(capsys)) == []
    write("role.yaml", more.replace(condition, ""))
    assert ("m/role.yaml", "excess-grant") in rules(left(capsys))


def test_an_entry_of_a_file_that_was_not_looked_at_hides_nothing_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    Path("checker.yaml").write_text("version: 1\nmanifests: [m]\n", encoding="utf-8")
    write("copy.yaml", ROLE)
    assert {file for file, _ in rules(left(capsys, paths=("m/copy.yaml",)))} == {"m/copy.yaml"}
    static("--write-baseline", "known.json", paths=("m/copy.yaml",))
    files = [item["file"] for item in json.loads(Path("known.json").read_text(encoding="utf-8"))["findings"]]
    assert sorted(files) == ["m/copy.yaml"] * 2 + ["m/role.yaml"] * 2


@pytest.mark.parametrize("broken", ["link", "yaml", "template"])
def test_what_cannot_be_read_is_not_fixed(broken: str, capsys: pytest.CaptureFixture[str]) -> None:
    if broken == "link":
        Path("m/role.yaml").unlink()
        Path("m/role.yaml").symlink_to("nowhere.yaml")
    else:
        end = "  x: [unclosed\n" if broken == "yaml" else "  x: '{{ .Values.x }}'\n"
        write("role.yaml", ROLE + end)
    before = json.loads(Path("known.json").read_text(encoding="utf-8"))["findings"]
    assert left(capsys)["baseline"]["fixed"] == []
    static("--write-baseline", "known.json")
    after = json.loads(Path("known.json").read_text(encoding="utf-8"))["findings"]
    assert all(item in after for item in before)


def test_each_cell_has_its_own_entries(capsys: pytest.CaptureFixture[str]) -> None:
    cell = "{region: us-east-1, account: '111122223333', parameters: {authKeysTable: "
    text = f"version: 1\ncells:\n  cell1: {cell}cell1-auth-keys}}}}\n  cell2: {cell}cell2-auth-keys}}}}\n"
    Path("checker.yaml").write_text(text, encoding="utf-8")
    Path("known.json").unlink()
    for name in ("cell1", "cell2", "cell1"):
        assert main(["static", "m", "--cell", name, "--write-baseline", "known.json"]) == 0
        assert main(["static", "m", "--cell", name, "--baseline", "known.json"]) == 0
        assert "fixed" not in capsys.readouterr().out
    assert {item["cell"] for item in json.loads(Path("known.json").read_text(encoding="utf-8"))["findings"]} == {
        "cell1",
        "cell2",
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[" * 100_000, "known.json: this is not JSON"),
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
    assert static("--baseline", "") == 2
    assert static("--write-baseline", "known.json", "--output", "known.json") == 2
    Path("notes.yaml").write_text("kind: ConfigMap\n", encoding="utf-8")
    assert static("--baseline", "nowhere.json", paths=("notes.yaml",)) == 2


def test_from_another_folder_it_is_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write("copy.yaml", ROLE)
    monkeypatch.chdir("m")
    main(["static", ".", "--baseline", "../known.json", "--format", "json", *SET])
    assert {item["location"]["file"] for item in json.loads(capsys.readouterr().out)["findings"]} == {"copy.yaml"}
