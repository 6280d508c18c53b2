"""Placeholders filled in with values that are known: those that a cell gives (`placeholders:` in checker.yaml), and
those that an instance of a kro graph states.

A placeholder goes by its name: what stands between its delimiters, for a shell variable without its default. `${{ x }}`
and `{{ x }}` are `x`, `${schema.spec.table}` is `schema.spec.table`, `${NAME:-text}` and `$NAME` are `NAME`, `<table>`
is `table`, `__TABLE__` is `TABLE`, a word in place of an account number is itself.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Container, Iterator, Mapping
from typing import Any

from yaml.nodes import Node, ScalarNode

from ..iam.expressions import expression
from ..iam.values import NamedTuple
from ..text.nodes import Path, find
from ..text.plain_scalars import resolve
from .kinds import standing
from .objects import Sighting, make_object, mapping, nulls, without_nulls
from .placeholders import Placeholder, find_in_text, is_free_text

_DELIMITERS = (
    ("${{", "}}"), ("{{", "}}"), ("${", "}"), ("<%=", "%>"), ("<%", "%>"), ("<<", ">>"), ("<", ">"),
    ("[[", "]]"), ("$(", ")"), ("@", "@"), ("__", "__"), ("$", ""),
)  # fmt: skip
_DEFAULT = expression(r"(\w+):?[-=?+]")
_MOST = 200
"""Placeholders of one text that are filled in; each takes another look at the text."""


def name_of(reason: str, shown: str) -> str:
    """The name of a placeholder that `find_in_text` has found."""
    for opening, closing in _DELIMITERS:
        if shown.startswith(opening) and shown.endswith(closing):
            name = shown[len(opening) : len(shown) - len(closing)]
            name = name.removeprefix("-").removesuffix("-").strip() if opening in ("{{", "[[") else name.strip()
            default = _DEFAULT.match(name) if reason == "shell-variable" else None
            return default[1] if default else name
    return shown


def filled(
    sighting: Sighting,
    values: Mapping[str, Any],
    strings: Container[str] = (),
    lose_quotes: Collection[str] = (),
    *,
    unescapes: bool = False,
) -> Sighting:
    """The object with every placeholder that has a value filled in. The first one that is left is in `placeholder`;
    where it may change the structure of the object, the object stays as it was. A value for one of `strings` stays a
    string; the engine takes away quotes around one of `lose_quotes`, whatever is written. With `unescapes` the engine
    makes `${…}` of `$${…}`."""
    sighting = sighting if sighting.supported else _identified(sighting, values)
    if (
        not (values or unescapes)
        or not sighting.supported
        or (sighting.placeholder is not None and not sighting.is_open)
    ):
        return sighting
    item = sighting.object
    data = _filled(item.data, (), _Known(values, strings, lose_quotes, sighting.node, unescapes))
    left = next(_left(data, item.data, ()), None) or sighting.branch
    if left is not None and not sighting.is_open:
        return sighting._replace(placeholder=left)
    if sighting.placeholder is None and data == item.data:
        return sighting
    rebuilt = make_object(without_nulls(data), item.origin)
    # A release gives its namespace to what states none.
    is_given = "namespace" not in mapping(data.get("metadata"))
    rebuilt = rebuilt._replace(
        namespace=item.namespace if is_given else rebuilt.namespace,
        nulls=(*item.nulls, *nulls(data)),
        alterations=item.alterations,
        pool=item.pool,
        written_name=item.name if rebuilt.name != item.name else item.written_name,
        elsewhere=item.elsewhere,
    )
    return sighting._replace(object=rebuilt, placeholder=left, is_open=left is not None)


def _identified(sighting: Sighting, values: Mapping[str, Any]) -> Sighting:
    """The object, as one of ours where the values make its group and kind one of ours."""
    data = sighting.object.data
    known = _Known(values, (), (), sighting.node, False)
    version, kind = (_filled(data.get(key), (key,), known) for key in ("apiVersion", "kind"))
    if not (isinstance(version, str) and isinstance(kind, str)) or standing(version, kind) != "read":
        return sighting
    return sighting._replace(supported=True)


class _Known(NamedTuple):
    values: Mapping[str, Any]
    strings: Container[str]
    lose_quotes: Collection[str]
    node: Node
    unescapes: bool


def _filled(value: Any, path: Path, known: _Known) -> Any:
    if isinstance(value, dict):
        return {key: _filled(item, (*path, key), known) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, (*path, number), known) for number, item in enumerate(value)]
    if not isinstance(value, str):
        return value
    if "$" not in value and "{{" not in value and find_in_text(value) is None:
        return value
    scalar = find(known.node, path)
    style = (scalar.style or "") if isinstance(scalar, ScalarNode) else "|"
    text, whole = _text(value, known, style)
    if whole is None:
        # What would be a number or a boolean without quotes is left open.
        is_spoilt = (
            bool(known.lose_quotes) and text != value and bool(text) and "\n" not in text and resolve(text) != text
        )
        return value if is_spoilt else text
    if not isinstance(known.values[whole], str):
        return known.values[whole]
    if whole in known.lose_quotes:
        # What would then be a number or a boolean is left open.
        return text if resolve(text) == text else value
    # Without quotes, what is filled in is read as YAML: a number stays one.
    return resolve(text) if not style and whole not in known.strings else text


def _text(value: str, known: _Known, style: str) -> tuple[str, str | None]:
    """A text with its placeholders filled in; and the name of the placeholder where the text is nothing but one that
    has a value."""
    parts: list[str] = []
    start, whole = 0, None
    while len(parts) < 2 * _MOST and (placeholder := find_in_text(value[start:])) is not None:
        reason, shown, offset = placeholder
        name = name_of(reason, shown)
        is_known = name in known.values and _is_plain(known.values[name], reason, shown, style)
        # Within a text kro takes texts alone (kro documentation, "CEL Expressions": string templates).
        is_known = is_known and (reason != "kro" or shown == value or isinstance(known.values[name], str))
        left = shown[1:] if known.unescapes and reason == "flux-escape" else shown
        parts += [value[start : start + offset], _spelled(known.values[name]) if is_known else left]
        whole = name if is_known and shown == value else whole
        start += offset + len(shown)
    return "".join((*parts, value[start:])), whole


def _is_plain(value: Any, reason: str, shown: str, style: str) -> bool:
    """Whether putting the value in the placeholder's place gives what will be read. It does not where the operator of a
    shell puts something else there, nor where YAML, which most engines know nothing of, would read the value otherwise
    in a scalar of this style."""
    if reason == "flux-escape":
        return False
    if reason == "kro" or not isinstance(value, str):
        return True
    operator = _OPERATOR.match(shown) if reason == "shell-variable" else None
    if operator is not None and ("+" in operator[1] or (not value and ":" in operator[1])):
        return False
    return _ODD.get(style, _NEW_LINE).search(value) is None


_OPERATOR = expression(r"\$\{\w+(:?[-=?+])")
_NEW_LINE = expression(r"[\r\n]")
_ODD = {
    "": expression(r"[\r\n]|\s#|:\s|:$|^[\s&*!|>%@`{}\[\]#,?\"'-]|\s$|^$"),
    '"': expression(r"[\r\n\"\\]"),
    "'": expression(r"[\r\n']"),
}
"""What YAML does not read as itself, in plain scalars and within quotes. The value may stand at the beginning of a
plain scalar."""


def _spelled(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _left(data: Any, before: Any, path: Path) -> Iterator[Placeholder]:
    """The placeholders that are left, where they stand in the text as it is written."""
    if is_free_text(path):
        return
    if isinstance(data, (dict, list)) and not isinstance(before, type(data)):
        return  # put in as a whole, where a placeholder stood
    if isinstance(data, dict):
        for key, item in data.items():
            yield from _left(item, before[key], (*path, key))
    elif isinstance(data, list):
        for number, item in enumerate(data):
            yield from _left(item, before[number], (*path, number))
    elif isinstance(data, str) and isinstance(before, str):
        placeholder = find_in_text(data)
        if placeholder is not None:
            reason, shown, _ = placeholder
            yield Placeholder(reason, shown, path, max(0, before.find(shown)), False)
