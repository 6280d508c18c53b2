"""The output formats of the commands. A format is a module `COMMAND/NAME.py` beside this one that gives the whole
output as text: `render(report, look)` for static, `render_all(diagnoses, look)` for live, `render(told, look)` for fix,
`render(difference, look)` for diff. A format of static may have a `beside(report, environment)` that gives one
more thing to write, (file, text) or None; with `CARRIES_FIXES`, `render` is given the fixes as well.

To add a format, write its module and put its name into FORMATS; nothing else knows the list.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

FORMATS = {
    "static": ("text", "concise", "json", "sarif", "junit", "github", "gitlab", "markdown", "html"),
    "live": ("text", "json", "markdown", "html"),
    "fix": ("text", "json"),
    "diff": ("text", "json", "markdown", "html"),
}


def formatter(command: str, name: str) -> ModuleType:
    """The module of a format; the others are not imported."""
    return import_module(f".{command}.{name}", __package__)
