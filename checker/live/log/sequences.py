"""What several events of a log amount to: failures close together, attempts in vain, mentions instead of successes."""

from __future__ import annotations

from bisect import bisect

from ...iam.expressions import expression
from .events import LogRow
from .layouts import parse
from .moments import seconds
from .sorting import Kind, times

WINDOW_SECONDS = 180
"""The alert counts failures within 3 minutes."""

_LONGEST = 2_000
_MANY_RETRIES = 4


def in_vain(given: list[tuple[LogRow, Kind]]) -> frozenset[int]:
    """The positions of attempts that amount to failures: whoever retries for ever says nothing else. They do where no
    success has come of them, and there are as many within the alert's 3 minutes as it takes failures, or some for as
    long as that; where one has come, only if there were many for that long. What is meant for debugging does not
    count."""
    counted: set[int] = set()
    open_ones: list[int] = []

    def close(*, has_succeeded: bool) -> None:
        stamps = [seconds(given[position][0].stamp) for position in open_ones]
        lasting = len(stamps) > 1 and bool(stamps[0]) and stamps[-1] - stamps[0] >= WINDOW_SECONDS
        if (lasting and len(stamps) >= _MANY_RETRIES) or (
            not has_succeeded and (lasting or peak(stamps) >= _MANY_RETRIES)
        ):
            counted.update(open_ones)
        open_ones.clear()

    for position, (event, kind) in enumerate(given):
        if kind == "retry" and parse(event.text).level != "debug":
            open_ones.append(position)
        elif kind in ("success", "failure"):
            close(has_succeeded=kind == "success")
    close(has_succeeded=False)
    return frozenset(counted)


def said_again(given: list[tuple[LogRow, Kind]]) -> frozenset[int]:
    """The positions of mentions that stand in the place of a success: again and again, a while after the last one, and
    far more often than mostly between the successes before. That goes for lines that are alike, and for all together:
    a proxy may say in many words that it waits."""
    successes = [position for position, (_, kind) in enumerate(given) if kind == "success"]
    if not successes:
        return frozenset()
    groups: dict[str, list[int]] = {"": []}
    for position, (event, kind) in enumerate(given):
        if kind == "mention":
            groups[""].append(position)
            groups.setdefault(_NUMBERED.sub("#", event.text[:_LONGEST]), []).append(position)
    unread: set[int] = set()
    for positions in groups.values():
        since = [position for position in positions if position > successes[-1]]
        often = sum(times(given[position][0].text) for position in since)
        if not since or often < _MANY_RETRIES:
            continue
        ended, now = (seconds(given[position][0].stamp) for position in (successes[-1], since[-1]))
        if ended and now - ended < _LASTING_SECONDS:
            continue
        gaps = [0] * len(successes)
        for position in positions[: len(positions) - len(since)]:
            gaps[bisect(successes, position)] += times(given[position][0].text)
        # What came before the first success is part of a gap, and counts where there is no other.
        usual = sorted(gaps[1:] or gaps)
        if often > 2 * usual[(len(usual) - 1) // 2]:
            unread.update(since)
    return frozenset(unread)


_LASTING_SECONDS = 60
_NUMBERED = expression(r"\S*\d\S*")
"""What differs in lines of one kind: a word with a number in it."""


def peak(moments: list[float]) -> int:
    """The most of these times (seconds) that lie within the alert's 3 minutes."""
    ordered = sorted(moments)
    start = best = 0
    for end, moment in enumerate(ordered):
        while moment - ordered[start] > WINDOW_SECONDS:
            start += 1
        best = max(best, end - start + 1)
    return best
