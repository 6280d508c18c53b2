"""Where something stands inside a policy document, as a route of keys and indexes.

A path is a tuple such as `("Statement", 0, "Action", 1)`; it is written `Statement[0].Action[1]`. Paths are
symbolic: they survive reformatting, and only what is shown to a person is ever turned into a line and a column.
"""

from __future__ import annotations

from ..expressions import expression

Path = tuple[str | int, ...]

_PLAIN_KEY = expression(r"[A-Za-z_][\w-]*\Z")


def show_path(path: Path) -> str:
    """Writes a path the way people read it: `Statement[0].Condition["aws:SourceIp"]`."""
    shown = ""
    for part in path:
        if isinstance(part, int):
            shown += f"[{part}]"
        elif _PLAIN_KEY.match(part):
            shown += f".{part}" if shown else part
        else:
            quoted = part.replace("\\", "\\\\").replace('"', '\\"')
            shown += f'["{quoted}"]'
    return shown
