"""Output formats, one module each: `render(report)` gives the whole output as text.

To add a format, write its module and put it into FORMATS; nothing else knows the list.
"""

from __future__ import annotations

from types import ModuleType

from . import json, text

FORMATS: dict[str, ModuleType] = {"text": text, "json": json}
