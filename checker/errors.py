"""The one error that ends a command before it has a result."""

from __future__ import annotations


class UsageError(Exception):
    """A command line or configuration that cannot be used (exit 2). `lines` are clear sentences, one problem each."""

    def __init__(self, *lines: str) -> None:
        super().__init__("; ".join(lines))
        self.lines = lines
