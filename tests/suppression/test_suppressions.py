"""What suppressions cover, and what they do not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from checker.cli import main
from checker.schemas import load

SET = ["--set", "region=us-east-1", "--set", "account=111122223333", "--set", "authKeysTable=cell2-auth-keys"]
ROLE = """\
apiVersion: iam.services.k8s.aws/v1alpha1
kind: Role
metadata:
  name: acme-reverse-proxy
  namespace: tenant-acme
spec:
  name: acme-reverse-proxy
  descriptoin: a typo
  assumeRolePolicyDocument: |
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "pods.eks.amazonaws.com"},
     "Action": ["sts:AssumeRole", "sts:TagSession"]}]}
  inlinePolicies:
    auth-keys: |
      {"Version": "2012-10-17", "Statement": [
        {"Sid": "Read", "Effect": "Allow", "Action": ["dynamodb:GetItem"],
         "Resource": "arn:aws:dynamodb:us-east-1:111122223333:table/cell2-auth-keys"}]}
"""
BOTH = ["unknown-field", "missing-grant"]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def report(capsys: pytest.CaptureFixture[str], text: str, *arguments: str, config: str = "") -> dict[str, Any]:
    Path("role.yaml").write_text(text, encoding="utf-8", newline="")
    if config:
        Path("checker.yaml").write_text("version: 1\n" + config, encoding="utf-8")
    capsys.readouterr()
    assert main(["static", "role.yaml", "--format", "json", *SET, *arguments]) in (0, 1)
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    jsonschema.validate(found, load("report"))
    return found


def rules(found: dict[str, Any]) -> list[str]:
    return [item["rule"] for item in found["findings"]]


@pytest.mark.parametrize(
    ("old", "new", "left"),
    [
        ("a typo\n", "a typo # checker: ignore[unknown-field] why not\n", ["missing-grant"]),
        ("  desc", "  # checker: ignore[unknown-field] why not\n  desc", ["missing-grant"]),
        ("  desc", "  # checker: ignore[unknown-field] why not\n  # more of it\n  desc", ["missing-grant"]),
        ("keys: |\n", "keys: | # checker:ignore [missing-grant] why not\n", ["unknown-field"]),
        ("    auth", "    # Checker: ignore[ missing-grant , broad-action@Read ] why not\n    auth", None),
        ("keys: |\n", "keys: | # checker: ignore[missing-grant@Read] why not\n", ["unknown-field"]),
        ("keys: |\n", "keys: | # checker: ignore[missing-grant@Statement[0]] why not\n", ["unknown-field"]),
        ("keys: |\n", "keys: | # checker: ignore[missing-grant@Statement[1]] why not\n", None),
        (
            "  name: acme-reverse-proxy\n  des",
            "  name: acme-reverse-proxy # checker: ignore[unknown-field] no\n  des",
            None,
        ),
        ("a typo\n", "'a # checker: ignore[unknown-field] no'\n", [*BOTH]),
        (
            "  desc",
            "  # checker: ignore[a] x # checker: ignore[unknown-field] y\n  desc",
            ["invalid-suppression", "missing-grant"],
        ),
        (
            "keys: |\n",
            "keys: | # checker: ignore[missing-grant@] why not\n",
            ["unknown-field", "invalid-suppression", "missing-grant"],
        ),
    ],
)
def test_comments(old: str, new: str, left: list[str] | None, capsys: pytest.CaptureFixture[str]) -> None:
    text = ROLE.replace(old, new)
    assert text != ROLE
    for ends in (text, text.replace("\n", "\r\n")):
        found = rules(report(capsys, ends))
        if left is None:
            assert "unused-suppression" in found
        else:
            assert found == left


def test_a_suppressed_finding_is_told_with_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    text = ROLE.replace("a typo\n", "a typo # checker: ignore[unknown-field] — on purpose\n")
    found = report(capsys, text)
    assert found["summary"]["suppressed"] == 1
    item = found["suppressed"][0]
    assert (item["by"], item["reason"], item["until"]) == ("comment", "on purpose", None)
    assert item["finding"]["rule"] == "unknown-field"
    assert rules(report(capsys, text, "--no-ignores")) == BOTH
    assert main(["static", "role.yaml", "-v", *SET]) == 1
    assert "role.yaml:8:3: suppressed by comment: unknown-field: on purpose" in capsys.readouterr().out


def test_broken_text_can_be_suppressed(capsys: pytest.CaptureFixture[str]) -> None:
    broken = "---\napiVersion: iam.services.k8s.aws/v1alpha1\nkind: a: b"
    assert "invalid-yaml" in rules(report(capsys, ROLE + broken))
    assert rules(report(capsys, ROLE + broken + " # checker: ignore[invalid-yaml] generated\n")) == BOTH


@pytest.mark.parametrize(
    ("annotation", "left"),
    [
        ('"missing-grant — why not"', ["unknown-field"]),
        ('"missing-grant, unknown-field: why not"', []),
        ("|\n      missing-grant — why not\n      unknown-field@spec.descriptoin — the other one", []),
        ('"missing-grant@Read why not"', ["unknown-field"]),
        ('"missing-grant@Read: why not"', ["unknown-field"]),
        ('"missing-grant@ Read — why not"', ["invalid-suppression", *BOTH]),
        ('"missing-grant @Read — why not"', ["invalid-suppression", *BOTH]),
        ('"missing-grantX — why not"', ["invalid-suppression", *BOTH]),
        ('"missing-grant, nope_x — why not"', ["invalid-suppression", *BOTH]),
    ],
)
def test_annotations(annotation: str, left: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    text = ROLE.replace("tenant-acme\n", f"tenant-acme\n  annotations:\n    checker/ignore: {annotation}\n", 1)
    assert rules(report(capsys, text)) == left


@pytest.mark.parametrize(
    ("entry", "is_covered"),
    [
        ("subject: acme-reverse-proxy", True),
        ("subject: tenant-acme/acme-*", True),
        ("subject: Role tenant-acme/acme-reverse-proxy", True),
        ("subject: Policy *", False),
        ("file: role.yaml", True),
        ("file: other/*", False),
        ("subject: acme-*, file: r*, path: spec.inlinePolicies.auth-keys", True),
        ("file: role.yaml, path: 'spec.inlinePolicies.auth-keys#Statement[0].Action'", True),
        ("file: role.yaml, path: 'Statement[0]'", True),
        ("file: role.yaml, path: spec.inlinePolicies.auth", False),
        ("file: role.yaml, sid: Read", True),
        ("file: role.yaml, sid: Write", False),
        ("file: role.yaml, sid: Statement", False),
        ("file: ./role.yaml", True),
        ("file: role.yaml, until: 2999-01-01", True),
        ("file: role.yaml, until: 2020-01-01", False),
    ],
)
def test_entries_of_the_configuration(entry: str, is_covered: bool, capsys: pytest.CaptureFixture[str]) -> None:
    found = report(capsys, ROLE, config=f"ignore: [{{rule: missing-grant, {entry}, reason: why not}}]\n")
    assert ("missing-grant" in rules(found)) is not is_covered
    told = {"unused-suppression", "expired-suppression"} & set(rules(found))
    assert bool(told) is not is_covered


def test_files_are_meant_from_the_configuration_however_they_are_passed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    Path("m[1]/a").mkdir(parents=True)
    Path("m[1]/a/role.yaml").write_text(ROLE, encoding="utf-8")
    entry = "ignore: [{rule: [missing-grant, unknown-field], file: a/, reason: why not}]\n"
    Path("m[1]/checker.yaml").write_text(f"version: 1\n{entry}", encoding="utf-8")
    assert main(["static", "--config", "m[1]/checker.yaml", str(tmp_path / "m[1]"), *SET]) == 0
    monkeypatch.chdir("m[1]/a")
    assert main(["static", ".", *SET]) == 0


def test_of_a_template_no_suppression_is_unused(capsys: pytest.CaptureFixture[str]) -> None:
    text = ROLE.replace("keys: |\n", "keys: | # checker: ignore[unknown-action] why not\n").replace(
        '"Read"', "{{ .Values.sid }}"
    )
    # The field is literal; what the suppression is for may come with what is filled in.
    assert rules(report(capsys, text)) == ["unknown-field", "templated-manifest", "missing-grant"]


def test_what_another_cell_may_need_is_not_called_unused(capsys: pytest.CaptureFixture[str]) -> None:
    good = ROLE.replace('["dynamodb:GetItem"]', '["dynamodb:GetItem", "dynamodb:Query"]').replace(
        "  descriptoin: a typo\n", ""
    )
    note = good.replace("keys: |\n", "keys: | # checker: ignore[missing-grant] only in cell1\n")
    cell = "{region: us-east-1, account: '111122223333', parameters: {authKeysTable: "
    config = f"cells:\n  cell1: {cell}cell1-auth-keys}}}}\n  cell2: {cell}cell2-auth-keys}}}}\n"
    assert rules(report(capsys, note, "--cell", "cell2", config=config)) == []
    assert main(["static", "role.yaml", "--cell", "cell1"]) == 0


def test_entries_in_toml(capsys: pytest.CaptureFixture[str]) -> None:
    table = '[[tool.checker.ignore]]\nrule = "{}"\nfile = "role.yaml"\nreason = "why not"\nuntil = {}\n'
    text = table.format("missing-grant", "2999-01-01") + table.format("unknown-field", "2020-01-01")
    others = '[tool.ruff.lint]\nignore = ["E501"]\n[tool.checker]\n'
    Path("pyproject.toml").write_text(others + text.replace("[[tool.", "[[ tool."), encoding="utf-8")
    found = report(capsys, ROLE)
    assert rules(found) == ["expired-suppression", "unknown-field"]
    assert found["findings"][0]["location"]["start"]["line"] == 9


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{rule: missing-grant, file: a}", "checker.yaml:2:10: ignore[0].reason is missing; add reason"),
        ("{rule: missing-grant, file: a, reason: ' '}", "ignore[0].reason has a form that is not allowed"),
        ("{rule: missing-grant, reason: a}", "ignore[0] has neither subject nor file; add subject or file"),
        ("{rule: a, file: a, reason: a, until: 2027-02-30}", "ignore[0].until is 2027-02-30, and there is no such day"),
        ("{rule: a, file: a, reason: a, until: soon}", "ignore[0].until has a form that is not allowed"),
        ("{rule: a, file: a, reason: a, path: a, sid: b}", "has both path and sid"),
        ("{rules: a, file: a, reason: a}", "ignore[0].rules is not a known field; write rule"),
    ],
)
def test_entries_that_cannot_be_used(entry: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("role.yaml").write_text(ROLE, encoding="utf-8")
    Path("checker.yaml").write_text(f"version: 1\nignore: [{entry}]\n", encoding="utf-8")
    assert main(["static", "role.yaml", *SET]) == 2
    assert said in capsys.readouterr().err


def test_an_entry_with_a_rule_that_does_not_exist_is_a_finding(capsys: pytest.CaptureFixture[str]) -> None:
    found = report(capsys, ROLE, config="ignore:\n  - {rule: mising-grant, file: role.yaml, reason: why not}\n")
    assert "invalid-suppression" in rules(found)
    assert found["findings"][0]["location"]["file"] == "checker.yaml"


def test_what_was_not_looked_for_is_not_called_unused(capsys: pytest.CaptureFixture[str]) -> None:
    entry = "ignore: [{rule: missing-grant, file: other.yaml, reason: why not}]\n"
    good = ROLE.replace('["dynamodb:GetItem"]', '["dynamodb:GetItem", "dynamodb:Query"] ').replace(
        "  descriptoin: a typo\n", ""
    )
    note = good.replace("keys: |\n", "keys: | # checker: ignore[broad-action] why not\n")
    assert rules(report(capsys, note)) == ["unused-suppression"]
    assert rules(report(capsys, note, "--ignore", "broad-action")) == []
    assert rules(report(capsys, note, "--select", "missing-grant,unused-suppression")) == []
    Path("other.yaml").write_text(note.replace("acme", "b"), encoding="utf-8")
    found = report(capsys, good, config=f"manifests: [role.yaml, other.yaml]\n{entry}")
    assert rules(found) == []
    assert main(["static", "--format", "json", *SET]) == 0
    assert [item["location"]["file"] for item in json.loads(capsys.readouterr().out)["findings"]] == [
        "checker.yaml",
        "other.yaml",
    ]


def test_files_that_hold_nothing_for_us_say_nothing_about_entries(capsys: pytest.CaptureFixture[str]) -> None:
    config = "manifests: [role.yaml]\nignore: [{rule: missing-grant, file: other.yaml, reason: why not}]\n"
    assert rules(report(capsys, "kind: ConfigMap\n", config=config)) == []
    assert rules(report(capsys, "apiVersion: v1\nkind: Pod # iam.services.k8s.aws\n", config=config)) == []


def test_fix_leaves_what_is_suppressed(capsys: pytest.CaptureFixture[str]) -> None:
    Path("role.yaml").write_text(
        ROLE.replace("keys: |\n", "keys: | # checker: ignore[missing-grant] why not\n"), encoding="utf-8"
    )
    assert main(["fix", "role.yaml", *SET]) == 1
    assert "dynamodb:Query" not in capsys.readouterr().out
    assert main(["fix", "role.yaml", "--no-ignores", *SET]) == 1
    assert '"dynamodb:Query"' in capsys.readouterr().out


def test_a_statement_of_a_template_has_its_sid(capsys: pytest.CaptureFixture[str]) -> None:
    document = (
        '{"Version": "2012-10-17", "Statement": [{"Sid": "Read", "Effect": "Allow", "Action": "dynamodb:GetItemz",'
        ' "Resource": "arn:aws:dynamodb:us-east-1:111122223333:table/{{ .Values.t | default "x" }}"}]}'
    )
    text = (
        "apiVersion: iam.services.k8s.aws/v1alpha1\nkind: Policy\nmetadata:\n  name: keys\n  annotations:\n"
        "    checker/ignore: unknown-action@Read - meant\n"
        f"spec:\n  name: keys\n  policyDocument: |\n    {document}\n"
    )
    assert "unknown-action" in rules(report(capsys, text.replace("@Read", "@Other")))
    assert "unknown-action" not in rules(report(capsys, text))
