"""GitLab's Code Quality report: a list of issues, each with a fingerprint of its own.

Source: GitLab Docs, "Code Quality", "Code Quality report format" (required fields, severities, no byte order mark).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from ...gate.report import Report
from ..style.as_json import written
from ..style.look import Look
from ..style.paths import for_readers
from .fingerprints import fingerprint

if TYPE_CHECKING:
    from ...findings.finding import Finding

CARRIES_FIXES = False

_SEVERITIES = {"error": "critical", "warning": "minor", "note": "info"}


def render(report: Report, look: Look) -> str:
    """A JSON list, in ASCII; empty on a clean run. What could not be checked is an issue on the file."""
    seen: Counter[str] = Counter()
    issues = [_issue(finding, seen) for finding in report.findings]
    issues += [
        _as_json("could-not-check", f"could not be read: {reason}", "blocker", path, 1, f"unreadable {path}")
        for path, reason in report.unreadable
    ]
    issues += [
        _as_json("could-not-check", f"the rule {item.rule} broke down", "blocker", "checker.yaml", 1, item.rule)
        for item in report.failures
    ]
    return written(issues)


def _issue(finding: Finding, seen: Counter[str]) -> dict[str, Any]:
    """An issue. GitLab merges issues with the same fingerprint, so repeated ones get a number."""
    mark = fingerprint(finding)
    seen[mark] += 1
    description = f"{finding.message}; {finding.help}"
    own = mark if seen[mark] == 1 else f"{mark}-{seen[mark]}"
    at = finding.location
    return _as_json(finding.rule, description, _SEVERITIES[finding.severity], at.file, at.start.line, own)


def _as_json(rule: str, said: str, severity: str, file: str, line: int, fingerprint: str) -> dict[str, Any]:
    return {
        "description": said,
        "check_name": rule,
        "fingerprint": fingerprint,
        "severity": severity,
        "location": {"path": for_readers(file), "lines": {"begin": line}},
    }
