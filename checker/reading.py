"""Manifest files to source texts.

Every file is read once. Its bytes are scanned first; a file that cannot concern us is counted and never decoded.
"""

from __future__ import annotations

import os
import sys
from typing import NamedTuple

from .ack.kinds import KUSTOMIZATIONS, can_concern
from .text.files import STDIN, find_files
from .text.source import Source, decode

STDIN_NAME = "<stdin>"


class Read(NamedTuple):
    """What came of reading some paths.

    `names` are all files read, `passed_over` counts the documents in those that hold nothing for us. `patches` are the
    files that kustomizations name as patches (absolute paths), `unreadable` are (path, reason).
    """

    sources: tuple[Source, ...]
    names: tuple[str, ...]
    passed_over: int
    patches: frozenset[str]
    missing: tuple[str, ...]
    unreadable: tuple[tuple[str, str], ...]
    is_empty_stream: bool = False


def read_paths(paths: tuple[str, ...], *, already: frozenset[str] = frozenset()) -> Read:
    """Reads every manifest below the paths, except the files in `already` (absolute paths)."""
    found = find_files(paths)
    sources: list[Source] = []
    unreadable = list(found.unreadable)
    patches: set[str] = set()
    names: list[str] = []
    passed_over = 0
    is_empty_stream = False
    for path in found.files:
        if os.path.abspath(path) in already:
            continue
        try:
            data = sys.stdin.buffer.read() if path == STDIN else _read_bytes(path)
            is_empty_stream = is_empty_stream or (path == STDIN and not data.strip())
            name = STDIN_NAME if path == STDIN else path
            names.append(name)
            if os.path.basename(path) in KUSTOMIZATIONS:
                from .ack.kustomize import patch_files

                patches.update(patch_files(Source(name, decode(data))))
            if can_concern(data):
                sources.append(Source(name, decode(data)))
            else:
                passed_over += data.count(b"\n---") + 1
        except OSError as error:
            unreadable.append((path, error.strerror or str(error)))
    return Read(
        tuple(sources), tuple(names), passed_over, frozenset(patches), found.missing, tuple(unreadable), is_empty_stream
    )


def read_named(paths: tuple[str, ...]) -> Read | None:
    """Reads paths that are files named one by one, as hooks pass them; None where one is a folder or a stream, or where
    there are none: those are always judged."""
    if not paths or any(path == STDIN or os.path.isdir(path) for path in paths):
        return None
    return read_paths(paths)


def holds_nothing(read: Read) -> bool:
    """Whether every file was read and none can concern us."""
    return not (read.sources or read.missing or read.unreadable)


def _read_bytes(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
