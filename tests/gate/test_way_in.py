"""Proven access is of no use to a pod that does not get the role: where a requirement asks for no trust, what is known
of the way in is told all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.gate.options import GateOptions
from checker.gate.prepare import check

from ..conftest import CELL

REQUIREMENT = """\
apiVersion: checker/v1
kind: AccessRequirement
metadata: {name: keys}
spec:
  description: reads keys
  appliesTo: {roles: {names: ["*-reverse-proxy"]}}
  require:
    - {actions: ["dynamodb:GetItem"], resources: ["arn:aws:dynamodb:us-east-1:111122223333:table/${authKeysTable}"]}
"""
CASES = Path(__file__).parent.parent / "rules" / "cases"


@pytest.mark.parametrize(
    ("case", "rule"),
    [
        ("untrusted-service-account/fires/a-condition-in-a-deny.yaml", "conditional-trust"),
        ("untrusted-service-account/fires/another-operator-for-the-subject.yaml", "conditional-trust"),
        ("untrusted-service-account/fires/nobody.yaml", "conditional-trust"),
        ("untrusted-service-account/fires/tag-that-no-pod-sends.yaml", "untrusted-service-account"),
        ("untrusted-service-account/silent/annotated-and-trusted.yaml", ""),
    ],
)
def test_what_is_known_of_the_way_in_is_told(case: str, rule: str, tmp_path: Path) -> None:
    (tmp_path / "keys.yaml").write_text(REQUIREMENT)
    report = check(GateOptions((str(CASES / case),), parameters=CELL, policies=(str(tmp_path),), no_render=True))
    assert {item.rule for item in report.findings if "trust" in item.rule} == ({rule} if rule else set())
