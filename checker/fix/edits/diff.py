"""Unified diffs that `git apply` and `patch` take."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator

from ..planning.repair import FileChange


def unified(change: FileChange) -> Iterator[str]:
    """The lines of a change's diff, each without its line feed; a carriage return is kept."""
    name = os.path.relpath(change.file) if not change.file.startswith("<") else change.file
    old_name, new_name = (f"a/{name}", f"b/{name}") if not name.startswith("..") else (change.file, change.file)
    before, after = _lines(change.before), _lines(change.after)
    for line in difflib.unified_diff(before, after, old_name, new_name, lineterm="\n"):
        if line.endswith("\n"):
            yield line[:-1]
        else:
            yield line
            yield "\\ No newline at end of file"


def _lines(text: str) -> list[str]:
    """Lines as diffs count them: ended by a line feed, and by nothing else."""
    return [line + "\n" for line in text.split("\n")[:-1]] + ([last] if (last := text.rpartition("\n")[2]) else [])
