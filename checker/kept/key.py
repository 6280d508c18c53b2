"""What makes two runs the same but for the files that they read. Imports almost nothing: it runs before all else."""

from __future__ import annotations

import os
import sys
import time
from functools import lru_cache

from ..version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ENVIRONMENT = (
    "COLUMNS", "LINES", "TERM", "NO_COLOR", "FORCE_COLOR", "PATH", "LANG", "LC_ALL", "LC_CTYPE", "PYTHONIOENCODING",
    "PYTHONUTF8", "CHECKER_TRACEBACK", "FORCE_HYPERLINK", "TMUX", "TERM_PROGRAM", "VTE_VERSION", "KONSOLE_VERSION",
    "WT_SESSION",
)  # fmt: skip
_OF_OTHERS = frozenset(
    (
        "-",
        "--output",
        "--report",
        "--write-baseline",
        "--changed-since",
        "--trusted",
        "--no-cache",
        "-h",
        "--help",
        "--fix",
        "--diff",
    )
)
"""Arguments with which the answer rests on more than files, or goes elsewhere."""


def key_of(given: Sequence[str]) -> str | None:
    """The name under which the answer of a run with these arguments is kept; None for one whose answer is not."""
    if given[:1] != ["static"] or sys.stdout is None or not is_anything_kept():
        return None
    if not _OF_OTHERS.isdisjoint(item.partition("=")[0] for item in given):
        return None
    try:
        return name_of(
            time.strftime("%Y-%m-%d", time.gmtime()),
            *(os.environ.get(name, "\0") for name in _ENVIRONMENT),
            *_terminal(),
            sys.stdout.encoding,
            *given,
        )
    except (OSError, ImportError):
        return None


def is_anything_kept() -> bool:
    """Whether anything is kept here at all: in a pipeline nobody comes back to it."""
    return os.path.isabs(folder()) and not (os.environ.get("CI") or os.environ.get("GITHUB_STEP_SUMMARY"))


def name_of(*parts: object) -> str:
    """The name of what is kept for these parts, by this code, in this folder. Raises OSError, ImportError."""
    from _blake2 import blake2b

    text = "\0\0".join(map(str, (__version__, sys.version, *_code(), os.getcwd(), *parts)))
    return blake2b(text.encode("utf-8", "surrogateescape"), digest_size=20).hexdigest()


def folder() -> str:
    """Where answers are kept: the user's folder for caches (XDG Base Directory Specification)."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return os.path.join(base if os.path.isabs(base) else os.path.expanduser("~/.cache"), "checker")


def _terminal() -> tuple[object, ...]:
    """How wide the terminal is, where the answer goes to one."""
    if not sys.stdout.isatty():
        return ("no terminal",)
    try:
        return tuple(os.get_terminal_size(sys.stdout.fileno()))
    except (OSError, ValueError):
        return ("a terminal",)


@lru_cache(maxsize=1)
def _code() -> tuple[object, ...]:
    return tuple(_parts())


def _parts() -> Iterator[object]:
    """Which code decides: each file of this tool, and what is installed beside it."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for path in sys.path:
        if os.path.basename(path) in ("site-packages", "dist-packages"):
            yield f"{path} {os.stat(path).st_mtime_ns}" if os.path.isdir(path) else path
    pending = [package]
    while pending:
        with os.scandir(pending.pop()) as listing:
            for entry in listing:
                if entry.is_dir(follow_symlinks=False):
                    pending += [] if entry.name == "__pycache__" else [entry.path]
                else:
                    stats = entry.stat()
                    yield f"{entry.path} {stats.st_mtime_ns} {stats.st_size}"
