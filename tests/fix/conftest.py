"""The clusters that fixes are applied in: the embedded cell, and a real API server that takes its place."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from checker.demo.cell import Cell
from tests.live.conftest import api_server

__all__ = ["api_server"]


@pytest.fixture
def cell() -> Iterator[Cell]:
    """A healthy embedded cell."""
    with Cell() as running:
        yield running
