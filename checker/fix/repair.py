"""All rounds: fixes are made until nothing more can be cured; what comes out is the edited text and its story."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ..engine import Finding
from ..gate import Judged, Prepared, judge
from ..text.splices import Splice, compose
from .effects import Effect, effects
from .propose import Admitted, Barred, Proposal, Refusal, key_of, propose

_MOST_ROUNDS = 50


class Change(NamedTuple):
    """A file's text before and after, and the edits that lead from one to the other."""

    file: str
    before: str
    after: str
    splices: tuple[Splice, ...]


class Repair(NamedTuple):
    """What was cured and what was not, what became of the files, and what it does to access."""

    before: Judged
    after: Judged
    fixes: tuple[Proposal, ...]
    refusals: tuple[Refusal, ...]
    changes: tuple[Change, ...]
    effects: tuple[Effect, ...]


def repair(made: Prepared, admitted: Admitted, about: Callable[[Finding], bool] = lambda finding: True) -> Repair:
    """Cures what can be cured by the plans that are admitted, of the findings that it is about. Pure: no file is
    written."""
    first = judged = judge(made)
    fixes: list[Proposal] = []
    refusals: tuple[Refusal, ...] = ()
    barred: dict[Barred, str] = {}
    is_news = False
    splices: dict[str, tuple[Splice, ...]] = {}
    for _ in range(_MOST_ROUNDS):
        found = propose(made, judged, admitted, barred, about)
        refusals, made, judged = found.refusals, found.made, found.judged
        fixes += found.proposals
        for edit in found.edits:
            splices[edit.file] = compose(splices.get(edit.file, ()), edit.splices)
        is_news = is_news or bool(found.proposals)
        disproven = {(key_of(item.finding), item.disproven): item.reason for item in refusals if item.disproven}
        if not found.proposals and disproven.keys() <= barred.keys():
            if not (barred and is_news):
                break
            # What did not hold before may hold now that other things are mended.
            barred, is_news = {}, False
            continue
        barred |= disproven
    before = first.facts.project.sources
    changes = tuple(
        Change(source.name, before[source.name].text, source.text, splices[source.name])
        for source in made.sources
        if source.name in before and before[source.name].text != source.text
    )
    return Repair(first, judged, tuple(fixes), refusals, changes, effects(first.facts, judged.facts, fixes))


def difference(before: str, after: str) -> tuple[Splice, ...]:
    """The edits between two texts: by lines, and within them without what both begin and end with."""
    import difflib

    one, other = before.splitlines(keepends=True), after.splitlines(keepends=True)
    starts, places = [0], [0]
    for lines, offsets in ((one, starts), (other, places)):
        for line in lines:
            offsets.append(offsets[-1] + len(line))
    found = []
    for kind, first, last, low, high in difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if kind != "equal":
            start, end, text = starts[first], starts[last], after[places[low] : places[high]]
            found.append(_narrowed(before, Splice(start, end, text)))
    return tuple(found)


def _narrowed(before: str, item: Splice) -> Splice:
    start, end, text = item
    while start < end and text and before[start] == text[0]:
        start, text = start + 1, text[1:]
    while start < end and text and before[end - 1] == text[-1]:
        end, text = end - 1, text[:-1]
    return Splice(start, end, text)
