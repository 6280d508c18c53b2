"""Where the ACK object was not seen, a refusal in IAM is likely at most: the object may grant it already."""

from __future__ import annotations

import pytest

from checker.demo.breaks.registry import BREAKS
from checker.demo.cell import Cell
from checker.live.collect import collect
from checker.live.record.record import Reading
from checker.requirements.load import load_requirements
from checker.requirements.shipped import shipped_policies
from checker.runbook.diagnose import diagnose


@pytest.mark.parametrize(
    ("cause", "status", "expected"),
    [
        ("drift", "denied", ("missing-action", "likely")),
        ("missing-action", "denied", ("missing-action", "likely")),
        ("missing-action", "timeout", ("missing-action", "likely")),
        ("missing-action", "", ("missing-action", "confirmed")),
        ("drift", "", ("drift", "confirmed")),
    ],
)
def test_likely_at_most(cause: str, status: str, expected: tuple[str, str]) -> None:
    with Cell() as cell:
        BREAKS[cause].change(cell, BREAKS[cause].index_name)
        record = collect(cell.target(BREAKS[cause].index_name), cell.access(), cell.search)
    if status:
        unread = Reading("denied" if status == "denied" else "timeout", None, "not read", "list roles", 0)
        record = record._replace(readings={**record.readings, "ack-role": unread})
    found = diagnose(record, load_requirements((shipped_policies(),)).requirements)
    first = found.causes[0]
    assert (first.id, first.confidence) == expected
    assert first.remediation.startswith("Look at the ACK Role object first") is bool(status)
