"""What would have to be filled in for statements with holes to be about an action and a resource.

Each text is matched against what is asked: a hole takes the part that the rest of the text leaves over. Whether that
grants the access is not decided here; `between` proves each solution.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations, islice, product

from ..decisions.policies import Layer
from ..documents.context import Context
from ..documents.document import Condition, Statement
from ..documents.filling import is_open
from ..documents.holes import pattern_of

Filling = tuple[tuple[str, str], ...]
"""Holes and the texts that they are filled in with."""

MOST_TRIED = 24
"""Fillings that are tried for one question."""


def candidates(action: str, resource: str, layers: tuple[Layer, ...], context: Context) -> Iterator[Filling]:
    """Values under which statements would be about the action and the resource: those of one statement, then those of
    two together, as a boundary and a policy need them."""
    single: dict[Filling, None] = {}
    for policy in (policy for layer in layers for policy in layer.policies):
        document = policy.document
        for statement in document.statements if document and document.holes else ():
            if statement.effect == "Allow" and document is not None:
                for values in _fitting(statement, action, resource, document.holes, context):
                    single.setdefault(tuple(sorted(values.items())))
    ordered = sorted((item for item in single if item), key=len)[:MOST_TRIED]
    yield from ordered
    for first, second in combinations(ordered, 2):
        if all(dict(first).get(hole, value) == value for hole, value in second):
            yield tuple(sorted({**dict(first), **dict(second)}.items()))


def _fitting(
    statement: Statement, action: str, resource: str, holes: tuple[str, ...], context: Context
) -> Iterator[dict[str, str]]:
    actions = [fit(item.text, action, holes, is_action=True) for item in statement.actions]
    resources = [fit(item.text, resource, holes) for item in statement.resources]
    parts: list[list[dict[str, str]]] = [
        [{}] if statement.not_actions else [*filter(None, actions), {}],
        [{}] if statement.not_resources else [*filter(None, resources), {}],
        *(_asked_for(item, holes, context) for item in statement.conditions if is_open(item, holes)),
    ]
    for chosen in islice(product(*parts), MOST_TRIED):
        merged: dict[str, str] = {}
        for values in chosen:
            if any(merged.get(hole, text) != text for hole, text in values.items()):
                break
            merged |= values
        else:
            yield merged


def _asked_for(condition: Condition, holes: tuple[str, ...], context: Context) -> list[dict[str, str]]:
    given = context.values.get(condition.key.lower(), ())
    fits = [fit(text, value, holes) for text in condition.values for value in given]
    return [values for values in fits if values is not None] or [{}]


_MOST_HOLES = 4
"""Most holes of one text to find values for; each multiplies the ways to divide what is wanted among them."""
_LONGEST = 300
_COLONS = 5
"""Of an ARN, before the part that names the resource."""


def fit(text: str, wanted: str, holes: tuple[str, ...], *, is_action: bool = False) -> dict[str, str] | None:
    """The values that turn a text into what is wanted, as long as possible; None where there are none, or where the
    text has no holes."""
    fits = _fits(text, wanted, holes, is_action=is_action)
    return fits[0] if fits else None


def is_the_only_fit(text: str, wanted: str, holes: tuple[str, ...]) -> bool:
    """Whether no other values (those with wildcards aside) turn the text into what is wanted. False for a text that is
    one hole alone: a list may be filled in there."""
    if text in holes:
        return False
    fits = _fits(text, wanted, holes, is_action=False)
    return not fits or (fits[0] == fits[1] and not any("*" in value or "?" in value for value in fits[0].values()))


def _fits(text: str, wanted: str, holes: tuple[str, ...], *, is_action: bool) -> list[dict[str, str]]:
    """The values that make a text what is wanted, once as long and once as short as they can be: where both are the
    same, there are no others."""
    hits = list(pattern_of(holes).finditer(text))
    if not hits or len(hits) > _MOST_HOLES or len(wanted) > _LONGEST or "${" in pattern_of(holes).sub("", text):
        return []
    is_whole = pattern_of(holes).sub("", text).count(":") < _COLONS
    solutions = []
    for more, less in (("", "?"), ("?", "")):
        names: dict[str, str] = {}
        written, end, colons = "", 0, 0
        for hole in hits:
            before = text[end : hole.start()]
            colons += before.count(":")
            written += _literal(before, less)
            any_text = "." if colons >= _COLONS or is_whole else "[^:]"
            written += f"(?P={names[hole[0]]})" if hole[0] in names else f"(?P<h{len(names)}>{any_text}*{more})"
            names.setdefault(hole[0], f"h{len(names)}")
            end = hole.end()
        flags = re.DOTALL | (re.IGNORECASE if is_action else 0)
        matched = re.fullmatch(written + _literal(text[end:], less), wanted, flags)
        if matched is None:
            return []
        solutions.append({hole: matched[name] for hole, name in names.items()})
    return solutions


def _literal(text: str, less: str) -> str:
    return re.escape(text).replace(r"\*", f".*{less}").replace(r"\?", ".")
