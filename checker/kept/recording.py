"""Writes down what a run opens and lists, and keeps its answer.

Python raises an audit event for every file that it opens and every folder that it lists, so no other code has to report
them. The state of each is taken at that moment, so a later change is noticed. Files whose existence alone is asked for
(`checker.yaml` above, `.git`) are written down for the folders that are not listed; in a listed one, a file that comes
or goes changes the folder.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..errors import UsageError
from .entry import Seen, is_own, look, pack, pointer
from .key import folder

_ASKED_FOR = (
    ".git", "checker.yaml", ".checker.yaml", "pyproject.toml", "kustomization.yaml", "kustomization.yml",
    "Kustomization", "Chart.yaml",
)  # fmt: skip
"""What a run looks for in folders above."""
_TOOLS = ("kustomize", "kubectl", "helm")
_RACY = 100_000_000
"""Nanoseconds: where a file changed this shortly before the run, another change right after may not show."""
_LENGTH = 40
_MOST_FILES, _MOST_BYTES = 100, 256 * 1024 * 1024
_PLACES = ("site-packages", "dist-packages", "lib-dynload")
_LIBRARIES = [path for path in sys.path if os.path.basename(path) in _PLACES]
_OWN = tuple(os.path.join(os.path.realpath(path), "") for path in (os.path.dirname(os.__file__), *_LIBRARIES))
"""Where the modules of Python and of this tool are. A project may well stand beside them: in `/usr/src`, or in the
folder of a virtual environment."""
_PACKAGE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "")


class _Run:
    """What is known of the run so far: what was opened and listed, as it was found then."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.seen: dict[tuple[str, bool], Seen] = {}
        self.listed: set[str] = set()
        self.is_racy = False
        self.begun = time.time_ns()
        self.where: str | None = None

    def take(self, path: str, *, is_listed: bool = False) -> None:
        if (path, is_listed) not in self.seen:
            state = self.seen[path, is_listed] = look(path, is_listed=is_listed)
            self.is_racy = self.is_racy or (state is not None and _changed(path) > self.begun - _RACY)
        if is_listed:
            self.listed.add(path)


def _changed(path: str) -> int:
    try:
        stats = os.lstat(path)
    except OSError:
        return sys.maxsize
    return max(stats.st_mtime_ns, stats.st_ctime_ns)


_run: _Run | None = None
_is_heard = False
_is_hearing = True


def begin(key: str) -> None:
    """Writes down, from now on, what this process opens and lists."""
    global _run, _is_heard
    _run = _Run(key)
    if not _is_heard:
        sys.addaudithook(_hear)
    _is_heard = True


def forget() -> None:
    """Keeps nothing of this run: it rests on more than what is written down."""
    global _run
    _run = None


@contextmanager
def unheard() -> Iterator[None]:
    """Within, nothing is written down: what is opened there is this tool's own, and the answer does not rest on it."""
    global _is_hearing
    _is_hearing = False
    try:
        yield
    finally:
        _is_hearing = True


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    run = _run
    if run is None or not _is_hearing or event not in ("open", "os.scandir", "os.listdir"):
        return
    path = arguments[0]
    if isinstance(path, bytes):
        path = os.fsdecode(path)
    if not isinstance(path, str) or (event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)):
        return
    path = os.path.abspath(path)
    if os.path.join(path, "").startswith((*_OWN, _PACKAGE)):
        return  # modules and data of Python and of this tool, which the key stands for
    run.take(path, is_listed=event != "open")


def exists(path: str) -> bool:
    """Whether there is a file, written down as what the run rests on."""
    if _run is not None:
        _run.take(os.path.abspath(path))
    return os.path.exists(path)


def choose(cache: str) -> None:
    """Takes from the configuration where answers are kept: a folder, "" for the user's, or "off"."""
    if cache == "off":
        forget()
    elif _run is not None:
        _run.where = cache


def keep(text: str, code: int) -> None:
    """Keeps the answer of this run, if it is recorded and its configuration was read. What cannot be written is not
    kept, and nothing is said."""
    run = _run
    forget()
    if run is None or run.where is None:
        return
    for path in _asked_for(run):
        run.take(path)
    # Writing the answer into a folder that it rests on would outdate it; to ignore that folder would miss new files.
    where = os.path.abspath(run.where) if run.where else ""
    if run.is_racy or where in run.listed:
        return
    try:
        if _rests_on_links(run):
            return
        data = pack(((*key, state) for key, state in run.seen.items()), text, code)
        if run.where:
            write_kept(run.where, run.key, data)
            data = pointer(os.path.abspath(run.where))
        write_kept(folder(), run.key, data)
    except (OSError, UsageError, ValueError):
        return  # what is not kept is worked out again


def _rests_on_links(run: _Run) -> bool:
    """Whether a path of the run is a link, leads through or contains one: link targets are not looked at again."""
    real: dict[str, bool] = {}

    def is_real(path: str) -> bool:
        if path not in real:
            real[path] = os.path.realpath(path) == path
        return real[path]

    tools = set(_tools())
    for path, is_listed in run.seen:
        if path in tools:
            continue  # where a link to a tool leads does not matter: only whether it is there
        if os.path.islink(path) or not is_real(os.path.dirname(path)):
            return True
        if is_listed:
            with os.scandir(path) as listing:
                if any(entry.is_symlink() for entry in listing):
                    return True
    return False


def rests_on_all_in(path: str) -> bool:
    """Whether a folder (real path) is one of those that were listed, so that what comes or goes in it is seen."""
    return _run is None or path in _run.listed or os.path.realpath(path) in map(os.path.realpath, _run.listed)


def _asked_for(run: _Run) -> list[str]:
    folders = {os.path.dirname(path) for path, _ in run.seen} | {os.getcwd()}
    above = set()
    for path in folders:
        while path not in above:
            above.add(path)
            path = os.path.dirname(path)
    paths = [os.path.join(path, name) for path in sorted(above - run.listed) for name in _ASKED_FOR]
    # A run is refused where a file is called like one of its options.
    options = [os.path.abspath(item) for item in sys.argv[1:] if item.startswith("-")]
    return [*paths, *options, *_tools()]


def _tools() -> list[str]:
    folders = os.environ.get("PATH", "").split(os.pathsep)
    return [os.path.abspath(os.path.join(folder, name)) for folder in folders for name in _TOOLS]


def write_kept(where: str, name: str, data: bytes | memoryview) -> None:
    """Writes a file of this tool's into a folder where such are kept, and makes room there. Raises OSError,
    UsageError."""
    from ..text.writing import write_file

    os.makedirs(where, mode=0o700, exist_ok=True)
    path = os.path.join(where, name)
    if os.path.lexists(path) and not os.path.isfile(path):
        return  # a pipe, perhaps: to write to it may never end
    write_file(path, data, 0o600)
    _tidy(where)


def _tidy(where: str) -> None:
    """Deletes the oldest answers, where there are too many or too large ones."""
    with os.scandir(where) as listing:
        named = [entry for entry in listing if len(entry.name) == _LENGTH and entry.is_file(follow_symlinks=False)]
    files = sorted(((entry.stat(), entry.path) for entry in named if is_own(entry.path)), key=lambda it: it[0].st_mtime)
    total = sum(stats.st_size for stats, _ in files)
    while files and (len(files) > _MOST_FILES or total > _MOST_BYTES):
        stats, path = files.pop(0)
        total -= stats.st_size
        os.unlink(path)
