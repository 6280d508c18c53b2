"""Links that lead out of the project: what they lead to is neither read nor written.

A project may be somebody else's, as in a pull request. A link in it to a file of this machine would have its lines
printed in a report, or the file replaced by one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

LEADS_OUT = "it is a link that leads out of the project"


def leads_out(path: str) -> bool:
    """Whether a path that stands in a project leads to a place outside of it. A path in no project does not: whoever
    typed it meant it."""
    root = root_of(path)
    return root is not None and not _is_within(os.path.realpath(path), root)


def project_root() -> str:
    """The real path of the project around the working folder: the git work tree, else the folder of the nearest
    checker.yaml, else the working folder."""
    here = os.path.realpath(os.curdir)
    configured = ""
    for folder in _upward(here):
        if _is_work_tree(folder):
            return folder
        if not configured and os.path.lexists(os.path.join(folder, "checker.yaml")):
            configured = folder
    return configured or here


def below(path: str, top: str) -> str | None:
    """A path as it is called from a folder that it stands below, links within the folder left as they are; None for one
    that does not stand there. The way to the folder may go through links."""
    real = os.path.realpath(top)
    whole = os.path.abspath(path)
    for ancestor in reversed(list(_upward(whole))):
        if os.path.realpath(ancestor) == real:
            return os.path.relpath(whole, ancestor)
    return None


def root_of(path: str) -> str | None:
    """The real path of the project that a path stands in: the git work tree around it, else the project around the
    working folder; None for a path that stands in neither."""
    folders = [item for item in _upward(os.path.dirname(os.path.abspath(path))) if _is_work_tree(item)]
    # A folder that is a link has the work tree of elsewhere: it counts only where there is no other.
    own = next((item for item in folders if not os.path.islink(item)), None)
    mine = project_root()
    if own is None and below(path, mine) is not None:
        return mine
    own = own or next(iter(folders), None)
    return os.path.realpath(own) if own is not None else None


def _is_work_tree(folder: str) -> bool:
    return os.path.lexists(os.path.join(folder, ".git")) and not _is_part_of_another(folder)


def _is_part_of_another(folder: str) -> bool:
    """Whether a work tree is a submodule, whose project is the one around it."""
    try:
        with open(os.path.join(folder, ".git"), encoding="utf-8", errors="replace") as file:
            return file.read(4096).startswith("gitdir: ..")
    except OSError:
        return False


def _upward(path: str) -> Iterator[str]:
    """The path and the folders above it, the nearest first."""
    while True:
        yield path
        parent = os.path.dirname(path)
        if parent == path:
            return
        path = parent


def _is_within(path: str, root: str) -> bool:
    return path == root or path.startswith(os.path.join(root, ""))
