"""The manifests of a revision as the working folder's are read."""

from __future__ import annotations

import hashlib
import os
from functools import partial

from ..ack.scan import KUSTOMIZATIONS
from ..project.followed import Reader
from ..project.reading import Read, sort_out
from ..text.files import TooLargeError, read_bytes
from .git import Revision, identity_of, led_elsewhere, manifests_of


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
    return Reader(lambda path: bool(identity_of(revision, path)), partial(read_at, revision))


def identity_here(path: str) -> str:
    """What git calls the bytes of a file as it is ("Git Objects": the SHA-1 of a header and of the bytes); "" where
    there is none that can be read."""
    try:
        data = read_bytes(path)
    except (OSError, TooLargeError):
        return ""
    return hashlib.sha1(b"blob %d\0%b" % (len(data), data), usedforsecurity=False).hexdigest()
