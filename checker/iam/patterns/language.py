"""Questions about sets of strings: which combinations of these patterns does any string match?

Globs are regular languages, so such questions are decidable: the automata of all patterns are walked together,
breadth first, one subset construction step at a time. All of them share one integer (each has its own range of bits),
so a step costs the same for three patterns and for three hundred. Breadth first makes every string found the shortest
of its kind. The walk is capped: a pattern built to explode gives "cannot tell", never an endless loop.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, count
from typing import TypeVar

from ..values import NamedTuple
from .globs import EXCLUDED, Automaton, Glob, Reach, automaton, matches

WORK_CAP = 25_000
"""Steps of the joint automaton before a walk gives up: about a fifth of a second."""

_WIDE = 4_096
"""Bits beyond which a step on the joint integer costs more; the cap shrinks in proportion."""


Key = TypeVar("Key", bound=str)


class PatternCell(NamedTuple):
    """A set of strings that match the same patterns: `accepted` has bit *i* set for pattern *i*, `witness` is the
    shortest of them."""

    accepted: int
    witness: str


class Cells(NamedTuple):
    """Every cell there is, shortest witness first; with `capped`, some may be missing."""

    cells: tuple[PatternCell, ...]
    capped: bool = False


def explore(inside: Glob, others: Sequence[Glob], *, within: Glob | None = None) -> Cells:
    """Splits the strings of `inside` (and of `within`, if given) by which of `others` they match."""
    if inside.fixed is not None:
        if within is not None and not matches(within, inside.fixed):
            return Cells(())
        mark = sum(1 << number for number, glob in enumerate(others) if matches(glob, inside.fixed))
        return Cells((PatternCell(mark, inside.fixed),))
    witnesses: dict[int, str] = {}
    machine = _Machine((inside,) if within is None else (inside, within), others)
    for accepted, spell in machine.walk():
        if accepted is None:
            return Cells(tuple(PatternCell(mark, witness) for mark, witness in witnesses.items()), capped=True)
        if accepted not in witnesses:
            witnesses[accepted] = spell()
    return Cells(tuple(PatternCell(mark, witness) for mark, witness in witnesses.items()))


def shortest(glob: Glob, within: Glob | None = None) -> Cells:
    """The shortest string that the glob (and `within`) matches, as one cell; no cell where there is none."""
    if glob.fixed is not None:
        return explore(glob, (), within=within)
    for accepted, spell in _Machine((glob,) if within is None else (glob, within), ()).walk():
        return Cells((), capped=True) if accepted is None else Cells((PatternCell(0, spell()),))
    return Cells(())


def overlap(first: Glob, second: Glob) -> bool:
    """Whether some string is matched by both globs; also True when the cap was reached first."""
    cells = shortest(first, second)
    return bool(cells.cells) or cells.capped


class _Spell(NamedTuple):
    """Spells the string that leads to a state."""

    state: int
    parents: dict[int, tuple[int, str]]

    def __call__(self) -> str:
        letters: list[str] = []
        state = self.state
        while state in self.parents:
            state, letter = self.parents[state]
            letters.append(letter)
        return "".join(reversed(letters))


class _Machine:
    """All patterns as one automaton. The first ones bound the walk: it ends where one of them can match no more."""

    def __init__(self, bound: Sequence[Glob], others: Sequence[Glob]) -> None:
        self.moves: dict[str, int] = {}
        self.start = 0
        self.bounds: list[tuple[int, int]] = []
        self.accepts: list[int] = []
        free: dict[Reach, int] = {}
        loops: dict[Reach, int] = {}
        offset = 0
        for number, glob in enumerate((*bound, *others)):
            part = automaton(glob)
            self.start |= 1 << offset
            _join(self.moves, part.literal, offset)
            _join(free, part.free, offset)
            _join(loops, part.loops, offset)
            accept = 1 << (offset + part.length)
            if number < len(bound):
                self.bounds.append((((1 << (part.length + 1)) - 1) << offset, accept))
            else:
                self.accepts.append(accept)
            offset += part.length + 1
        self.named = dict(self.moves)
        self.fresh = _fresh_letter(self.named)
        self.stays: dict[str, int] = {}
        # The witness is for people: plain letters before separators.
        self.letters = [self.fresh, *sorted(set(self.named) - {":", "/"}), "/", ":"]
        for letter in self.letters:
            self.moves[letter] = self.moves.get(letter, 0) | _reached(free, letter)
            self.stays[letter] = _reached(loops, letter)
        self.cap = min(WORK_CAP, WORK_CAP * _WIDE // max(offset, 1))
        self.only = _forced(automaton(bound[0]))
        self.first = self.bounds[0][0]

    def walk(self) -> Iterator[tuple[int | None, _Spell]]:
        """Every state in which all bounds match, shortest string first: the bits of the others that match there, and a
        way to spell the string. None for the bits says that the cap was reached."""
        parents: dict[int, tuple[int, str]] = {}
        seen = {self.start}
        level = [self.start]
        work = 0
        while level:
            following_level: list[int] = []
            for state in level:
                if all(state & accept for _, accept in self.bounds):
                    work += len(self.accepts) // 8
                    accepted = sum(1 << number for number, accept in enumerate(self.accepts) if state & accept)
                    yield accepted, _Spell(state, parents)
                forced = self.only.get(state & self.first)
                for letter in (forced,) if forced else self._live(state):
                    work += 1
                    following = ((state & self.moves[letter]) << 1) | (state & self.stays[letter])
                    if following in seen or not all(following & whole for whole, _ in self.bounds):
                        continue
                    seen.add(following)
                    parents[following] = (state, letter)
                    following_level.append(following)
                if work > self.cap:
                    yield None, _Spell(state, parents)
                    return
            level = following_level

    def _live(self, state: int) -> list[str]:
        """The letters that can make a difference here: those a pattern names next, colon and slash (where the reach of
        wildcards differs), and one that stands for all the others."""
        named = self.named
        return [letter for letter in self.letters if letter not in named or letter in "/:" or state & named[letter]]


def _join(masks: dict[Key, int], mine: dict[Key, int], offset: int) -> None:
    for key, mask in mine.items():
        masks[key] = masks.get(key, 0) | mask << offset


def _forced(glob: Automaton) -> dict[int, str]:
    """The states that only one letter leads on from, with that letter: most of an ARN pattern is plain text."""
    open_states = 0
    for mask in (*glob.free.values(), *glob.loops.values()):
        open_states |= mask
    bits = ((letter, mask & ~open_states) for letter, mask in glob.literal.items())
    return {1 << state: letter for letter, mask in bits for state in range(mask.bit_length()) if mask >> state & 1}


def _reached(masks: dict[Reach, int], letter: str) -> int:
    total = 0
    for reach, mask in masks.items():
        if letter not in EXCLUDED[reach]:
            total |= mask
    return total


def _fresh_letter(named: dict[str, int]) -> str:
    """A character that no pattern names."""
    plain = "xyzabcdefghijklmnopqrstuvwXYZ0123456789-_."
    return next(char for char in chain(plain, map(chr, count(0x2600))) if char not in named)
