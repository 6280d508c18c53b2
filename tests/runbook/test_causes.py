"""Every cause, staged in the embedded cell, is named first; nothing else is named beside it without reason."""

from __future__ import annotations

import pytest

from checker.demo.breaks.registry import BREAKS
from checker.demo.cell import Cell
from checker.demo.story import look_at, tell
from checker.report.style.pages import page
from checker.runbook.causes import BY_ID, CAUSES
from checker.runbook.diagnose import Diagnosis
from checker.runbook.known_cause import KnownCause
from tests.conftest import every_other

BESIDE: dict[str, set[str]] = {
    "stale-principal-id": {"stale-credentials", "propagation"},
    "trust-subject-mismatch": {"trust-audience-mismatch"},
    "role-missing": {"stale-credentials"},
    "ack-terminal": {"ack-not-synced", "missing-action"},
    "ack-controller-down": {"drift"},
    "ack-not-synced": {"missing-action"},
    "table-missing": {"key-schema-mismatch"},
    "host-network-pod-identity": {"propagation"},
    # The refusal names no layer, and what was not read may be it as well.
    "replication-not-authorized": {
        "scp-denies",
        "rcp-denies",
        "endpoint-policy-denies",
        "session-policy-blocks",
        "kms-denied",
        "propagation",
        "stale-credentials",
    },
}
"""What may stand behind the staged cause: it holds as well, or the log would read the same."""


def test_every_cause_can_be_staged() -> None:
    assert set(BREAKS) == set(BY_ID)


def named_first(broken: Diagnosis, cause: str) -> None:
    assert broken.verdict == "cause-found"
    assert [broken.causes[0].id, *sorted({item.id for item in broken.causes[1:]} - BESIDE.get(cause, set()))] == [cause]
    assert broken.causes[0].confidence in ("confirmed", "likely")
    assert broken.causes[0].evidence
    assert broken.causes[0].next


@pytest.mark.parametrize("cause", every_other(BREAKS))
def test_the_staged_cause_is_named_first(cause: str) -> None:
    staged = BREAKS[cause]
    with Cell() as cell:
        staged.change(cell, staged.index_name)
        named_first(look_at(cell, staged.index_name), cause)


@pytest.mark.slow
@pytest.mark.parametrize("cause", every_other(BREAKS))
def test_the_whole_story_ends_as_told(cause: str) -> None:
    """Healthy before; named first; and mended, where a manifest mends it."""
    story = tell(cause)
    assert story.healthy.verdict == "healthy", story.healthy.unknowns
    assert story.healthy.causes == ()
    named_first(story.broken, cause)
    assert story.ended_as_told


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.id)
def test_every_page_has_its_sections_and_fits_a_terminal(cause: KnownCause) -> None:
    text = page(cause.page)
    for section in ("What it looks for", "What to do", "Source"):
        assert f"\n{section}\n" in text
    assert max(map(len, text.splitlines())) <= 100
    assert text.splitlines()[0].endswith(".")
    assert len(cause.remediation) < 130
