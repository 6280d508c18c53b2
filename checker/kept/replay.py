"""Shows the answer of an earlier run, where all that it rests on is as it was."""

from __future__ import annotations

import sys

from .entry import look, unpack


def replay(key: str) -> int | None:
    """Prints what is kept under a key and returns its exit code; None, and nothing printed, where it does not hold any
    more."""
    kept = unpack(key)
    if kept is None:
        return None
    seen, text, code = kept
    for path, is_listed, state in seen:
        if look(path, is_listed=is_listed) != state:
            return None
    try:
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # stdout is a text stream
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError:
        return None  # the command itself says what is wrong with its output
    return code
