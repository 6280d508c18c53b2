"""Which files there are below the paths that were given.

Folders are walked in name order; links to folders are followed once each, so a loop of links ends. Folders of tools
(`.git`, `node_modules`, virtual environments) are not entered.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from typing import NamedTuple

EXTENSIONS = (".yaml", ".yml", ".json")
_TOOL_FOLDERS = frozenset({".git", ".hg", ".svn", ".venv", "venv", "node_modules", "__pycache__", ".tox", ".terraform"})

STDIN = "-"


class Found(NamedTuple):
    """The files below some paths, as paths to open; what is missing; what could not be listed (path, reason)."""

    files: tuple[str, ...]
    missing: tuple[str, ...]
    unreadable: tuple[tuple[str, str], ...]


def is_manifest(path: str) -> bool:
    """Whether a file below a folder (by its path from there, parts between slashes) is one that `find_files` lists."""
    *folders, name = path.split("/")
    return name.endswith(EXTENSIONS) and _TOOL_FOLDERS.isdisjoint(folders)


def find_files(paths: Iterable[str]) -> Found:
    """Lists files: a file named is taken whatever its name, a folder gives its YAML and JSON files, `-` is stdin."""
    files: dict[str, str] = {}
    missing: list[str] = []
    unreadable: list[tuple[str, str]] = []
    for path in paths:
        if path == STDIN:
            files.setdefault(STDIN, STDIN)
        elif os.path.isdir(path):
            for found in _walk(os.path.normpath(path), unreadable):
                files.setdefault(os.path.abspath(found), found)
        elif os.path.lexists(path):
            files.setdefault(os.path.abspath(path), os.path.normpath(path))
        else:
            missing.append(path)
    return Found(tuple(files.values()), tuple(missing), tuple(unreadable))


def _walk(top: str, unreadable: list[tuple[str, str]]) -> Iterator[str]:
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
        for entry in entries:
            path = entry.name if folder == os.curdir else os.path.join(folder, entry.name)
            if _is_folder(entry):
                if entry.name not in _TOOL_FOLDERS:
                    folders.append(path)
            elif entry.name.endswith(EXTENSIONS) and not _is_special(entry):
                yield path
        pending += reversed(folders)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself: opening it as a file will say so
        return False


def _is_special(entry: os.DirEntry[str]) -> bool:
    """A pipe, socket or device, from which reading might never end. Links are judged by what they lead to."""
    try:
        mode = entry.stat().st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode)
