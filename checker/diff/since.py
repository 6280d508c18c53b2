"""What a change touches: the files that differ from a revision, and the findings that were not there."""

from __future__ import annotations

import os

from ..choices import from_config
from ..config import Config
from ..errors import UsageError
from ..judging import Prepared, Since, judge
from ..reading import sort_out
from ..suppression.baseline import Baseline, entry_of
from ..text.source import decode
from .revisions import Revision, find_revision, manifests_of, text_at


def since(name: str, made: Prepared, config: Config) -> Since:
    """What has been changed since a revision. Raises UsageError where there is none of that name.

    A changed configuration or requirement touches everything.
    """
    revision = find_revision(name)
    if revision is None:
        raise UsageError(
            f"--changed-since {name}: there is no such git revision here; where only a part of the history was fetched,"
            " fetch this one first (actions/checkout: fetch-depth: 0)"
        )
    own = [*made.requirements.sources.values(), *([config.source] if config.source else [])]
    if any(_differs(revision, source.name, source.text) for source in own if _is_in_work_tree(revision, source.name)):
        return Since(name, None, Baseline(""))
    roots = from_config(config, config.manifests) or (os.path.relpath(revision.top),)
    read = sort_out(manifests_of(revision, roots))
    old = {os.path.abspath(source.name): source.text for source in read.sources}
    now = (*made.sources, *made.background)
    changed = frozenset(item.name for item in now if old.get(os.path.abspath(item.name)) != item.text)
    before = made._replace(
        sources=read.sources, background=(), patches=read.patches, unreadable=(), files=None, baseline=None
    )
    found = judge(before).report
    return Since(name, changed, Baseline("", tuple(entry_of(finding, "") for finding in found.findings)))


def _is_in_work_tree(revision: Revision, path: str) -> bool:
    return not os.path.relpath(os.path.realpath(path), os.path.realpath(revision.top)).startswith("..")


def _differs(revision: Revision, path: str, text: str) -> bool:
    data = text_at(revision, path)
    return data is None or decode(data) != text
