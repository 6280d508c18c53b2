"""The manifests of a revision as the working folder's are read."""

from __future__ import annotations

from functools import partial

from ..project.followed import Reader
from ..project.reading import Read, sort_out
from .git import Revision, has_file, manifests_of


def read_at(revision: Revision, roots: tuple[str, ...]) -> Read:
    """What came of reading the manifests of a commit below these paths. Raises UsageError for paths outside."""
    held = manifests_of(revision, roots)
    return sort_out(held.files)._replace(unreadable=held.unreadable)


def reader_at(revision: Revision) -> Reader:
    """How files of the commit are had."""
    return Reader(partial(has_file, revision), partial(read_at, revision))
