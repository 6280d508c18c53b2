"""Progress of long work: it calls an observer, which may show it or not."""

from __future__ import annotations

from collections.abc import Callable

Observe = Callable[[str, int, int], None]
"""What is being done (`reading files`), how many are done, and of how many."""


def unobserved(doing: str, done: int, total: int) -> None:
    """Nobody looks."""
