"""One check of the runbook, and what came of it."""

from __future__ import annotations

from typing import Literal

from ..iam.values import NamedTuple
from ..live.record.record import Reading, Status

State = Literal["ok", "failed", "unknown", "skipped"]


class Check(NamedTuple):
    """One check: its name, the runbook's step (1-8), the state, a sentence, the call behind it, milliseconds."""

    id: str
    step: int
    state: State
    detail: str
    source: str = ""
    elapsed_ms: int = 0
    is_vital: bool = True


_STATES: dict[Status, State] = {"ok": "ok", "skipped": "skipped"}


def of_reading(
    reading: Reading, name: str, step: int, good: str, absent: State = "unknown", vital: bool = True
) -> Check:
    """The check that something was read: `good` is said where it was, `absent` is the state where it is not there."""
    state: State = absent if reading.status == "absent" else _STATES.get(reading.status, "unknown")
    detail = good if state == "ok" else f"{reading.status}: {reading.detail}" if reading.detail else reading.status
    return Check(
        id=name,
        step=step,
        state=state,
        detail=detail,
        source=reading.source,
        elapsed_ms=reading.elapsed_ms,
        is_vital=vital,
    )
