"""A copy of a folder for renderers, with the texts that are not saved: kustomize and helm read files alone."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from ..config.file import find_config
from ..errors import UsageError
from ..text.files import work_tree

_LEFT_OUT = shutil.ignore_patterns(
    ".git", ".hg", ".svn", ".venv", "venv", "node_modules", "__pycache__", ".tox", ".terraform"
)
_MOST_BYTES = 200_000_000
"""Of a work tree that is copied with every edit."""


@contextmanager
def copied(root: str, texts: Mapping[str, str]) -> Iterator[str]:
    """The folder in a copy of its work tree (or of the folder of its configuration) in which these files (by their real
    paths) have these texts. Raises UsageError for one that is too large."""
    config = find_config(root)
    tops = [root, os.path.dirname(config) if config else root, work_tree(root) or root]
    top = min((path for path in tops if os.path.join(root, "").startswith(os.path.join(path, ""))), key=len)
    _measure(top)
    with tempfile.TemporaryDirectory(prefix="checker-") as scratch:
        copy = os.path.join(os.path.realpath(scratch), "project")
        shutil.copytree(top, copy, symlinks=True, ignore=_LEFT_OUT)
        os.makedirs(os.path.join(copy, ".git"), exist_ok=True)  # nothing above it is looked for
        for path, text in texts.items():
            if path.startswith(os.path.join(top, "")):
                there = os.path.join(copy, os.path.relpath(path, top))
                os.makedirs(os.path.dirname(there), exist_ok=True)
                with open(there, "wb") as file:
                    file.write(text.encode("utf-8", "surrogatepass"))
        yield os.path.join(copy, os.path.relpath(root, top))


def _measure(top: str) -> None:
    total = 0
    for folder, names, files in os.walk(top):
        left_out = _LEFT_OUT(folder, names)
        names[:] = [name for name in names if name not in left_out]
        total += sum(os.lstat(os.path.join(folder, name)).st_size for name in files)
        if total > _MOST_BYTES:
            raise UsageError(
                f"{top} is larger than {_MOST_BYTES // 1_000_000} MB: save the files, and what comes of them is judged"
            )
