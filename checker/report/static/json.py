"""The report as JSON, schema version 1 (checker/schemas/report.json)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ...findings.finding import Finding
from ...findings.groups import grouped
from ...findings.location import Location
from ...gate.report import Report
from ...iam.documents.paths import show_path
from ...inventory.objects import Object
from ...requirements.check import RoleCheck
from ...requirements.rows import Question
from ...text.source import line_starts, position
from ...version import __version__
from ..style.as_json import written
from ..style.look import Look
from .fingerprints import fingerprint

if TYPE_CHECKING:
    from ...fix.planning.propose import Proposal
    from ...suppression.covering import Covered
    from ...text.splices import Splice

CARRIES_FIXES = True


def render(report: Report, look: Look, fixes: Sequence[Proposal] = ()) -> str:
    """One JSON object, in ASCII so that it is valid in every encoding.

    `location` counts lines and columns from 1, offsets in code points from 0."""
    return written(_report(report, fixes))


def _report(report: Report, fixes: Sequence[Proposal]) -> dict[str, Any]:
    counts = report.summary
    groups = {id(item): number for number, group in enumerate(grouped(report.findings)) for item in group.all}
    return {
        "schemaVersion": 1,
        "command": "static",
        "tool": {"name": "checker", "version": __version__},
        "summary": {
            "files": counts.files,
            "documents": counts.documents,
            "passedOver": counts.passed_over,
            "roles": counts.roles,
            "policies": counts.policies,
            "checked": counts.checked,
            "skipped": counts.skipped,
            "suppressed": len(report.suppressed),
            "elsewhere": report.elsewhere,
            "errors": report.count("error"),
            "warnings": report.count("warning"),
            "notes": report.count("note"),
        },
        "findings": [_finding(finding, report, fixes, groups[id(finding)]) for finding in report.findings],
        "suppressed": [_suppressed(item, report) for item in report.suppressed],
        "baseline": _baseline(report),
        "access": [
            {"cell": outcome.cell or report.cell, **access(check, question)}
            for outcome in report.outcomes
            for check in outcome.checks
            for question in check.required
        ],
        "skipped": [
            {"file": item.file, "reason": item.reason, "detail": item.detail, "inPart": item.in_part}
            for item in report.skipped
        ],
        "unchecked": unchecked(report),
    }


def unchecked(report: Report) -> list[dict[str, str]]:
    """What could not be checked, and why: files, and rules that broke down."""
    return [
        *({"what": path, "reason": reason} for path, reason in report.unreadable),
        *(
            {"what": f"rule {failure.rule}", "reason": failure.details.strip().splitlines()[-1]}
            for failure in report.failures
        ),
    ]


def _finding(
    finding: Finding, report: Report, fixes: Sequence[Proposal] = (), group: int | None = None
) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "cells": list(finding.cells) or ([report.cell] if report.cell else []),
        "message": finding.message,
        "why": finding.why,
        "help": finding.help,
        "subject": named(finding.subject),
        "path": finding.path,
        "location": located(finding.location),
        "related": [{"message": item.message, "location": located(item.location)} for item in finding.related],
        "fixable": any(item.finding is finding for item in fixes),
        "fixes": [_fix(item, report) for item in fixes if item.finding is finding],
        "fingerprint": fingerprint(finding),
        "group": group,
    }


def _suppressed(item: Covered, report: Report) -> dict[str, Any]:
    by = item.suppression
    finding = _finding(item.finding, report)
    return {"by": by.how, "reason": by.reason, "until": by.until or None, "finding": finding}


def _baseline(report: Report) -> dict[str, Any] | None:
    known = report.baseline
    if known is None:
        return None
    fixed = [{"rule": item.rule, "path": item.path, "message": item.message} for item in known.compared.fixed]
    return {"file": known.baseline.file, "known": len(known.compared.known), "fixed": fixed}


def _fix(item: Proposal, report: Report) -> dict[str, Any]:
    """A fix: what it does, whether it is safe, and its edits of the files as they are."""
    return {
        "title": item.plan.title,
        "safe": item.plan.is_safe,
        "danger": item.plan.danger,
        "edits": [
            {"file": edit.file, **edit_as_json(report.sources[edit.file].text, splice)}
            for edit in item.edits
            for splice in edit.splices
        ],
    }


def edit_as_json(text: str, item: Splice) -> dict[str, Any]:
    """One edit: the span it replaces, in the text as it is, and what comes in its place."""
    starts = line_starts(text)
    start, end = (position(starts, offset)._asdict() for offset in (item.start, item.end))
    return {"start": start, "end": end, "text": item.text}


def named(subject: Object | None) -> dict[str, str] | None:
    """An object by kind, namespace and name."""
    if subject is None:
        return None
    return {
        "apiVersion": subject.api_version,
        "kind": subject.kind,
        "namespace": subject.namespace,
        "name": subject.name,
    }


def located(location: Location) -> dict[str, Any]:
    """A range of a file."""
    return {"file": location.file, "start": location.start._asdict(), "end": location.end._asdict()}


def access(check: RoleCheck, question: Question) -> dict[str, Any]:
    """One required access and the verdict on it."""
    proof = question.proof
    witness = proof.witness if proof and proof.verdict != "granted" else None
    return {
        "requirement": check.requirement.name,
        "subject": named(check.role.object),
        "action": question.action,
        "resource": question.resource,
        "verdict": proof.verdict if proof else "unknown",
        "witness": {"action": question.action, "resource": witness} if witness else None,
        "conditions": [
            {
                "operator": term.condition.operator,
                "key": term.condition.key,
                "values": list(term.condition.values),
                "effect": term.clause.effect,
                "holds": term.holds,
                "alternative": number,
                "source": "policy",
            }
            for number, terms in enumerate(proof.conditions if proof else ())
            for term in terms
        ]
        + [
            {
                "operator": "StringEquals",
                "key": placeholder,
                "values": [value],
                "effect": "Allow",
                "holds": True,
                "alternative": number,
                "source": "template",
            }
            for number, case in enumerate(proof.when if proof else ())
            for placeholder, value in case
        ],
        "when": {
            "placeholders": list(proof.open) if proof else [],
            "alternatives": [dict(case) for case in proof.when] if proof else [],
            "exactly": proof.only_then if proof else False,
        },
        "decidedBy": [
            {"policy": clause.policy.label, "statement": show_path(clause.statement.path), "sid": clause.statement.sid}
            for clause in (proof.decision.clauses if proof else ())
            if clause.statement is not None
        ],
        "reasons": list(proof.reasons) if proof else [f"the parameter {name} has no value" for name in question.unset],
    }
