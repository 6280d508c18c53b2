"""The output formats of the commands. A format is a module `COMMAND/NAME.py` beside this one that gives the whole
output as text: `render(report, look)` for static, `render_all(diagnoses, look)` for live, `render(told, look)` for fix and
`render(difference, look)` for diff. Formats of static say by `CARRIES_FIXES` whether edits are part of them, and may
have something to write `beside(report, environment)` their output: (file, text) or None.

To add a format, write its module and put its name into FORMATS; nothing else knows the list.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

FORMATS = {
    "static": ("text", "json", "sarif", "junit", "github", "gitlab", "markdown"),
    "live": ("text", "json", "markdown"),
    "fix": ("text", "json"),
    "diff": ("text", "json", "markdown"),
}


def formatter(command: str, name: str) -> ModuleType:
    """The module of a format; the others are not imported."""
    return import_module(f".{command}.{name}", __package__)
