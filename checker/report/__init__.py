"""Output formats, one module each: `render(report, look)` gives the whole output as text, `CARRIES_FIXES` says whether
edits are part of it. A format may have something to write `beside(report, environment)` its output: (file, text) or
None.

To add a format, write its module and put its name into FORMATS; nothing else knows the list.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

FORMATS = ("text", "json", "sarif", "junit", "github", "gitlab", "markdown")


def formatter(name: str) -> ModuleType:
    """The module of a format; the others are not imported."""
    return import_module(f".{name}", __name__)
