"""Paths as readers of reports take them: relative to the working folder, with slashes."""

from __future__ import annotations

import os


def for_readers(file: str) -> str:
    """The path of a file below the working folder, however it was given; of another file, the path as it was given."""
    below = os.path.relpath(file) if os.path.isabs(file) else os.path.normpath(file)
    is_outside = below == os.pardir or below.startswith(os.pardir + os.sep)
    return (file if is_outside and os.path.isabs(file) else below).replace(os.sep, "/")
