"""Formats of diagnoses, one module each: `render_all(diagnoses, look)` gives the whole output as text.

To add a format, write its module and put its name into FORMATS.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

FORMATS = ("text", "json", "markdown")


def formatter(name: str) -> ModuleType:
    """The module of a format; the others are not imported."""
    return import_module(f".{name}", __name__)
