"""What is kept of a run, as a file: what it rests on, what it printed, how it ended.

The file belongs to the user alone, and says by a digest that it is whole: what is damaged, of another user or written
for others to change is not read.
"""

from __future__ import annotations

import marshal
import os
import stat

from .key import folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    import io
    from collections.abc import Iterable

_MAGIC = b"checker kept 1\n"
_ELSEWHERE = b"checker kept at "
_WRITTEN = b"checker kept "
_DIGEST = 32

Seen = tuple[int, int, int, int, int, int] | None
"""A file or folder as it was found (kind, device, inode, size, times of content and of status in nanoseconds); None
where there was none."""


def look(path: str, *, is_listed: bool) -> Seen:
    """The state of a file or folder now; links are not followed. Of a folder not listed, only its existence counts."""
    try:
        stats = os.lstat(path)
    except (OSError, ValueError):
        return None
    kind = stat.S_IFMT(stats.st_mode)
    if kind == stat.S_IFDIR and not is_listed:
        return kind, 0, 0, 0, 0, 0
    return kind, stats.st_dev, stats.st_ino, stats.st_size, stats.st_mtime_ns, stats.st_ctime_ns


Input = tuple[str, bool, Seen]
"""What a run rests on: a path, whether it is a folder that was listed, and how it was found."""


def pack(seen: Iterable[Input], text: str, code: int) -> bytes:
    """The bytes of a file."""
    return sealed(_MAGIC, marshal.dumps((tuple(seen), text, code)))


def sealed(magic: bytes, body: bytes) -> bytes:
    """The bytes of a file of this kind, with a digest that tells whether it is whole."""
    return magic + _digest(body) + body


def begun(magic: bytes) -> io.BytesIO:
    """A file of this kind to write on, for `finished`: nothing is copied on the way."""
    import io

    buffer = io.BytesIO()
    buffer.write(magic + bytes(_DIGEST))
    return buffer


def finished(buffer: io.BytesIO, magic: bytes) -> memoryview:
    """The bytes of a file that was `begun`, with its digest."""
    view = buffer.getbuffer()
    start = len(magic) + _DIGEST
    view[len(magic) : start] = _digest(view[start:])
    return view


def unsealed(magic: bytes, data: bytes) -> bytes | None:
    """What stands in a file of this kind; None for another one, and for what is not whole."""
    start = len(magic) + _DIGEST
    body = data[start:]
    return body if data.startswith(magic) and data[len(magic) : start] == _digest(body) else None


def pointer(path: str) -> bytes:
    """The bytes of a file that stands for one in another folder."""
    return _ELSEWHERE + os.fsencode(path)


def unpack(key: str) -> tuple[tuple[Input, ...], str, int] | None:
    """What is kept under a key; None for nothing, and for what cannot be relied on."""
    data = own(os.path.join(folder(), key))
    if data.startswith(_ELSEWHERE):
        data = own(os.path.join(os.fsdecode(data[len(_ELSEWHERE) :]), key))
    body = unsealed(_MAGIC, data)
    if body is None:
        return None
    kept: tuple[tuple[Input, ...], str, int] = marshal.loads(body)  # noqa: S302 - whole, and the user's own
    return kept


def is_own(path: str) -> bool:
    """Whether a file is one of those that this writes."""
    return own(path).startswith(_WRITTEN)


def own(path: str) -> bytes:
    """The bytes of a file that belongs to the user alone; none for any other file."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with open(handle, "rb") as file:
            stats = os.fstat(handle)
            is_alone = not hasattr(os, "getuid") or (stats.st_uid == os.getuid() and not stats.st_mode & 0o077)
            return file.read() if is_alone and stat.S_ISREG(stats.st_mode) else b""
    except (OSError, ValueError):
        return b""


def _digest(body: bytes | memoryview) -> bytes:
    from _blake2 import blake2b

    return blake2b(body, digest_size=_DIGEST).digest()
