"""A plan belongs to the object of its finding: in a file with a twin of it, the same paths come again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from checker.findings.finding import Finding
from checker.fix.planning.propose import Proposal, propose
from checker.gate.judge import judge
from checker.gate.options import GateOptions
from checker.gate.prepare import prepare
from tests.conftest import CELL

CASES = Path(__file__).parent.parent / "rules" / "cases"
AMBIGUOUS = ("shared-policy", "annotation-of-another-tenant")
"""Cases with an object that both would share: with two of it, which one is meant is open, and nothing is fixed."""
SINGLE = sorted(path for path in CASES.glob("*/fires/*.yaml") if path.read_bytes().count(b"kind: Role\n") == 1)
ALWAYS = list({path.parent: path for path in reversed(SINGLE)}.values())[::2]
"""One case of every other rule; the others are for the slow suite."""


@pytest.mark.long
@pytest.mark.parametrize(
    "case",
    [pytest.param(path, marks=() if path in ALWAYS else pytest.mark.slow) for path in SINGLE],
    ids=lambda path: f"{path.parent.parent.name}/{path.stem}",
)
def test_the_twin_is_not_touched(case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        text = case.read_text("utf-8")
    except UnicodeDecodeError:
        pytest.skip("the case is about text that is no UTF-8")
    monkeypatch.chdir(tmp_path)
    twin = text.replace("acme", "twin")
    if twin == text or re.search(r"^\.\.\.", text, re.MULTILINE):
        pytest.skip("the case has no name that a twin could have otherwise")
    Path("alone.yaml").write_text(twin, "utf-8")
    alone = proposed("alone.yaml", 0)
    Path("alone.yaml").unlink()
    Path("both.yaml").write_text(f"{text.rstrip()}\n---\n{twin}", "utf-8")
    border = len(text.rstrip()) + 1
    # The twin stands second: a plan that only looks for the path would find it in the first.
    found = proposed("both.yaml", border)
    for proposal in found:
        for edit in proposal.edits:
            assert all(splice.start >= border for splice in edit.splices), proposal.plan.title
    if case.stem not in AMBIGUOUS:
        assert sorted(item.finding.rule for item in alone) == sorted(item.finding.rule for item in found)


def proposed(file: str, border: int) -> tuple[Proposal, ...]:
    """The fixes of what is found behind an offset."""
    made = prepare(GateOptions((file,), parameters=CELL))

    def is_behind(finding: Finding) -> bool:
        is_the_firsts = finding.subject is not None and "acme" in finding.subject.name
        return finding.location.start.offset >= border and not is_the_firsts

    return propose(made, judge(*made), lambda plan: True, about=is_behind, all_stages=True, budget=20).proposals
