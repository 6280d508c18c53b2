"""Progress on a terminal's standard error: how many answers have come, and what the log says already."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from ...live.record.record import Reading


class Progress:
    """`observe` is told of every reading, from any thread. Writes only to a terminal; the one line that stays is the
    verdict of the log, which comes long before IAM has answered.
    """

    def __init__(self, stream: TextIO | None, *, quiet: bool = False) -> None:
        is_plain = os.environ.get("TERM") == "dumb"
        self._stream = stream if stream is not None and stream.isatty() and not quiet and not is_plain else None
        self._lock = threading.Lock()
        self._answered = 0
        self._started = time.monotonic()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        # An answer that comes after the deadline must not write over the verdict.
        with self._lock:
            self._write("")
            self._stream = None

    def observe(self, name: str, reading: Reading) -> None:
        """One more answer."""
        with self._lock:
            if self._stream is None:
                return
            self._answered += 1
            if name.startswith("log/") and reading.value:
                for line in first_words(reading.value)[:1]:
                    self._write(line + "\n")
            seconds = time.monotonic() - self._started
            self._write(f"{self._answered} answers after {seconds:.1f} s, last: {reading.source or name}"[:78])

    def _write(self, text: str) -> None:
        if self._stream is not None:
            self._stream.write(f"\r\x1b[K{text}")
            self._stream.flush()


def first_words(log: dict[str, object]) -> list[str]:
    """What the log alone says: the kind of failure that comes most often."""
    from ...report.style.frame import safe
    from ...runbook.case.signatures import read_events

    lines = [] if log.get("recoveredAt") else log["lines"]
    events = read_events(lines) if isinstance(lines, list) else ()
    ordered = sorted(events, key=lambda event: -event.times)
    return [safe(f"log: {item.signature}, {item.action or 'no action named'}, {item.times} times") for item in ordered]
