"""From broken to healthy while a controller runs: the stand-in as a process, and the real one where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from checker.demo.breaks.registry import BREAKS
from checker.demo.cell import Cell
from checker.fix.cluster.apply import apply
from checker.fix.cluster.emission import Emission
from tests.live.api_server import ApiServer

from .ack_controller import STAND_IN, Controlled, find_controller
from .world import make, plan, yes

pytestmark = [pytest.mark.xdist_group("clusters")]

IN_THE_SPEC = (
    "missing-action", "wrong-table-arn", "missing-index-arn", "condition-unmet", "ack-terminal",
    "trust-subject-mismatch", "trust-audience-mismatch",
)  # fmt: skip
"""Causes that a running controller does not mend by itself."""
CASES = [("stand-in", "missing-action"), ("stand-in", "ack-terminal")]
CASES += [("ACK_CONTROLLER", name) for name in IN_THE_SPEC]


@pytest.fixture
def controlled(request: pytest.FixtureRequest, cell: Cell, tmp_path: Path) -> Iterator[Controlled]:
    command = STAND_IN if request.param == "stand-in" else find_controller()
    if command is None:
        pytest.skip("ACK_CONTROLLER names no binary of the ACK IAM controller")
    server: ApiServer = request.getfixturevalue("api_server")
    found = Controlled(cell, server, command, tmp_path, [])
    yield found
    found.stop()


@pytest.mark.parametrize(("controlled", "name"), CASES, indirect=["controlled"])
def test_the_index_ends_healthy(name: str, controlled: Controlled, cell: Cell) -> None:
    index = BREAKS[name].index_name
    BREAKS[name].change(cell, index)
    said: list[str] = []
    world, broken = make(controlled, cell, index, said, yes)
    assert broken.verdict == "cause-found", controlled.log()
    assert broken.causes[0].id == name
    fix = plan(broken)
    assert isinstance(fix, Emission), fix
    last = apply(world._replace(patience=90), broken, fix)
    assert last.verdict == "healthy", (last.causes, last.unknowns, said, controlled.log())
