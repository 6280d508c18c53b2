"""Decisions against an independent engine: every difference is one of the documented deviations, by name.

The other engine's decisions are recorded (see differential/record.py); with ORACLE set to a folder that holds it, fresh
cases are put to it as well.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator

import pytest

from .differential.decide import deviation, outcome
from .differential.generate import Case, case
from .differential.record import COUNT, LETTERS, ask, digest, recorded


def differences(cases: list[Case], theirs: list[str]) -> Iterator[tuple[int, str, str, str | None]]:
    for item, their in zip(cases, theirs, strict=True):
        our = outcome(item)
        if our != their:
            yield item["seed"], our, their, deviation(item, our, their)


def check(cases: list[Case], theirs: list[str]) -> Counter[str]:
    found = list(differences(cases, theirs))
    unexplained = [row[:3] for row in found if row[3] is None]
    assert unexplained == []
    return Counter(name for *_, name in found if name)


def test_five_hundred_decisions() -> None:
    _, letters = recorded()
    named = check([case(seed) for seed in range(500)], [LETTERS[letter] for letter in letters[:500]])
    assert sum(named.values()) < 15
    assert Counter(letters[:500]).keys() == LETTERS.keys()


@pytest.mark.slow
def test_twenty_thousand_decisions() -> None:
    known, letters = recorded()
    cases = [case(seed) for seed in range(COUNT)]
    assert digest(cases) == known, "the generator has changed: record the decisions anew (differential/record.py)"
    named = check(cases, [LETTERS[letter] for letter in letters])
    assert sum(named.values()) < COUNT // 50
    assert min(Counter(letters).values()) > 1_500, "each outcome must come up often"


@pytest.mark.slow
@pytest.mark.skipif("ORACLE" not in os.environ, reason="ORACLE does not name a folder with the other engine")
def test_fresh_decisions() -> None:
    cases = [case(seed) for seed in range(COUNT, COUNT + 5_000)]
    check(cases, ask(cases))
