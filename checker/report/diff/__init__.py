"""What `checker diff` shows, one module a format: `render(difference, look)`.

To add a format, write its module and put its name into FORMATS; nothing else knows the list.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

FORMATS = ("text", "json", "markdown")


def formatter(name: str) -> ModuleType:
    """The module of a format; the others are not imported."""
    return import_module(f".{name}", __name__)
