"""SARIF 2.1.0 (OASIS), as code scanning and editors read it.

Regions are narrow on purpose: a pull request shows an alert only if every line of its region is part of the change.
Rules carry no text of findings, since code scanning stores them once for all repositories. Suppressed results are left
out unless `look.verbose` asks for them: code scanning shows them like any other. Source: GitHub Docs, "SARIF support
for code scanning" (properties, limits).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ...findings.severity import SEVERITIES
from ...gate.report import Report
from ...rules import BY_ID, RULES
from ...text.source import Position, line_starts, position
from ...version import __version__
from ..style.as_json import written
from ..style.frame import safe
from ..style.look import Look
from ..style.pages import as_markdown, page, sections, summary
from ..style.paths import for_readers
from .fingerprints import fingerprint, line_hashes

if TYPE_CHECKING:
    from ...findings.finding import Finding
    from ...findings.location import Location
    from ...fix.planning.propose import Proposal
    from ...inventory.objects import Object
    from ...rules.rule import Rule
    from ...suppression.covering import Covered

CARRIES_FIXES = True

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "note": "note"}
_SECURITY = {"error": "8.0", "warning": "5.0", "note": "2.0"}
_MOST_RESULTS = 25_000
"""Code scanning refuses a run with more, and else keeps the 5,000 heaviest."""

_MOST_RELATED = 100
_INDEX = {rule.ABOUT.id: number for number, rule in enumerate(RULES)}


def render(report: Report, look: Look, fixes: Sequence[Proposal] = ()) -> str:
    """One SARIF log with one run. Findings beyond code scanning's limit are left out, lightest first, and counted."""
    worst_first = sorted(report.findings, key=lambda finding: SEVERITIES.index(finding.severity))
    kept = set(map(id, worst_first[:_MOST_RESULTS]))
    hashes: dict[str, list[str]] = {}
    results = [_result(item, report, hashes, fixes) for item in report.findings if id(item) in kept]
    if look.verbose:
        results += [_suppressed(item, report, hashes) for item in report.suppressed[: _MOST_RESULTS - len(results)]]
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "checker",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [_rule(rule) for rule in RULES],
            }
        },
        "automationDetails": {"id": f"checker/{report.cell}/" if report.cell else "checker/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report, len(report.findings) - len(kept))],
        "results": results,
    }
    return written({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(rule: Rule) -> dict[str, Any]:
    text = page(rule.__doc__)
    does = " ".join(next(section.body for section in sections(text) if section.title == "What it does").split())
    about = rule.ABOUT
    properties: dict[str, Any] = {
        "tags": ["iam", "security"] if about.is_about_access else ["maintainability"],
        "precision": about.precision,
        "problem.severity": "recommendation" if about.severity == "note" else about.severity,
    }
    if about.is_about_access:
        properties["security-severity"] = about.security_severity or _SECURITY[about.severity]
    return {
        "id": about.id,
        "name": "".join(word.capitalize() for word in about.id.split("-")),
        "shortDescription": {"text": summary(rule.__doc__)},
        "fullDescription": {"text": f"{summary(rule.__doc__)} {does}"[:1024]},
        "help": {"text": text, "markdown": as_markdown(text, 2)},
        "defaultConfiguration": {"level": _LEVELS[about.severity]},
        "properties": properties,
    }


def _result(
    finding: Finding, report: Report, hashes: dict[str, list[str]], fixes: Sequence[Proposal] = ()
) -> dict[str, Any]:
    related = finding.related[:_MOST_RELATED]
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": _INDEX[finding.rule],
        "level": _LEVELS[finding.severity],
        "rank": _rank(finding),
        "message": {"text": f"{safe(finding.message)}.\n\n{safe(finding.why)}\n\nHelp: {safe(finding.help)}"},
        "locations": [{"physicalLocation": _physical(finding.location), **_logical(finding.subject)}],
        "partialFingerprints": {
            "primaryLocationLineHash": _line_hash(finding.location, report, hashes),
            "checker/v1": fingerprint(finding),
        },
    }
    if related:
        result["relatedLocations"] = [
            {"id": number, "message": {"text": safe(item.message)}, "physicalLocation": _physical(item.location)}
            for number, item in enumerate(related)
        ]
    safe_ones = [_fix(item, report) for item in fixes if item.finding is finding and item.plan.is_safe]
    return {**result, "fixes": safe_ones} if safe_ones else result


def _rank(finding: Finding) -> float:
    """How much a finding matters, from 0 to 100; GitLab derives a severity from it (18.11, gitlab-org/gitlab!227970).
    The rule's own value, unless the configuration gives it another severity."""
    about = BY_ID[finding.rule].ABOUT
    own = about.security_severity if about.severity == finding.severity else ""
    return float(own or _SECURITY[finding.severity]) * 10


def _suppressed(item: Covered, report: Report, hashes: dict[str, list[str]]) -> dict[str, Any]:
    by = item.suppression
    kind = "inSource" if by.how in ("comment", "annotation") else "external"
    suppression = {"kind": kind, "status": "accepted", "justification": safe(by.reason)}
    return {**_result(item.finding, report, hashes), "suppressions": [suppression]}


def _line_hash(location: Location, report: Report, hashes: dict[str, list[str]]) -> str:
    if location.file not in hashes:
        hashes[location.file] = line_hashes(report.sources[location.file].text)
    return hashes[location.file][location.start.line - 1]


def _physical(location: Location) -> dict[str, Any]:
    return {"artifactLocation": _artifact(location.file), "region": _region(location.start, location.end)}


def _artifact(file: str) -> dict[str, str]:
    return {"uri": quote(for_readers(file), safe="/", errors="surrogateescape")}


def _region(start: Position, end: Position) -> dict[str, int]:
    return {"startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column}


def _logical(subject: Object | None) -> dict[str, Any]:
    if subject is None:
        return {}
    name = f"{subject.namespace}/{subject.name}" if subject.namespace else subject.name
    return {"logicalLocations": [{"name": subject.name, "fullyQualifiedName": f"{subject.kind} {name}"}]}


def _fix(item: Proposal, report: Report) -> dict[str, Any]:
    changes = []
    for edit in item.edits:
        starts = line_starts(report.sources[edit.file].text)
        replacements = [
            {
                "deletedRegion": _region(position(starts, splice.start), position(starts, splice.end)),
                "insertedContent": {"text": splice.text},
            }
            for splice in edit.splices
        ]
        changes.append({"artifactLocation": _artifact(edit.file), "replacements": replacements})
    return {"description": {"text": item.plan.title}, "artifactChanges": changes}


def _invocation(report: Report, left_out: int) -> dict[str, Any]:
    unread = [(path, f"could not be read: {reason}") for path, reason in report.unreadable]
    notes = [
        {
            "level": "error",
            "message": {"text": safe(f"{path} {problem}")},
            "locations": [{"physicalLocation": {"artifactLocation": _artifact(path)}}],
        }
        for path, problem in unread
    ]
    notes += [
        {
            "level": "error",
            "message": {"text": f"the rule {failure.rule} broke down: {safe(failure.details.splitlines()[-1])}"},
            "associatedRule": {"id": failure.rule, "index": _INDEX[failure.rule]},
        }
        for failure in report.failures
    ]
    if left_out:
        notes.append({"level": "warning", "message": {"text": f"{left_out} more findings are left out"}})
    return {"executionSuccessful": not (report.unreadable or report.failures), "toolExecutionNotifications": notes}
