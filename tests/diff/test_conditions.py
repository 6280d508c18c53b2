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


STATEMENT = '{{"Effect": "Allow", {}"Action": "dynamodb:GetItem", "Resource": [{}]}}'
ALLOW = f'{{{{"Version": "2012-10-17", "Statement": [{STATEMENT}]}}}}'
MANY = tuple(f"t{number:02}" for number in range(30))
TABLES = "arn:aws:dynamodb:us-east-1:111122223333:table/"


def with_policy(condition: str, *tables: str) -> str:
    document = ALLOW.format(condition, ", ".join(f'"{TABLES}{table}"' for table in tables))
    return role("acme", BOTH).partition("    auth-keys:")[0] + f"    auth-keys: '{document}'\n"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (("", "aaa*"), (TEAM["x"], "aaa"), "loses dynamodb:GetItem on"),
        (("", "*"), (TEAM["x"], "???"), "loses dynamodb:GetItem on"),
        (
            ("", *(f"t{n:02}" for n in range(30))),
            (TEAM["x"], *(f"t{n:02}" for n in range(29))),
            "loses dynamodb:GetItem on",
        ),
        ((TEAM["x"], "aaa"), ("", "aaa*"), "gains dynamodb:GetItem on"),
    ],
)
def test_what_is_kept_hides_nothing_that_is_lost_beside_it(
    old: tuple[str, ...],
    new: tuple[str, ...],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    lay_out("", "")
    for side, (condition, *tables) in (("old", old), ("new", new)):
        Path(side, "acme.yaml").write_text(with_policy(condition, *tables), encoding="utf-8")
    main(["diff", "old", "new"])
    assert told in capsys.readouterr().out.partition("\n\n")[0]


ASSOCIATION = """---
apiVersion: eks.services.k8s.aws/v1alpha1
kind: PodIdentityAssociation
metadata: {{name: acme, namespace: tenant-acme}}
spec:
  clusterName: c
  namespace: tenant-acme
  serviceAccount: proxy
  roleARN: arn:aws:iam::111122223333:role/acme-reverse-proxy
  disableSessionTags: true
  policy: '{}'
"""


def test_a_session_that_loses_everything_is_not_told_as_a_condition(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    lay_out("", "")
    for side, condition, table in (("old", "", "aaa"), ("new", TEAM["x"], "bbb")):
        session = ASSOCIATION.format(ALLOW.format("", f'"{TABLES}{table}"'))
        Path(side, "acme.yaml").write_text(with_policy(condition, "aaa") + session, encoding="utf-8")
    main(["diff", "old", "new"])
    assert f"loses dynamodb:GetItem on {TABLES}aaa" in capsys.readouterr().out
