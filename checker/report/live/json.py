"""A diagnosis as JSON, schema version 1 (checker/schemas/diagnosis.json)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...runbook.diagnose import Cause, Diagnosis
from ...version import __version__
from ..static.json import access
from ..style.as_json import written
from ..style.look import Look
from .first_step import first_step
from .told import log_line, next_commands, recovered_at


def render_all(diagnoses: Sequence[Diagnosis], look: Look) -> str:
    """One object for one index, a list of them for several."""
    if len(diagnoses) == 1:
        return render(diagnoses[0], look)
    return written([as_json(diagnosis) for diagnosis in diagnoses])


def render(diagnosis: Diagnosis, look: Look) -> str:
    """One JSON object, in ASCII so that it is valid in every encoding."""
    return written(as_json(diagnosis))


def as_json(diagnosis: Diagnosis) -> dict[str, Any]:
    """The diagnosis as plain JSON."""
    case = diagnosis.case
    target = case.record.target
    deployed = case.deployed
    metadata = case.pod["metadata"] if case.pod else {}
    return {
        "schemaVersion": 1,
        "command": "live",
        "tool": {"name": "checker", "version": __version__},
        "index": target.index_name,
        "accountId": target.account_id or None,
        "verdict": diagnosis.verdict,
        "recoveredAt": recovered_at(diagnosis),
        "causes": [_cause(cause) for cause in diagnosis.causes],
        "checks": [
            {
                "id": check.id,
                "step": check.step,
                "status": check.state,
                "detail": check.detail,
                "source": check.source,
                "elapsedMs": check.elapsed_ms,
            }
            for check in diagnosis.checks
        ],
        "pod": {
            "namespace": case.namespace,
            "name": metadata.get("name", ""),
            "node": case.pod["spec"]["nodeName"],
            "serviceAccount": case.account_name,
        }
        if case.pod
        else None,
        "container": {"name": case.container["name"], "image": case.container["image"]} if case.container else None,
        "role": {"arn": case.effective.arn, "resolvedBy": case.effective.how, "expected": case.arn or None}
        if case.container
        else None,
        "log": {
            "failures": case.log.failures,
            "successes": case.log.refreshes,
            "successesSinceLastFailure": case.log.refreshes_since,
            "lastFailure": case.log.last_failure.strip("?") or None,
            "lastSuccess": case.log.last_refresh.strip("?") or None,
            "unplaced": [*case.log.trouble, *case.log.mentioned][:20],
            "peakIn3Minutes": case.log.peak,
            "first": case.log.first or None,
            "last": case.log.last or None,
            "line": log_line(diagnosis) or None,
        },
        "access": [
            access(check, question) for check in (deployed.checks if deployed else ()) for question in check.required
        ],
        "findings": [
            {"rule": item.rule, "severity": item.severity, "message": item.message} for item in diagnosis.findings
        ],
        "next": list(next_commands(diagnosis)),
        "unknowns": list(diagnosis.unknowns),
        "dismissed": [
            {"id": cause.id, "confidence": cause.confidence, "evidence": list(cause.evidence)}
            for cause in diagnosis.dismissed
        ],
        "credentials": first_step(diagnosis) or None,
        "collectedAt": case.record.collected_at,
        "elapsedMs": case.record.elapsed_ms,
    }


def _cause(cause: Cause) -> dict[str, Any]:
    return {
        "id": cause.id,
        "title": cause.title,
        "confidence": cause.confidence,
        "manifestHelps": cause.manifest_helps,
        "restartNeeded": cause.restart_needed,
        "remediation": cause.remediation,
        "evidence": list(cause.evidence),
    }
