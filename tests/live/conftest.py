"""The two clusters that the collector is tried on: the embedded cell, and a real API server that mirrors it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from checker.demo.cell import Cell
from checker.live.collect import Access, collect
from checker.live.record import Record

from .api_server import VIEWER, ApiServer, find_assets

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="session")
def api_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    """A real API server with the ACK CRDs and the shipped ClusterRole; skipped where there is none, with the reason."""
    assets = find_assets()
    if isinstance(assets, str):
        if os.environ.get("E2E_REQUIRED"):
            pytest.fail(assets)
        pytest.skip(assets)
    server = ApiServer(*assets, tmp_path_factory.mktemp("api-server"))
    try:
        for name in ("kubernetes.yaml", "fixer.yaml"):
            for item in yaml.safe_load_all((ROOT / "deploy" / name).read_text(encoding="utf-8")):
                server.put(item)
        yield server
    finally:
        server.stop()


@pytest.fixture
def cell() -> Iterator[Cell]:
    """A healthy embedded cell."""
    with Cell() as running:
        yield running


Collect = Callable[..., Record]


@pytest.fixture(params=["embedded", "api-server"])
def grade(request: pytest.FixtureRequest, cell: Cell) -> Callable[[], Any]:
    """Gives the connection to the cluster, once the cell is as the test wants it."""
    if request.param == "embedded":
        return lambda: cell.access().connection
    server: ApiServer = request.getfixturevalue("api_server")

    def connect() -> Any:
        server.mirror(cell)
        return server.connection(VIEWER)

    return connect


@pytest.fixture
def gather(cell: Cell, grade: Callable[[], Any]) -> Collect:
    """Collects the evidence of an index from the cluster under test."""

    def run(index: str, **changes: Any) -> Record:
        search = cell.search._replace(**changes.pop("search", {}))
        target = cell.target(index)._replace(**changes.pop("target", {}))
        access = Access(cell.access().aws, connection=changes.pop("connection", None) or grade())
        return collect(target, access, search, **changes)

    return run
