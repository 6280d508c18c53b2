"""What a change touches: the files that differ from a revision, and the findings that were not there."""

from __future__ import annotations

import os
from collections.abc import Iterator

from ..config.file import Config
from ..errors import UsageError
from ..kustomize.model import Kustomization
from ..kustomize.reach import Reach
from ..project.file_facts import FileFacts, facts_of
from ..project.inputs import named_by
from ..revisions.configured import changed_since, roots_at
from ..revisions.git import Revision, find_revision, identity_of
from ..revisions.reading import identity_here, read_at, reader_at
from ..suppression.baseline import Baseline, entry_of
from .cells import of_cell
from .judge import judge
from .known import NOTHING, Known
from .options import GateOptions
from .prepared import Material, Prepared, Since
from .rendered import rendered
from .taken_in import with_taken_in


def since(options: GateOptions, made: Prepared, config: Config, known: Known = NOTHING) -> Since:
    """What has been changed since a revision. Raises UsageError where there is none of that name.

    A changed configuration, requirement or baseline touches everything. `known` is what an earlier run has kept.
    """
    name = options.changed_since or ""
    revision = find_revision(name)
    if revision is None:
        raise UsageError(
            f"--changed-since {name}: there is no such git revision here; where only a part of the history was fetched,"
            " fetch this one first (actions/checkout: fetch-depth: 0)"
        )
    terms = made.terms
    baseline = terms.baseline.file if terms.baseline is not None else ""
    # With --trusted the revision decides: changed configuration and requirements touch nothing here.
    if terms.trusted is None and changed_since(revision, config, terms.requirements.sources, baseline):
        return Since(name, None, Baseline(""))
    files = (*made.material.files, *made.material.background)
    read = read_at(revision, roots_at(revision, config))
    before = Material(
        facts_of(read.sources, (*known.files, *files)), passed_over=made.material.passed_over, names=read.names
    )
    before = with_taken_in(of_cell(before, config, terms.cell), reader_at(revision), files)
    old = {os.path.abspath(item.source.name): item.source.text for item in before.files}
    now = [item.source for item in files]
    changed = frozenset(item.name for item in now if old.get(os.path.abspath(item.name)) != item.text)
    changed |= _changed_by_kustomizations(files, revision)
    before = rendered(before, options, config, terms.placeholders, revision)
    terms = terms._replace(files=None, baseline=None, trusted=None)
    judged = judge(before, terms, earlier=known.of(terms))
    entries = tuple(entry_of(finding, "") for finding in judged.report.findings)
    return Since(name, changed, Baseline("", entries), judged)


def _changed_by_kustomizations(files: tuple[FileFacts, ...], revision: Revision) -> frozenset[str]:
    """The files that kustomizations change by files which differ from the revision, and hold nothing of ours
    themselves: a patch in JSON, what a generator reads."""
    kustomizations = tuple(one for item in files for one in item.kustomizations)
    texts = {item.source.name: item.source.text for item in files if item.kustomizations}
    known = {os.path.abspath(item.source.name) for item in files} if kustomizations else set()
    edited = [
        one for one in kustomizations if any(_differs(path, revision) for path in _beside(one, texts[one.file], known))
    ]
    if not edited:
        return frozenset()
    shown = {os.path.realpath(item.source.name): item.source.name for item in files}
    reach = Reach(kustomizations, shown)
    return frozenset(one.file for one in edited) | {shown[path] for one in edited for path in reach.reached(one)}


def _beside(one: Kustomization, text: str, known: set[str]) -> Iterator[str]:
    """What a kustomization names besides the files of ours that it builds: those tell by themselves what is new."""
    return (path for path in named_by(one, text) if not (path in known and path in one.builds))


def _differs(path: str, revision: Revision) -> bool:
    return identity_here(path) != identity_of(revision, os.path.relpath(path))
