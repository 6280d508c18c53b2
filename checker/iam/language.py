"""Questions about sets of strings: is there a string that is in this glob and not in those?

Globs are regular languages, so the questions are decidable: the automata of all globs are walked together, breadth
first, one subset construction step at a time, until a combination turns up that the caller wants. Breadth first
makes the string found the shortest one. The walk is capped: a pattern built to explode gives "cannot tell", never an
endless loop.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

from .globs import Glob, matches, step

WORK_CAP = 400_000
"""Single automaton steps before the search gives up: about a fifth of a second."""


class Found(NamedTuple):
    """The outcome of a search: a witness, none (`witness is None`), or no answer within the cap."""

    witness: str | None
    capped: bool = False


Wanted = Callable[[tuple[bool, ...]], bool]


def search(inside: Glob, others: Sequence[Glob], wanted: Wanted, *, within: Glob | None = None) -> Found:
    """Looks for the shortest string in `inside` (and in `within`, if given) for which `wanted` holds.

    `wanted` is told, glob by glob, whether the string is in each of `others`. Returns the witness, or None when there
    is no such string, or `capped` when `WORK_CAP` steps were not enough to know.
    """
    fixed = inside.fixed
    if fixed is not None:
        good = (within is None or matches(within, fixed)) and wanted(tuple(matches(glob, fixed) for glob in others))
        return Found(fixed if good else None)
    bound = (inside,) if within is None else (inside, within)
    globs = (*bound, *others)
    fresh = _fresh_letter(globs)
    start = tuple(glob.start for glob in globs)
    parents: dict[tuple[int, ...], tuple[tuple[int, ...], str] | None] = {start: None}
    queue = deque([start])
    work = 0
    while queue:
        states = queue.popleft()
        inside_all = all(state & glob.accept for state, glob in zip(states, bound, strict=False))
        if inside_all and wanted(_accepting(states, globs, len(bound))):
            return Found(_spell(states, parents))
        for letter in _live_letters(states, globs, fresh):
            work += len(globs)
            if work > WORK_CAP:
                return Found(None, capped=True)
            following = _advance(states, globs, letter, len(bound))
            if following is not None and following not in parents:
                parents[following] = (states, letter)
                queue.append(following)
    return Found(None)


def overlap(first: Glob, second: Glob) -> bool:
    """Whether some string is matched by both globs; True as well when that could not be found out within the cap."""
    found = search(first, (), lambda _: True, within=second)
    return found.witness is not None or found.capped


def _advance(states: tuple[int, ...], globs: tuple[Glob, ...], letter: str, bound: int) -> tuple[int, ...] | None:
    following = []
    for place, (state, glob) in enumerate(zip(states, globs, strict=True)):
        state = step(glob, state, letter) if state else 0
        if not state and place < bound:
            return None
        following.append(state)
    return tuple(following)


def _accepting(states: tuple[int, ...], globs: tuple[Glob, ...], skip: int) -> tuple[bool, ...]:
    pairs = zip(states[skip:], globs[skip:], strict=True)
    return tuple(bool(state & glob.accept) for state, glob in pairs)


def _fresh_letter(globs: Sequence[Glob]) -> str:
    """A character that no glob names."""
    named = {char for glob in globs for char in glob.literal} | {":", "/"}
    candidates = "xyzabcdefghijklmnopqrstuvwXYZ0123456789-_." + chr(0x2603)
    return next(char for char in candidates if char not in named)


def _live_letters(states: tuple[int, ...], globs: Sequence[Glob], fresh: str) -> list[str]:
    """The characters that can make a difference here: literals that move a current state, colon and slash (where the
    reach of wildcards differs), and one that stands for all the others."""
    live: set[str] = set()
    for state, glob in zip(states, globs, strict=True):
        remaining = state & ~glob.accept
        while remaining:
            lowest = remaining & -remaining
            letter = glob.letters[lowest.bit_length() - 1]
            if letter is not None:
                live.add(letter)
            remaining ^= lowest
    # The witness is for people: plain letters before separators.
    return [fresh, *sorted(live - {":", "/"}), "/", ":"]


def _spell(states: tuple[int, ...], parents: dict[tuple[int, ...], tuple[tuple[int, ...], str] | None]) -> str:
    letters: list[str] = []
    step_back = parents[states]
    while step_back is not None:
        states, letter = step_back
        letters.append(letter)
        step_back = parents[states]
    return "".join(reversed(letters))
