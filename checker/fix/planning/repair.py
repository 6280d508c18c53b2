"""All rounds: fixes are made until nothing more can be cured; what comes out is the edited text and its story."""

from __future__ import annotations

from collections.abc import Callable

from ...findings.finding import Finding
from ...gate.judge import judge
from ...gate.judged import Judged
from ...gate.prepared import Prepared
from ...iam.values import NamedTuple
from ...progress import Observe, unobserved
from ...text.source import as_written
from ...text.splices import Splice, compose
from .effects import Effect, effects
from .propose import Admitted, Barred, Proposal, Refusal, key_of, propose

_MOST_ROUNDS = 50


class FileChange(NamedTuple):
    """A file's text before and after, and the edits that lead from one to the other, where they are known."""

    file: str
    before: str
    after: str
    splices: tuple[Splice, ...] = ()


class Repair(NamedTuple):
    """What was cured and what was not, what became of the files, and what it does to access."""

    before: Judged
    after: Judged
    fixes: tuple[Proposal, ...]
    refusals: tuple[Refusal, ...]
    changes: tuple[FileChange, ...]
    effects: tuple[Effect, ...]


def repair(
    made: Prepared,
    admitted: Admitted,
    about: Callable[[Finding], bool] = lambda finding: True,
    observe: Observe = unobserved,
) -> Repair:
    """Cures the findings that it is `about`, as far as admitted plans can. Pure: no file is written."""
    first = judged = judge(*made, observe)
    fixes: list[Proposal] = []
    refusals: tuple[Refusal, ...] = ()
    barred: dict[Barred, str] = {}
    is_news = False
    splices: dict[str, tuple[Splice, ...]] = {}
    for _ in range(_MOST_ROUNDS):
        this_round = propose(made, judged, admitted, barred, about, observe=observe)
        refusals, made, judged = this_round.refusals, this_round.made, this_round.judged
        fixes += this_round.proposals
        for edit in this_round.edits:
            splices[edit.file] = compose(splices.get(edit.file, ()), edit.splices)
        is_news = is_news or bool(this_round.proposals)
        disproven = {(key_of(item.finding), item.disproven): item.reason for item in refusals if item.disproven}
        if not this_round.proposals and disproven.keys() <= barred.keys():
            if not (barred and is_news):
                break
            # What did not hold before may hold now that other things are mended.
            barred, is_news = {}, False
            continue
        barred |= disproven
    before = {name: as_written(source).text for name, source in first.facts.project.sources.items()}
    changes = tuple(
        FileChange(source.name, before[source.name], source.text, splices[source.name])
        for source in (item.source for item in made.material.files)
        if source.name in splices and before[source.name] != source.text
    )
    return Repair(
        before=first,
        after=judged,
        fixes=tuple(fixes),
        refusals=refusals,
        changes=changes,
        effects=effects(first.facts, judged.facts, fixes),
    )
