"""Workflow commands of GitHub Actions: annotations on the lines of a pull request, and the job's summary.

Text from manifests is escaped, since a value could end the command and begin another. GitHub shows ten annotations of a
kind for each step, so the heaviest come first, and the last line counts what is left out. Source: actions/toolkit,
packages/core/src/command.ts (escapes); actions/runner, ActionCommand.cs (parsing); actions/toolkit#734 (limits).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from ...findings.groups import Group, grouped
from ...findings.severity import SEVERITIES
from ...gate.report import Report
from ..style.frame import safe
from ..style.look import Look
from ..style.paths import for_readers
from ..style.wrapping import count
from . import markdown
from .standing import standing, verdict

CARRIES_FIXES = False

_MOST = 10
_MOST_IN_SUMMARY = 1000
"""A summary takes 1 MiB (GitHub Docs, "Workflow commands", "Step isolation and limits")."""

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def render(report: Report, look: Look) -> str:
    """One command a line, then the verdict."""
    worst_first = sorted(grouped(report.findings), key=lambda group: SEVERITIES.index(group.finding.severity))
    lines = [_command("error", {**fields, "title": "checker"}, text) for fields, text in _not_checked(report)]
    shown: Counter[str] = Counter({"error": len(lines)})
    left_out = max(0, len(lines) - _MOST)
    for group in worst_first:
        severity = group.finding.severity
        shown[severity] += 1
        if shown[severity] <= _MOST:
            lines.append(_finding(group))
        else:
            left_out += len(group.all)
    if not look.quiet:
        lines += [verdict(report), *standing(report)]
    if left_out:
        lines.append(
            f"{count(left_out, 'finding')} more than GitHub shows; the job's summary has up to {_MOST_IN_SUMMARY}."
        )
    return "".join(line + "\n" for line in lines)


def beside(report: Report, environment: Mapping[str, str]) -> tuple[str, str] | None:
    """The file that a run within GitHub Actions appends its summary to, and the summary; None elsewhere."""
    path = environment.get("GITHUB_STEP_SUMMARY")
    return (path, markdown.render(report, Look(), _MOST_IN_SUMMARY)) if path else None


def _not_checked(report: Report) -> list[tuple[dict[str, str], str]]:
    return [
        *(({"file": for_readers(path)}, f"could not be read: {reason}") for path, reason in report.unreadable),
        *(({}, f"the rule {item.rule} broke down, so its part was not checked") for item in report.failures),
    ]


def _finding(group: Group) -> str:
    finding, at = group.finding, group.finding.location
    place = {"file": for_readers(at.file), "line": str(at.start.line), "endLine": str(at.end.line)}
    if at.start.line == at.end.line:
        # GitHub does not take columns for an annotation over several lines.
        place |= {"col": str(at.start.column), "endColumn": str(max(at.end.column, at.start.column + 1))}
    title = f"{finding.rule} ({finding.severity})"
    parts = [group.message, f"also: {group.named}" if group.others else "", finding.why, f"help: {finding.help}"]
    text = "\n".join(safe(line) for line in parts if line)
    return _command(_COMMANDS[finding.severity], {**place, "title": title}, text)


def _command(name: str, properties: Mapping[str, str], data: str) -> str:
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {listed}::{_data(data)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return safe(_data(text)).replace(":", "%3A").replace(",", "%2C")
