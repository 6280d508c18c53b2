"""One check of the runbook, and what came of it."""

from __future__ import annotations

from typing import Literal

from ..iam.values import NamedTuple

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
