"""What a change touches: the files that differ from a revision, and the findings that were not there."""

from __future__ import annotations

import os

from ..config.file import Config
from ..errors import UsageError
from ..project.file_facts import facts_of
from ..project.followed import follow
from ..revisions.configured import changed_since, roots_at
from ..revisions.git import find_revision
from ..revisions.reading import read_at, reader_at
from ..suppression.baseline import Baseline, entry_of
from .cells import of_cell
from .judge import judge
from .options import GateOptions
from .prepared import Material, Prepared, Since
from .rendered import rendered


def since(options: GateOptions, made: Prepared, config: Config) -> Since:
    """What has been changed since a revision. Raises UsageError where there is none of that name.

    A changed configuration, requirement or baseline touches everything.
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
    held = facts_of(read.sources, files)
    followed, besides = follow(read.names, held, reader_at(revision), files)
    held += besides
    old = {os.path.abspath(item.source.name): item.source.text for item in held}
    now = [item.source for item in files]
    changed = frozenset(item.name for item in now if old.get(os.path.abspath(item.name)) != item.text)
    names = (*read.names, *followed.names)
    before = Material(held, passed_over=made.material.passed_over, names=names)
    before = of_cell(before, config, terms.cell)
    before = rendered(before, options, config, terms.placeholders, revision)
    judged = judge(before, terms._replace(files=None, baseline=None, trusted=None))
    entries = tuple(entry_of(finding, "") for finding in judged.report.findings)
    return Since(name, changed, Baseline("", entries), judged)
