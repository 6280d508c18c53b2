"""Edits that were taken are found where they are: what comparing with each of them says."""

from __future__ import annotations

import random

import pytest

from checker.fix.edits.realize import Edited
from checker.fix.planning.taken import Taken
from checker.text.splices import Splice, collide


def edits(draw: random.Random) -> tuple[Edited, ...]:
    files = draw.sample(("a.yaml", "b.yaml"), draw.choice((1, 1, 2)))
    made = []
    for file in files:
        starts = sorted(draw.sample(range(0, 60, 3), draw.choice((1, 1, 2, 3))))
        made.append(Edited(file, tuple(Splice(start, start + draw.choice((0, 0, 1, 2)), "x") for start in starts)))
    return tuple(made)


def meet(one: tuple[Edited, ...], other: tuple[Edited, ...]) -> bool:
    return any(
        collide(mine, theirs)
        for first in one
        for second in other
        if first.file == second.file
        for mine in first.splices
        for theirs in second.splices
    )


@pytest.mark.parametrize("seed", range(50))
def test_those_that_meet(seed: int) -> None:
    draw = random.Random(seed)
    taken, known = Taken(), list[tuple[Edited, ...]]()
    for _ in range(20):
        new = edits(draw)
        met = [number for number, other in enumerate(known) if meet(new, other)]
        assert taken.has(new) == (new in known)
        if new not in known:
            assert taken.meeting(new) == min(met, default=None)
        if not met or new in known:
            taken.add(new)
            known.append(new)
