"""A file is read once, however often the project is judged; an edit reads the edited file again, and no other."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from checker.cli import main
from checker.project import file_facts
from checker.text.documents import Piece, YamlDocument, parse_piece

from .manifests import STYLES, grant, manifest, policy

DOCUMENTS = 2
"""In each file: the role and its service account."""
WHOLE = policy(grant(("dynamodb:GetItem", "dynamodb:Query")))
LACKING = policy(grant(("dynamodb:GetItem",)))


def test_a_report_with_fixes_parses_no_file_anew_but_those_that_are_edited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("m").mkdir()
    for number in range(6):
        text = manifest(STYLES["literal"](LACKING if number == 0 else WHOLE))
        Path("m", f"r{number}.yaml").write_text(text.replace("acme", f"t{number}"), encoding="utf-8")
    parsed: Counter[str] = Counter()

    def counted(piece: Piece) -> list[YamlDocument]:
        parsed[Path(piece.source.name).name] += 1
        return list(parse_piece(piece))

    monkeypatch.setattr(file_facts, "parse_piece", counted)
    arguments = ["--set", "region=us-east-1", "--set", "account=111122223333", "--set", "authKeysTable=cell2-auth-keys"]
    main(["static", "m", "--format", "json", *arguments])
    assert '"fixable": true' in capsys.readouterr().out
    assert {name: count for name, count in parsed.items() if name != "r0.yaml"} == dict.fromkeys(
        (f"r{number}.yaml" for number in range(1, 6)), DOCUMENTS
    )
    assert parsed["r0.yaml"] > DOCUMENTS
