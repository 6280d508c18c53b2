"""What is taken over from one side of a difference is the same on the other, whatever Python calls equal."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from checker.cli import main
from tests.gate.test_open_projects import LIMIT, policy, role

CELL = """version: 1
cells:
  c: {region: us-east-1, account: "111122223333", parameters: {authKeysTable: cell2-auth-keys}}
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("checker.yaml").write_text(CELL, encoding="utf-8")


def committed(files: dict[str, str]) -> None:
    for name, text in files.items():
        Path(name).write_text(text, encoding="utf-8")
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "x"]):
        who = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
        subprocess.run(["git", *who, *arguments], check=True, capture_output=True)


def test_true_is_not_one(capsys: pytest.CaptureFixture[str]) -> None:
    association = LIMIT.replace("NAMESPACE", "acme").replace("ROLE", "acme-reverse-proxy")
    association = association.partition("  policy:")[0]
    committed({"role.yaml": role(), "a.yaml": association})
    Path("a.yaml").write_text(
        association.replace("disableSessionTags: true", "disableSessionTags: 1"), encoding="utf-8"
    )
    assert main(["static", "--changed-since", "HEAD", "."]) == 1
    assert "error[invalid-field]" in capsys.readouterr().out
    assert main(["diff", "HEAD"]) == 1
    assert "invalid-field" in capsys.readouterr().out


def test_a_policy_elsewhere_changes_what_a_template_may_do(capsys: pytest.CaptureFixture[str]) -> None:
    lacking = policy("keys").replace('"dynamodb:GetItem", ', "")
    committed({"role.yaml": role("keys", name="${name}-reverse-proxy"), "p.yaml": lacking})
    Path("p.yaml").write_text(policy("keys"), encoding="utf-8")
    assert main(["diff", "HEAD", "--format", "json"]) == 3
    told = json.loads(capsys.readouterr().out)["unchecked"]
    assert any("role.yaml holds a template" in line for line in told)


def test_a_policy_elsewhere_changes_what_a_role_may_do(capsys: pytest.CaptureFixture[str]) -> None:
    committed({"role.yaml": role("keys"), "p.yaml": policy("keys")})
    Path("p.yaml").write_text(policy("keys").replace('"dynamodb:GetItem", ', ""), encoding="utf-8")
    assert main(["diff", "HEAD"]) == 1
    assert "required: dynamodb:GetItem" in capsys.readouterr().out
    assert main(["static", "--changed-since", "HEAD", "."]) == 1
    assert "error[missing-grant]" in capsys.readouterr().out
