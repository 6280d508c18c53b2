"""The two clusters that the collector is tried on: the embedded cell, and a real API server that mirrors it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checker.demo.cell import Cell
from checker.live.collect import Clients, collect
from checker.live.record.record import Record

ROOT = Path(__file__).parent.parent.parent


Collect = Callable[..., Record]


@pytest.fixture
def gather(cell: Cell, grade: Callable[[], Any]) -> Collect:
    """Collects the evidence of an index from the cluster under test."""

    def run(index: str, **changes: Any) -> Record:
        search = cell.search._replace(**changes.pop("search", {}))
        target = cell.target(index)._replace(**changes.pop("target", {}))
        access = Clients(cell.access().aws, connection=changes.pop("connection", None) or grade())
        return collect(target, access, search, **changes)

    return run
