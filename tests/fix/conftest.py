"""The two clusters that fixes are tried on: the embedded cell, and a real API server that mirrors it."""

from __future__ import annotations

import pytest

from checker.demo.cell import Cell

from .world import Embedded, Grade, Real


@pytest.fixture(params=["embedded", "api-server"])
def grade(request: pytest.FixtureRequest, cell: Cell) -> Grade:
    if request.param == "embedded":
        return Embedded(cell)
    return Real(cell, request.getfixturevalue("api_server"), {})
