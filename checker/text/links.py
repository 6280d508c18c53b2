"""Links that lead out of the project: what they lead to is neither read nor written.

A project may be somebody else's, as in a pull request. A link in it to a file of this machine would have its lines
printed in a report, or the file replaced by one.
"""

from __future__ import annotations

import os

LEADS_OUT = "it is a link that leads out of the project"


def leads_out(path: str) -> bool:
    """Whether a path that stands in the project around the working folder leads to a place outside of it. A path that
    stands outside was meant so by whoever typed it."""
    root = os.path.realpath(_project())
    stands = os.path.normpath(os.path.join(os.path.realpath(os.curdir), path))
    return _is_within(stands, root) and not _is_within(os.path.realpath(path), root)


def _project() -> str:
    """The git work tree around the working folder, else the folder."""
    start = folder = os.path.realpath(os.curdir)
    while not os.path.lexists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return start
        folder = parent
    return folder


def _is_within(path: str, root: str) -> bool:
    return path == root or path.startswith(os.path.join(root, ""))
