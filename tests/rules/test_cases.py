"""Every rule on its cases: files under cases/RULE/fires must give exactly the findings in expected/RULE.txt, at
exactly these places; files under cases/RULE/silent must give none of that rule.

Each case is a file to try by hand: checker static tests/rules/cases/missing-grant/fires/query-removed.yaml --cell
cell2 Run with UPDATE_EXPECTED=1 to write the expected files anew, then read the difference.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.gate.report import Report
from checker.rules import BY_ID

HERE = Path(__file__).parent
CASES = HERE / "cases"
NEEDS_A_REVISION = ("weakened-gate",)
"""Rules that compare with a git revision: tests/diff/test_trusted.py has their cases."""
NEEDS_A_RENDERER = ("failed-rendering",)
"""Rules on what kustomize and helm say: tests/rendering has their cases."""
RULES_WITH_CASES = [rule for rule in BY_ID if rule not in (*NEEDS_A_REVISION, *NEEDS_A_RENDERER)]
OWN_REQUIREMENTS = {"untrusted-service-account": (str(HERE / "with-trust.yaml"),)}


def cases(rule: str, kind: str) -> list[Path]:
    return sorted((CASES / rule / kind).iterdir())


def alone(case: Path) -> Path:
    """The case copied to the working folder: outside the repository, the project is the case and nothing else. A case
    that needs a configuration is a folder."""
    copied = shutil.copytree(case, Path.cwd() / case.name) if case.is_dir() else shutil.copy(case, Path.cwd())
    return Path(copied).relative_to(Path.cwd())


def shown(case: Path, rule: str, report: Report) -> str:
    lines = []
    for finding in report.findings:
        if finding.rule == rule:
            text = report.sources[finding.location.file].text[
                finding.location.start.offset : finding.location.end.offset
            ]
            text = text.encode("utf-8", "backslashreplace").decode()
            start = finding.location.start
            lines.append(f"{case.name} {start.line}:{start.column} «{text[:80]}»\n")
            lines.append(f"    {finding.path}\n" if finding.path else "")
            lines.append(f"    {finding.severity}: {finding.message}\n    help: {finding.help}\n")
            for related in finding.related:
                lines.append(
                    f"    see {related.location.start.line}:{related.location.start.column}: {related.message}\n"
                )
    return "".join(lines)


@pytest.mark.parametrize("rule", RULES_WITH_CASES)
def test_fires(rule: str, gate: Callable[..., Report]) -> None:
    expected = HERE / "expected" / f"{rule}.txt"
    found = "\n".join(
        shown(case, rule, gate(alone(case), policies=OWN_REQUIREMENTS.get(rule, ()))) or f"{case.name} DOES NOT FIRE\n"
        for case in cases(rule, "fires")
    )
    if os.environ.get("UPDATE_EXPECTED"):
        expected.write_text(found, encoding="utf-8")
    assert found == expected.read_text(encoding="utf-8")
    assert "DOES NOT FIRE" not in found


@pytest.mark.parametrize(
    ("rule", "case"),
    [pytest.param(rule, case, id=f"{rule}/{case.stem}") for rule in RULES_WITH_CASES for case in cases(rule, "silent")],
)
def test_does_not_fire(rule: str, case: Path, gate: Callable[..., Report]) -> None:
    report = gate(alone(case), policies=OWN_REQUIREMENTS.get(rule, ()))
    assert shown(case, rule, report) == ""
    assert not report.failures
    assert not report.unreadable


@pytest.mark.parametrize("rule", RULES_WITH_CASES)
def test_every_rule_has_cases_of_both_kinds(rule: str) -> None:
    assert len(cases(rule, "fires")) >= 1
    assert len(cases(rule, "silent")) >= 2
