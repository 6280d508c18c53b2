"""JSON as it is printed."""

from __future__ import annotations

import json
from typing import Any


def written(value: Any) -> str:
    """The value in ASCII, valid in every encoding. `##[`, which can only stand in a string, is escaped: in a job's log
    GitHub's runner would read it as a command (ActionCommand.cs, TryParse)."""
    return json.dumps(value, indent=2).replace("##[", "##\\u005b") + "\n"
