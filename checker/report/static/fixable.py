"""Which findings have an edit, in words that formats for people share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...findings.finding import Finding
    from ...fix.planning.propose import Proposal


class Fixable:
    """The fixes of a report, by finding."""

    def __init__(self, fixes: Sequence[Proposal]) -> None:
        self._by_finding = {id(item.finding): item for item in fixes}

    def fix_of(self, *findings: Finding) -> Proposal | None:
        """The fix of the first of these that has one."""
        return next((self._by_finding[id(item)] for item in findings if id(item) in self._by_finding), None)

    def said(self, *findings: Finding) -> str:
        """What the edit would do; "" where there is none."""
        fix = self.fix_of(*findings)
        if fix is None:
            return ""
        return fix.plan.title if fix.plan.is_safe else f"{fix.plan.title} (--unsafe: {fix.plan.danger})"

    def counted(self) -> str:
        """How many there are, in words: `31 fixable with checker fix`; "" for none."""
        safe = sum(item.plan.is_safe for item in self._by_finding.values())
        unsafe = len(self._by_finding) - safe
        parts = [f"{safe} fixable with checker fix"] if safe else []
        parts += [f"{unsafe} {'more ' * bool(safe)}with checker fix --unsafe"] if unsafe else []
        return ", ".join(parts)


def statistics(findings: Sequence[Finding], fixable: Fixable) -> list[str]:
    """A line for each rule that has found something: how often, and how many there is an edit for."""
    rules: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        rules.setdefault((finding.rule, finding.severity), []).append(finding)
    rows = sorted(rules.items(), key=lambda row: (-len(row[1]), row[0]))
    width = max((len(str(len(of_rule))) for _, of_rule in rows), default=0)
    lines = []
    for (rule, severity), of_rule in rows:
        fixes = sum(fixable.fix_of(item) is not None for item in of_rule)
        lines.append(f"{len(of_rule):>{width}}  {severity:7}  {rule}" + (f"  ({fixes} with a fix)" if fixes else ""))
    return lines
