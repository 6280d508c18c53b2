"""What a change touches: the files that differ from a revision, and the findings that were not there."""

from __future__ import annotations

import os

from ..config.file import Config
from ..errors import UsageError
from ..project.file_facts import facts_of
from ..project.reading import sort_out
from ..revisions.configured import changed_since, roots_at
from ..revisions.git import find_revision, manifests_of
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
    held = manifests_of(revision, roots_at(revision, config))
    read = sort_out(held.files)
    old = {os.path.abspath(source.name): source.text for source in read.sources}
    files = (*made.material.files, *made.material.background)
    now = [item.source for item in files]
    changed = frozenset(item.name for item in now if old.get(os.path.abspath(item.name)) != item.text)
    before = Material(facts_of(read.sources, files), passed_over=made.material.passed_over, names=read.names)
    before = of_cell(before, config, terms.cell)
    before = rendered(before, options, config, terms.placeholders, revision)
    judged = judge(before, terms._replace(files=None, baseline=None, trusted=None))
    entries = tuple(entry_of(finding, "") for finding in judged.report.findings)
    return Since(name, changed, Baseline("", entries), judged)
