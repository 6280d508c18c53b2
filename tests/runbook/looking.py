"""The diagnosis of an index in the embedded cell, by the shipped requirement."""

from __future__ import annotations

from checker.demo.cell import Cell
from checker.live.collect import collect
from checker.requirements.load import load_requirements
from checker.requirements.shipped import shipped_policies
from checker.runbook.diagnose import Diagnosis, diagnose

REQUIREMENTS = load_requirements((shipped_policies(),)).requirements


def look(cell: Cell, index: str = "acme") -> Diagnosis:
    return diagnose(collect(cell.target(index), cell.access(), cell.search), REQUIREMENTS)
