"""How much a finding weighs."""

from __future__ import annotations

from typing import Literal

Severity = Literal["error", "warning", "note"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
"""Heaviest first."""
