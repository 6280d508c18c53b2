"""Manifest files to source texts.

Every file is read once. Its bytes are scanned first; a file that cannot concern us is counted and never decoded.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator

from ..ack.scan import (
    can_concern,
    counts_by_its_name,
    documents_in,
    first_object_of_ours,
    is_of_this_tool,
    may_hold_variables,
)
from ..iam.values import NamedTuple
from ..progress import Observe, unobserved
from ..text.files import STDIN, TooLargeError, find_files, is_in_another_language, read_bytes, read_stream, work_tree
from ..text.limits import FILE_LIMIT, TOO_LARGE
from ..text.source import Source, decode
from .inputs import change_what_is_rendered, takes_variables

STDIN_NAME = "<stdin>"


class Read(NamedTuple):
    """What came of reading some paths.

    `names` are all files read, `passed_over` counts the documents in those that hold nothing for us; `unreadable` are
    (path, reason). `has_ours` says that a configuration or a requirement of this tool is among the files: what it
    changes concerns the whole project.
    `left_out` are (path, reason) of what was not entered or opened below folders. `has_variables`: ConfigMaps were left
    out, since Flux takes no variables from elsewhere in what was read.
    """

    sources: tuple[Source, ...]
    names: tuple[str, ...]
    passed_over: int
    missing: tuple[str, ...]
    unreadable: tuple[tuple[str, str], ...]
    is_empty_stream: bool = False
    has_ours: bool = False
    left_out: tuple[tuple[str, str], ...] = ()
    has_variables: bool = False


def read_paths(
    paths: tuple[str, ...],
    *,
    already: frozenset[str] = frozenset(),
    keeps_variables: bool = False,
    observe: Observe = unobserved,
) -> Read:
    """Reads every manifest below the paths, except the files in `already` (absolute paths). `keeps_variables`, as in
    `sort_out`."""
    listed = find_files(paths)
    unreadable = list(listed.unreadable)

    def opened() -> Iterator[tuple[str, bytes | None]]:
        for done, path in enumerate(listed.files):
            observe("reading files", done, len(listed.files))
            if already and os.path.abspath(path) in already:
                continue
            try:
                yield (STDIN_NAME, _stdin()) if path == STDIN else (path, read_bytes(path))
            except TooLargeError:
                yield (STDIN_NAME if path == STDIN else path), None
            except OSError as error:
                unreadable.append((path, error.strerror or str(error)))

    read = sort_out(opened(), keeps_variables=keeps_variables)
    return read._replace(missing=listed.missing, unreadable=tuple(unreadable), left_out=listed.left_out)


def sort_out(files: Iterable[tuple[str, bytes | None]], *, keeps_variables: bool = False) -> Read:
    """What comes of files that have been read: their names, as they are shown, and their bytes, None for one that is
    too large to be read. With `keeps_variables`, or where Flux takes variables from elsewhere, ConfigMaps are kept."""
    sources: list[Source] = []
    names: list[str] = []
    # Variables of Flux may stand in any ConfigMap, and most projects have none.
    aside: list[tuple[int, str, bytes]] = []
    passed_over = 0
    is_empty_stream = has_ours = False
    for name, data in files:
        if data is None or len(data) > FILE_LIMIT:
            names.append(name)
            sources.append(Source(name, "", TOO_LARGE))
            continue
        has_ours = has_ours or is_of_this_tool(os.path.basename(name), data)
        is_empty_stream = is_empty_stream or (name == STDIN_NAME and not data.strip())
        names.append(name)
        if is_in_another_language(name):
            program = decode(data) if can_concern(data) else ""
            sources += [Source(name, program)] if first_object_of_ours(program) >= 0 else []
        elif counts_by_its_name(os.path.basename(name)) or can_concern(data):
            sources.append(Source(name, decode(data)))
        elif may_hold_variables(data):
            aside.append((len(sources), name, data))
        else:
            passed_over += documents_in(data)
    are_kept = keeps_variables or any("substituteFrom" in source.text for source in sources)
    for before, name, data in reversed(aside):
        if are_kept:
            sources.insert(before, Source(name, decode(data)))
        else:
            passed_over += documents_in(data)
    return Read(
        sources=tuple(sources),
        names=tuple(names),
        passed_over=passed_over,
        missing=(),
        unreadable=(),
        is_empty_stream=is_empty_stream,
        has_ours=has_ours,
        has_variables=bool(aside) and not are_kept,
    )


def read_named(paths: tuple[str, ...], observe: Observe = unobserved) -> Read | None:
    """Reads paths that are files named one by one, as hooks pass them; None where one is a folder or a stream, or where
    there are none: those are always judged."""
    if not paths or any(path == STDIN or os.path.isdir(path) for path in paths):
        return None
    read = read_paths(paths, observe=observe)
    root = work_tree(os.path.dirname(read.names[0])) if read.has_variables and read.names else None
    if root is not None and takes_variables((root,)):
        return read_paths(paths, keeps_variables=True, observe=observe)
    return read


def holds_nothing(read: Read) -> bool:
    """Whether every file was read and none can concern us, nor what is rendered."""
    if read.sources or read.missing or read.unreadable or read.has_ours:
        return False
    return not change_what_is_rendered(read.names)


def _stdin() -> bytes:
    if sys.stdin is None:
        raise OSError("standard input is closed")
    return read_stream(sys.stdin.buffer)
