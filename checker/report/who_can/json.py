"""Who can do something, as JSON, schema version 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...requirements.check import Outcome
from ..static.json import access
from .answers import Asked, answers, identity


def as_json(asked: Asked, outcomes: Sequence[tuple[str, Outcome]], unread: Sequence[str]) -> dict[str, Any]:
    """A row for each use of a role and action."""
    rows = []
    for check, question in answers(outcomes):
        account = check.selected.service_account
        row = access(check, question)
        del row["requirement"]
        rows.append({**row, "serviceAccount": "/".join(account) if account else None})
    return {
        "schemaVersion": 1,
        "command": "who-can",
        "action": asked.action,
        "resource": asked.resource,
        "asked": len({identity(check) for _, outcome in outcomes for check in outcome.checks}),
        "roles": rows,
        "unchecked": list(unread),
    }
