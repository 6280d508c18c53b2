"""Edited texts to files: every new file is complete on the disk before the first old one is replaced.

A file keeps its mode, owner, extended attributes, encoding and byte order mark; behind a symbolic link, the file it
points to is replaced and the link stays. What cannot be kept is a reason not to write.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Sequence

from ..text.links import LEADS_OUT, leads_out
from ..text.source import decode, encode, encoding_of
from ..text.writing import discard, stage, write_file
from .planning.repair import FileChange


class NotWrittenError(Exception):
    """The files could not all be written; the message says which stands in the way and why, and which were written all
    the same, if any."""

    def __init__(self, why: str, written: Sequence[str] = ()) -> None:
        super().__init__(f"{why}; written were {', '.join(written)}" if written else f"nothing was written: {why}")


def write_in_place(changes: Iterable[FileChange]) -> None:
    """Replaces the files. Raises NotWrittenError, and then all of them are as they were, but those that it names."""
    asked = list(changes)
    staged: list[tuple[str, str]] = []
    done: list[FileChange] = []
    try:
        for change in asked:
            staged.append(_staged(change))
        while staged:
            temporary, target = staged[0]
            os.replace(temporary, target)
            staged.pop(0)
            done.append(asked[len(done)])
    except OSError as error:
        written = [change.file for change in done if not _is_undone(change)]
        raise NotWrittenError(f"{error.filename or 'a file'}: {error.strerror or error}", written) from None
    finally:
        for temporary, _ in staged:
            discard(temporary)


def _is_undone(change: FileChange) -> bool:
    """Gives a file that was replaced its old text again; whether that went well."""
    try:
        os.replace(*_staged(change._replace(before=change.after, after=change.before)))
    except (OSError, NotWrittenError):
        return False
    return True


def write_copies(changes: Iterable[FileChange], folder: str) -> list[str]:
    """Writes the edited texts below a folder, by the files' own paths; returns the names. Raises NotWrittenError."""
    copies = [(change, os.path.join(folder, _below(change.file))) for change in changes]
    root = os.path.realpath(folder)
    for _, name in copies:
        if leads_out(name) or not os.path.realpath(name).startswith(os.path.join(root, "")):
            raise NotWrittenError(f"{name}: a link in its path leads elsewhere")
    taken = {os.path.realpath(change.file) for change, _ in copies}
    for change, name in copies:
        if os.path.realpath(name) in taken:
            raise NotWrittenError(f"{name}: the copy of {change.file} would take the place of another file")
        taken.add(os.path.realpath(name))
    written: list[str] = []
    try:
        for change, name in copies:
            with open(change.file, "rb") as file:
                data = encode(change.after, encoding_of(file.read()))
            os.makedirs(os.path.dirname(name) or os.curdir, exist_ok=True)
            write_file(name, data)
            written.append(name)
    except OSError as error:
        raise NotWrittenError(f"{error.filename or folder}: {error.strerror or error}", written) from None
    return written


def _below(path: str) -> str:
    """A file's path from here, or, where it is not below, from the root."""
    relative = os.path.relpath(path)
    return os.path.abspath(path).lstrip(os.sep) if relative.startswith(os.pardir + os.sep) else relative


def _staged(change: FileChange) -> tuple[str, str]:
    """A complete new file beside the old one; (its name, the name it is to take)."""
    if leads_out(change.file):
        raise NotWrittenError(f"{change.file}: {LEADS_OUT}")
    target = os.path.realpath(change.file)
    with open(target, "rb") as file:
        data = file.read()
    if decode(data) != change.before:
        raise NotWrittenError(f"{change.file}: the file has changed since it was read; run again")
    old = os.stat(target)
    if old.st_nlink > 1:
        raise NotWrittenError(f"{change.file}: the file has {old.st_nlink} hard links; write copies with --output DIR")
    if not os.access(target, os.W_OK):
        raise NotWrittenError(f"{change.file}: the file is read-only")
    temporary = stage(target, encode(change.after, encoding_of(data)))
    try:
        _take_after(temporary, target, old)
    except BaseException:
        discard(temporary)
        raise
    return temporary, target


def _take_after(temporary: str, target: str, old: os.stat_result) -> None:
    """Gives the new file what the old one has besides its content."""
    new = os.stat(temporary)
    if (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid):
        os.chown(temporary, old.st_uid, old.st_gid)
    os.chmod(temporary, old.st_mode & 0o7777)
    if hasattr(os, "listxattr"):
        for name in _attributes(target):
            os.setxattr(temporary, name, os.getxattr(target, name))


def _attributes(path: str) -> list[str]:
    """The extended attributes of a file; none where its file system has no such thing (some of NFS, FUSE and 9p)."""
    try:
        return os.listxattr(path)
    except OSError as error:
        if error.errno in (errno.ENOTSUP, errno.ENODATA, errno.EINVAL):
            return []
        raise
