"""The difference as JSON, schema version 1 (checker/schemas/diff.json)."""

from __future__ import annotations

from typing import Any

from ...ack.edits import Note
from ...diff.model import ConsumerChange, Demand, Difference, RoleChange
from ...iam.proofs.grants import Change
from ...version import __version__
from ..static.json import named
from ..style.as_json import written
from ..style.look import Look


def render(difference: Difference, look: Look) -> str:
    """One JSON object, in ASCII."""
    return written(
        {
            "schemaVersion": 1,
            "command": "diff",
            "tool": {"name": "checker", "version": __version__},
            "base": difference.base,
            "head": difference.head,
            "worse": difference.is_worse,
            "roles": [_role(change) for change in difference.roles],
            "consumers": [_consumer(item) for item in difference.consumers],
            "findings": [item._asdict() for item in difference.findings],
            "objects": [{"subject": named(item.item), **_note(item.note)} for item in difference.others],
            "notes": list(difference.notes),
            "unchecked": list(difference.unread),
        }
    )


def _role(change: RoleChange) -> dict[str, Any]:
    return {
        "subject": named(change.role),
        "file": change.role.origin.file,
        "status": change.status,
        "gained": [_access(item) for item in change.gained],
        "lost": [_access(item) for item in change.lost],
        "conditions": [item._asdict() | {"actions": list(item.actions)} for item in change.conditions],
        "unclear": list(change.unclear),
        "demands": [_demand(item) for item in change.demands],
        "letIn": list(change.let_in),
        "shutOut": list(change.shut_out),
        "notes": [_note(note) for note in change.notes],
        "reach": [{"serviceAccount": item.service_account, "workloads": list(item.workloads)} for item in change.reach],
    }


def _consumer(item: ConsumerChange) -> dict[str, Any]:
    demands = [_demand(demand) for demand in item.demands]
    return {"name": item.name, "before": item.before, "after": item.after, "demands": demands}


def _access(item: Change) -> dict[str, Any]:
    return {"actions": list(item.actions), "witness": item.witness}


def _demand(item: Demand) -> dict[str, Any]:
    return {
        "kind": item.kind,
        "requirement": item.requirement,
        "action": item.action,
        "resource": item.resource,
        "before": item.before,
        "after": item.after,
        "worse": item.is_worse,
        "witness": item.witness or None,
    }


def _note(note: Note) -> dict[str, str]:
    return {"kind": note.kind, "sentence": note.sentence}
