"""Policy variables: `${aws:username}`, `${aws:PrincipalTag/team, 'none'}`, `${*}`.

Source: IAM User Guide, "IAM policy elements: Variables and tags": expanded only when `Version` is exactly 2012-10-17;
`${*}`, `${?}` and `${$}` are literal characters; a default stands after a comma in single quotes; a variable without a
value makes a Resource match nothing. Wildcards inside a value are taken literally here.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .context import Context, look_up
from .globs import Text, read_wildcards

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_WITH_DEFAULT = re.compile(r"(?P<key>[^,]*?)\s*(?:,\s*'(?P<default>[^']*)')?\s*\Z")


class Expanded(NamedTuple):
    """A policy string with its variables filled in.

    `unknown` names the keys nothing is known about; in `text` each of them stands as a free wildcard, so that the text
    then says what *could* match. `absent` names keys without a value and without a default.
    """

    text: Text
    unknown: frozenset[str]
    absent: frozenset[str]


def expand(text: str, context: Context, *, enabled: bool) -> Expanded:
    """Fills in the variables of one policy string; with `enabled` off (Version 2008-10-17) they stay literal text."""
    if not enabled or "${" not in text:
        return Expanded(read_wildcards(text), frozenset(), frozenset())
    filled: list[tuple[str, bool]] = []
    unknown: set[str] = set()
    absent: set[str] = set()
    end = 0
    for found in _VARIABLE.finditer(text):
        filled += read_wildcards(text[end : found.start()])
        end = found.end()
        name = found[1]
        if name in ("*", "?", "$"):
            filled.append((name, False))
            continue
        parts = _WITH_DEFAULT.match(name)
        key = parts["key"].strip() if parts else name
        default = parts["default"] if parts else None
        values = look_up(context, key)
        if values is None or len(values) > 1:
            unknown.add(key)
            filled.append(("*", True))
        elif values or default is not None:
            filled += [(char, False) for char in (values[0] if values else default or "")]
        else:
            absent.add(key)
    filled += read_wildcards(text[end:])
    return Expanded(tuple(filled), frozenset(unknown), frozenset(absent))
