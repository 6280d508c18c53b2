"""Fixes as JSON, schema version 1 (checker/schemas/fix.json): edits as spans of the files as they are, and texts."""

from __future__ import annotations

from typing import Any

from ...version import __version__
from ..static.fingerprints import fingerprint
from ..static.json import edit_as_json, located, named, unchecked
from ..style.as_json import written
from ..style.look import Look
from .told import Told


def render(told: Told, look: Look) -> str:
    """One JSON object, in ASCII."""
    return written(as_json(told))


def as_json(told: Told) -> dict[str, Any]:
    """The repair as plain data."""
    repair = told.repair
    return {
        "schemaVersion": 1,
        "command": "fix",
        "tool": {"name": "checker", "version": __version__},
        "outcome": told.outcome,
        "fixes": [
            {
                "rule": item.finding.rule,
                "fingerprint": fingerprint(item.finding),
                "subject": named(item.finding.subject),
                "message": item.finding.message,
                "title": item.plan.title,
                "why": item.plan.why,
                "safe": item.plan.is_safe,
                "danger": item.plan.danger,
                "notes": list(item.plan.notes),
                "files": [edit.file for edit in item.edits],
            }
            for item in repair.fixes
        ],
        "files": [
            {"file": change.file, "edits": [edit_as_json(change.before, item) for item in change.splices]}
            for change in repair.changes
        ],
        "written": list(told.names),
        "access": [
            {"subject": named(effect.role), "exact": effect.is_exact, "changes": list(effect.sentences)}
            for effect in repair.effects
        ],
        "left": [
            {
                "rule": item.finding.rule,
                "severity": item.finding.severity,
                "fingerprint": fingerprint(item.finding),
                "message": item.finding.message,
                "location": located(item.finding.location),
                "reason": item.reason,
                "unsafeFix": item.plan.title if item.plan else None,
            }
            for item in repair.refusals
        ],
        "unchecked": unchecked(repair.after.report),
    }
