"""Recorded evidence and other input, as people hand it over."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from ...errors import UsageError

_MOST_CHARACTERS = 64 * 1024 * 1024


def read_input(path: str) -> str:
    """The text of a file, or of standard input for `-`. Raises UsageError."""
    try:
        if path == "-":
            if sys.stdin is None:
                raise UsageError("standard input is closed")
            content = sys.stdin.read(_MOST_CHARACTERS + 1)
        else:
            with open(path, encoding="utf-8") as file:
                content = file.read(_MOST_CHARACTERS + 1)
        if len(content) > _MOST_CHARACTERS:
            raise UsageError(f"{path}: larger than 64 MB, which no alert and no record is")
        return content
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: this is not UTF-8 text") from None


def read_log(path: str) -> bytes:
    """The bytes of a log, or of standard input for `-`, as UTF-8; of a long log only the end, which counts. Raises
    UsageError."""
    try:
        if path == "-":
            if sys.stdin is None:
                raise UsageError("standard input is closed")
            data = head = sys.stdin.buffer.read(_MOST_LOG)
            while block := sys.stdin.buffer.read(_MOST_LOG):
                data = (data + block)[-_MOST_LOG:]
        else:
            with open(path, "rb") as file:
                head = file.read(4)
                size = file.seek(0, 2)
                file.seek(max(0, size - _MOST_LOG))
                data = file.read(_MOST_LOG)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None
    if not data.strip():
        raise UsageError(f"{path}: this log is empty")
    packed = next((name for name, start in _PACKED.items() if head.startswith(start)), "")
    if packed:
        raise UsageError(f"{path}: this is compressed ({packed}); unpack it, and give the text (--log - reads a pipe)")
    wide = next((name for name, mark in _WIDE.items() if head.startswith(mark)), "")
    return data.decode(wide, "replace").encode() if wide else data[-_MOST_LOG:]


_PACKED = {"gzip": b"\x1f\x8b", "zip": b"PK\x03\x04", "zstd": b"\x28\xb5\x2f\xfd", "bzip2": b"BZh", "xz": b"\xfd7zX"}
_WIDE = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}
_MOST_LOG = 8 * 1024 * 1024 - 2
"""Even, so that the end of a log in UTF-16 begins with a whole character."""


@contextmanager
def undamaged(replayed: str | None) -> Iterator[None]:
    """Turns an error that a damaged record causes into one sentence; without a record it is a defect, and raised."""
    try:
        yield
    # What the collector writes is understood; what somebody else wrote into a record need not be.
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, RecursionError) as error:
        if not replayed:
            raise
        reason = f"{type(error).__name__}: {error}"
        raise UsageError(f"{replayed}: the evidence record is damaged: {reason}") from error
