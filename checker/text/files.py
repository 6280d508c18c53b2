"""Which files there are below the paths that were given.

Folders are walked in name order; links to folders are followed once each, so a loop of links ends, and not out of the
work tree, so a link to `/` does not bring in the machine. Folders of tools (`.git`, `node_modules`, virtual
environments) are not entered; what is left out is told.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO

from ..iam.values import NamedTuple
from .limits import FILE_LIMIT, TOO_LARGE
from .links import LEADS_OUT, leads_out, root_of

EXTENSIONS = (".yaml", ".yml", ".json")
_OF_TEMPLATES = tuple(f"{of}.{by}" for of in EXTENSIONS for by in ("tpl", "tmpl", "gotmpl", "j2", "jinja", "jinja2"))
"""Manifests that some other program fills in: they are read as the templates that they are."""

_LANGUAGES = (".jsonnet", ".libsonnet", ".cue", ".tf", ".pkl", ".erb")
"""Languages that make manifests and are not read here. Such a file is listed all the same, since one that makes objects
of ours has to be told; one that does not is passed over."""

_NAMES = ("Kustomization", "Kptfile")
"""Manifests without an extension, by name."""

_HISTORY = frozenset({".git", ".hg", ".svn"})
FOLDERS_OF_TOOLS = _HISTORY | {".venv", "venv", "node_modules", "__pycache__", ".tox", ".terraform"}

STDIN = "-"


class Found(NamedTuple):
    """The files below some paths, as paths to open; what is missing; what could not be listed (path, reason); what was
    left out (path, reason)."""

    files: tuple[str, ...]
    missing: tuple[str, ...]
    unreadable: tuple[tuple[str, str], ...]
    left_out: tuple[tuple[str, str], ...] = ()


def is_listed(path: str) -> bool:
    """Whether a file below a folder (by its path from there, parts between slashes) is one that `find_files` lists."""
    *folders, name = path.split("/")
    return (_is_named_so(name) or is_in_another_language(name)) and FOLDERS_OF_TOOLS.isdisjoint(folders)


def is_manifest(path: str) -> bool:
    """Whether a listed file (see `is_listed`) is a manifest or a template of one."""
    return is_listed(path) and not is_in_another_language(path)


def is_in_another_language(name: str) -> bool:
    """Whether a file is written in a language that makes manifests, by its name (`role.jsonnet`)."""
    return name.lower().endswith(_LANGUAGES)


def _is_named_so(name: str) -> bool:
    return name.lower().endswith(EXTENSIONS) or is_template(name) or name in _NAMES


def is_template(name: str) -> bool:
    """Whether a file is a manifest to be filled in, by its name (`role.yaml.tpl`)."""
    return name.lower().endswith(_OF_TEMPLATES)


def find_files(paths: Iterable[str]) -> Found:
    """Lists files: a file named is taken whatever its name, a folder gives its YAML and JSON files (and those
    of `_LANGUAGES`), `-` is stdin."""
    files: dict[str, str] = {}
    missing: list[str] = []
    unreadable: list[tuple[str, str]] = []
    left_out: list[tuple[str, str]] = []
    for path in paths:
        if path == STDIN:
            files.setdefault(STDIN, STDIN)
        elif os.path.isdir(path) and leads_out(path):
            unreadable.append((path, LEADS_OUT))
        elif os.path.isdir(path):
            for manifest in _walk(os.path.normpath(path), unreadable, left_out):
                files.setdefault(os.path.abspath(manifest), manifest)
        elif os.path.lexists(path) and leads_out(path):
            unreadable.append((path, LEADS_OUT))
        elif os.path.lexists(path):
            files.setdefault(os.path.abspath(path), os.path.normpath(path))
        else:
            missing.append(path)
    return Found(tuple(files.values()), tuple(missing), tuple(unreadable), tuple(left_out))


def work_tree(folder: str) -> str | None:
    """The git work tree around a folder, as an absolute path; None where there is none."""
    folder = os.path.abspath(folder)
    while not os.path.exists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent
    return folder


def _walk(top: str, unreadable: list[tuple[str, str]], left_out: list[tuple[str, str]]) -> Iterator[str]:
    bounds = root_of(os.path.join(top, "")) or os.path.realpath(top)
    pending = [top]
    entered: set[tuple[int, int]] = set()
    while pending:
        folder = pending.pop()
        try:
            status = os.stat(folder)
            if (status.st_dev, status.st_ino) in entered:
                continue
            entered.add((status.st_dev, status.st_ino))
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            unreadable.append((folder, error.strerror or str(error)))
            continue
        folders = []
        names = {entry.name for entry in entries}
        for entry in entries:
            path = entry.name if folder == os.curdir else os.path.join(folder, entry.name)
            if _is_folder(entry):
                if entry.name not in FOLDERS_OF_TOOLS and _is_within(entry, bounds):
                    folders.append(path)
                elif entry.name not in _HISTORY:
                    reason = "a folder of a tool" if entry.name in FOLDERS_OF_TOOLS else "a link out of the work tree"
                    left_out.append((path, reason))
            elif is_template(entry.name) and entry.name.rpartition(".")[0] in names:
                left_out.append((path, "a template, and what it makes stands beside it"))
            elif _is_named_so(entry.name) or is_in_another_language(entry.name):
                if _is_special(entry):
                    left_out.append((path, "a pipe, socket or device"))
                elif not _is_within(entry, bounds):
                    unreadable.append((path, LEADS_OUT))
                else:
                    yield path
        pending += reversed(folders)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself: opening it as a file will say so
        return False


def _is_within(entry: os.DirEntry[str], bounds: str) -> bool:
    if not entry.is_symlink():
        return True
    target = os.path.realpath(entry.path)
    return target == bounds or target.startswith(os.path.join(bounds, ""))


def _is_special(entry: os.DirEntry[str]) -> bool:
    """A pipe, socket or device, from which reading might never end. Links are judged by what they lead to."""
    try:
        mode = entry.stat().st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode)


class TooLargeError(OSError):
    """A file or stream with more bytes than are read."""

    def __init__(self) -> None:
        super().__init__(errno.EFBIG, TOO_LARGE)


_unsaved: dict[str, bytes] = {}


@contextmanager
def unsaved(texts: Mapping[str, bytes]) -> Iterator[None]:
    """Within this, these files (by their real paths) read as an editor has them, saved or not."""
    _unsaved.update(texts)
    try:
        yield
    finally:
        _unsaved.clear()


def read_bytes(path: str) -> bytes:
    """The bytes of a file. Raises TooLargeError, and OSError also for what might never end: a pipe (except one that the
    shell has opened, `<(…)`), a socket, a device."""
    if _unsaved and (known := _unsaved.get(os.path.realpath(path))) is not None:
        if len(known) > FILE_LIMIT:
            raise TooLargeError
        return known
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with open(handle, "rb") as file:
        info = os.fstat(handle)
        is_opened = path.startswith(("/dev/fd/", "/proc/self/fd/")) or path == "/dev/stdin"
        if not (stat.S_ISREG(info.st_mode) or (stat.S_ISFIFO(info.st_mode) and is_opened)):
            raise OSError(errno.EINVAL, f"it is {_called(info.st_mode)}, not a file; to read a stream, pipe it into -")
        if info.st_size > FILE_LIMIT:
            raise TooLargeError
        if is_opened:
            os.set_blocking(handle, True)
        return read_stream(file)


def read_stream(stream: BinaryIO) -> bytes:
    """All that comes from a stream. Raises TooLargeError."""
    data = stream.read(FILE_LIMIT + 1)
    if len(data) > FILE_LIMIT:
        raise TooLargeError
    return data


def _called(mode: int) -> str:
    return "a pipe" if stat.S_ISFIFO(mode) else "a folder" if stat.S_ISDIR(mode) else "a device or socket"
