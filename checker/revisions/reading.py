"""The manifests of a revision as the working folder's are read."""

from __future__ import annotations

import os
from functools import partial

from ..ack.scan import KUSTOMIZATIONS
from ..project.followed import Reader
from ..project.reading import Read, sort_out
from .git import Revision, has_file, led_elsewhere, manifests_of


def read_at(revision: Revision, roots: tuple[str, ...]) -> Read:
    """What came of reading the manifests of a commit below these paths. Raises UsageError for paths outside."""
    held = manifests_of(revision, roots)
    hidden: tuple[str, ...] = ()
    if any(os.path.basename(name) in KUSTOMIZATIONS for name, _ in held.files):
        hidden = led_elsewhere(revision, KUSTOMIZATIONS)
    unreadable = (*held.unreadable, *((name, _HIDDEN) for name in hidden))
    return sort_out(held.files)._replace(unreadable=unreadable)


_HIDDEN = "the working folder has a link in its place, so what the revision takes in there cannot be told"


def reader_at(revision: Revision) -> Reader:
    """How files of the commit are had."""
    return Reader(partial(has_file, revision), partial(read_at, revision))
