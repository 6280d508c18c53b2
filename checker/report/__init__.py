"""Output formats, one module each: `render(report, look)` gives the whole output as text, `CARRIES_FIXES` says whether
edits are part of it.

To add a format, write its module and put its name into FORMATS; nothing else knows the list.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

FORMATS = ("text", "json")


def formatter(name: str) -> ModuleType:
    """The module of a format; the others are not imported."""
    return import_module(f".{name}", __name__)
