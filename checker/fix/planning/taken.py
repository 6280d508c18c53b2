"""The edits that were taken in a round, found by where they are: thousands of fixes may fall into one file."""

from __future__ import annotations

from bisect import bisect_left, insort

from ...text.splices import Splice, collide
from ..edits.realize import Edited


class Taken:
    """Edits by number, in the order in which they were added. Those that were added do not meet, or are the same."""

    def __init__(self) -> None:
        self._known: set[tuple[Edited, ...]] = set()
        self._spots: dict[str, list[tuple[Splice, int]]] = {}
        self._count = 0

    def add(self, edits: tuple[Edited, ...]) -> None:
        """Adds the edits of one fix."""
        if edits not in self._known:
            for one in edits:
                for item in one.splices:
                    insort(self._spots.setdefault(one.file, []), (item, self._count))
        self._known.add(edits)
        self._count += 1

    def has(self, edits: tuple[Edited, ...]) -> bool:
        """Whether a fix with the same edits was added."""
        return edits in self._known

    def meeting(self, edits: tuple[Edited, ...]) -> int | None:
        """The first fix whose edits touch the same characters as these."""
        met = [
            number
            for one in edits
            for item in one.splices
            for other, number in self._near(one.file, item)
            if collide(item, other)
        ]
        return min(met, default=None)

    def _near(self, file: str, item: Splice) -> list[tuple[Splice, int]]:
        """The neighbours of a splice, and all that begin within it: no others can touch it."""
        spots = self._spots.get(file, [])
        first = bisect_left(spots, item.start, key=_start)
        return spots[max(0, first - 1) : bisect_left(spots, max(item.end, item.start + 1), key=_start)]


def _start(spot: tuple[Splice, int]) -> int:
    return spot[0].start
