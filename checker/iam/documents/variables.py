"""Policy variables: `${aws:username}`, `${aws:PrincipalTag/team, 'none'}`, `${*}`.

Source: IAM User Guide, "IAM policy elements: Variables and tags": expanded only when `Version` is exactly 2012-10-17;
`${*}`, `${?}` and `${$}` are literal characters; a default stands after a comma in single quotes; a variable without a
value makes a Resource match nothing. Wildcards inside a value are taken literally here.
"""

from __future__ import annotations

from functools import lru_cache

from ..expressions import expression
from ..patterns.globs import Text, read_wildcards
from ..values import NamedTuple
from .context import Context, look_up

_VARIABLE = expression(r"\$\{([^{}]*)\}")


class Expanded(NamedTuple):
    """A policy string with its variables filled in: `text` with its wildcards marked, `plain` without the marks;
    with `as_written` every `*` and `?` in it is a wildcard, so that the marks add nothing.

    `unknown` names the keys nothing is known about; in `text` each of them stands as a free wildcard, so that the text
    then says what *could* match. `absent` names keys without a value and without a default.
    """

    text: Text
    plain: str
    unknown: frozenset[str]
    absent: frozenset[str]
    as_written: bool = True


def expand(text: str, context: Context, *, enabled: bool) -> Expanded:
    """Fills in the variables of one policy string; with `enabled` off (Version 2008-10-17) they stay literal text."""
    if not enabled or "${" not in text:
        return Expanded(read_wildcards(text), text, _NO_KEYS, _NO_KEYS)
    filled: Text = ()
    plain = ""
    as_written = True
    unknown = absent = _NO_KEYS
    for part in _parts(text):
        if not isinstance(part, _Variable):
            filled += part[0]
            plain += part[1]
            as_written = as_written and (len(part[0]) > 1 or part[1] not in _WILDCARDS or part[0][0][1])
            continue
        values = look_up(context, part.key)
        if values is None or len(values) > 1:
            unknown |= {part.key}
            filled += _ANYTHING
            plain += "*"
        elif values or part.default is not None:
            value = values[0] if values else part.default or ""
            filled += _literally(value)
            plain += value
            as_written = as_written and "*" not in value and "?" not in value
        else:
            absent |= {part.key}
    return Expanded(filled, plain, unknown, absent, as_written)


_WILDCARDS = ("*", "?")
_NO_KEYS = frozenset[str]()
_ANYTHING: Text = (("*", True),)


class _Variable(NamedTuple):
    key: str
    default: str | None


@lru_cache(maxsize=4096)
def _parts(text: str) -> tuple[tuple[Text, str] | _Variable, ...]:
    """A policy string cut at its variables; what stands between them as text and as plain characters."""
    parts: list[tuple[Text, str] | _Variable] = []
    end = 0
    for variable in _VARIABLE.finditer(text):
        between = text[end : variable.start()]
        parts.append((read_wildcards(between), between))
        end = variable.end()
        name = variable[1]
        if name in ("*", "?", "$"):
            parts.append((((name, False),), name))
            continue
        key, comma, rest = name.partition(",")
        quoted = rest.strip()
        is_default = len(quoted) > 1 and quoted[0] == quoted[-1] == "'"
        parts.append(
            _Variable(key.strip(), quoted[1:-1]) if is_default else _Variable(name if comma else key.strip(), None)
        )
    return (*parts, (read_wildcards(text[end:]), text[end:]))


@lru_cache(maxsize=4096)
def _literally(value: str) -> Text:
    return tuple((char, False) for char in value)
