"""How sure a cause is, by its two witnesses and nothing else."""

from __future__ import annotations

import pytest

from checker.runbook.case.witnesses import Api, Confidence, Log, Seen, confidence

TABLE: list[tuple[Log, Api, Confidence]] = [
    ("names", "shows", "confirmed"), ("fits", "shows", "confirmed"), ("silent", "shows", "likely"),
    ("unread", "shows", "likely"), ("names", "no-word", "likely"), ("names", "unread", "likely"),
    ("fits", "no-word", "possible"), ("fits", "unread", "possible"), ("silent", "no-word", "ruled-out"),
    ("silent", "unread", "unknown"), ("unread", "no-word", "unknown"), ("unread", "unread", "unknown"),
    ("names", "refutes", "ruled-out"), ("fits", "refutes", "ruled-out"), ("silent", "refutes", "ruled-out"),
    ("unread", "refutes", "ruled-out"),
]  # fmt: skip


@pytest.mark.parametrize(("log", "api", "expected"), TABLE)
def test_the_rule(log: Log, api: Api, expected: Confidence) -> None:
    assert confidence(Seen(log, api)) == expected
