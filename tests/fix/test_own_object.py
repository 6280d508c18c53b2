"""A plan belongs to the object of its finding: in a file with a twin of it, the same paths come again."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.fix.propose import propose
from checker.gate import Options, prepare
from checker.judging import judge
from tests.conftest import CELL

CASES = Path(__file__).parent.parent / "rules" / "cases"
SINGLE = sorted(path for path in CASES.glob("*/fires/*.yaml") if path.read_bytes().count(b"kind: Role\n") == 1)


@pytest.mark.parametrize("case", SINGLE, ids=lambda path: f"{path.parent.parent.name}/{path.stem}")
def test_the_twin_is_not_touched(case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        text = case.read_text("utf-8")
    except UnicodeDecodeError:
        pytest.skip("the case is about text that is no UTF-8")
    monkeypatch.chdir(tmp_path)
    twin = text.replace("acme", "twin")
    if twin == text or re.search(r"^\.\.\.", text, re.MULTILINE):
        pytest.skip("the case has no name that a twin could have otherwise")
    Path("both.yaml").write_text(f"{text.rstrip()}\n---\n{twin}", "utf-8")
    made = prepare(Options(("both.yaml",), parameters=CELL))
    judged = judge(made)
    border = len(text.rstrip()) + 1
    about: Callable[..., bool] = lambda finding: (
        finding.location.start.offset < border
        and (  # noqa: E731
            finding.subject is None or "twin" not in finding.subject.name
        )
    )
    found = propose(made, judged, lambda plan: True, about=about, all_stages=True, budget=20)
    for proposal in found.proposals:
        for edit in proposal.edits:
            assert all(splice.end <= border for splice in edit.splices), proposal.plan.title
