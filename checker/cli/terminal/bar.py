"""A bar for work that takes long, on a terminal's standard error, and nowhere else."""

from __future__ import annotations

import os
import time
from typing import TextIO

from ...report.style.frame import safe

_PATIENCE, _PAUSE = 0.7, 0.1
"""Seconds before anything is shown, and between two looks."""

_WIDTH = 20


class Bar:
    """Shows what `observe` is told; leaves nothing behind."""

    def __init__(self, stream: TextIO | None, *, quiet: bool = False) -> None:
        is_plain = os.environ.get("TERM") == "dumb" or bool(os.environ.get("CI"))
        is_shown = stream is not None and stream.isatty() and not quiet and not is_plain
        self._stream = stream if is_shown else None
        self._next = time.monotonic() + _PATIENCE
        self._is_drawn = False

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._stream is not None and self._is_drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def observe(self, doing: str, done: int, total: int) -> None:
        """One step further."""
        if self._stream is None or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _PAUSE
        self._is_drawn = True
        filled = _WIDTH * done // max(total, 1)
        line = f"[{'#' * filled}{'.' * (_WIDTH - filled)}] {doing}: {done} of {total}"
        from .output import columns

        width = columns() - 2
        self._stream.write(f"\r\x1b[K{safe(line)[: max(width, 1)]}")
        self._stream.flush()
