"""How much a finding weighs."""

from __future__ import annotations

from typing import Literal

Severity = Literal["error", "warning", "note"]
Level = Severity | Literal["off"]
"""What a rule is set to: "off" switches it off."""

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
"""Heaviest first."""
