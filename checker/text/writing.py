"""Files that this tool writes: each is written completely beside the old one before it replaces it.

So a full disk, a signal or a crash leaves the old file, and never half of a new one. What a killed run leaves beside it
is taken away by the next one that writes there. Links that lead out of the project are not followed.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import time
import zlib
from functools import lru_cache

from ..errors import UsageError
from ..iam.expressions import expression
from .links import LEADS_OUT, leads_out


@lru_cache
def _host() -> str:
    """This machine, in a few characters."""
    import socket

    return f"{zlib.crc32(socket.gethostname().encode()):08x}"


_LEFT_OVER = expression(r"\.checker-([0-9a-f]{8})-(\d+)-[0-9a-f]{16}\.tmp")
_OLD = 24 * 3600
"""Seconds after which a file of another machine (a container on the same folder, perhaps) is surely left over."""


def write_file(path: str, data: bytes | memoryview, mode: int | None = None) -> None:
    """Replaces a file, or makes a new one; with `mode` it has these permissions, else those of the old one. A device or
    a pipe is written to. Raises OSError, and then the old file is there; UsageError for a link out of the project.
    """
    if path.startswith(("/dev/", "/proc/")):
        # What the shell has opened: a pipe, or a file that others write to as well.
        with open(os.open(path, os.O_WRONLY | os.O_APPEND), "wb") as file:
            file.write(data)
        return
    if leads_out(path):
        raise UsageError(f"cannot write {path}: {LEADS_OUT}")
    target = os.path.realpath(path)
    try:
        old: os.stat_result | None = os.stat(target)
    except FileNotFoundError:
        old = None
    if old is not None and not stat.S_ISREG(old.st_mode):
        with open(target, "wb") as file:
            file.write(data)
        return
    try:
        staged = stage(target, data, mode if mode is not None else stat.S_IMODE(old.st_mode) if old else None)
    except OSError as error:
        if old is None or error.errno not in _NO_ROOM_BESIDE:
            raise
        _in_place(target, data, mode)
        return
    if old is not None and (old.st_uid, old.st_gid) != (os.geteuid(), os.getegid()):
        with contextlib.suppress(OSError):
            os.chown(staged, old.st_uid, old.st_gid)
    try:
        os.replace(staged, target)
    except BaseException as error:
        discard(staged)
        # A file that is mounted by itself, as containers do, cannot be replaced.
        if not isinstance(error, OSError) or error.errno not in (errno.EBUSY, errno.EXDEV):
            raise
        _in_place(target, data, mode)


_NO_ROOM_BESIDE = (errno.EACCES, errno.EPERM, errno.EROFS)
"""The folder takes no new file, and only the old file may be written to."""


def stage(target: str, data: bytes | memoryview, mode: int | None = None) -> str:
    """Writes a complete file beside the target; returns its path. Raises OSError, and then there is none."""
    folder = os.path.dirname(target) or os.curdir
    _sweep(folder)
    staged = os.path.join(folder, f".checker-{_host()}-{os.getpid()}-{os.urandom(8).hex()}.tmp")
    descriptor = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(staged, 0o666 & ~_umask() if mode is None else mode)
    except BaseException:
        discard(staged)
        raise
    return staged


def discard(staged: str) -> None:
    """Takes a staged file away, if it is there."""
    with contextlib.suppress(OSError):
        os.unlink(staged)


def _in_place(target: str, data: bytes | memoryview, mode: int | None) -> None:
    with open(target, "wb") as file:
        if mode is not None:
            os.chmod(target, mode)
        file.write(data)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _sweep(folder: str) -> None:
    """Takes away what runs that were killed have left here."""
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for name in names:
        left_over = _LEFT_OVER.fullmatch(name)
        if left_over is None or (left_over[1] == _host() and _is_running(int(left_over[2]))):
            continue
        path = os.path.join(folder, name)
        with contextlib.suppress(OSError):
            if left_over[1] == _host() or time.time() - os.lstat(path).st_mtime > _OLD:
                os.unlink(path)


def _is_running(process: int) -> bool:
    if process == os.getpid():
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
