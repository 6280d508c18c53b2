"""What a change touches: the files that differ from a revision, and the findings that were not there."""

from __future__ import annotations

import os

from ..config.file import Config
from ..errors import UsageError
from ..project.reading import sort_out
from ..revisions.configured import changed_since, roots_at
from ..revisions.git import find_revision, manifests_of
from ..suppression.baseline import Baseline, entry_of
from .judge import Prepared, Since, judge


def since(name: str, made: Prepared, config: Config) -> Since:
    """What has been changed since a revision. Raises UsageError where there is none of that name.

    A changed configuration, requirement or baseline touches everything.
    """
    revision = find_revision(name)
    if revision is None:
        raise UsageError(
            f"--changed-since {name}: there is no such git revision here; where only a part of the history was fetched,"
            " fetch this one first (actions/checkout: fetch-depth: 0)"
        )
    baseline = made.baseline.file if made.baseline is not None else ""
    # What decides is that of the trusted revision: whatever the change makes of it, it touches nothing here.
    if made.trusted is None and changed_since(revision, config, made.requirements.sources, baseline):
        return Since(name, None, Baseline(""))
    held = manifests_of(revision, roots_at(revision, config))
    read = sort_out(held.files)
    old = {os.path.abspath(source.name): source.text for source in read.sources}
    now = (*made.sources, *made.background)
    changed = frozenset(item.name for item in now if old.get(os.path.abspath(item.name)) != item.text)
    before = made._replace(sources=read.sources, background=(), unreadable=(), files=None, baseline=None, trusted=None)
    found = judge(before).report
    return Since(name, changed, Baseline("", tuple(entry_of(finding, "") for finding in found.findings)))
