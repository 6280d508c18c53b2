"""What is known about a request besides its action and resource: the condition context.

Half of it is known before the request is made (the region, the role's own ARN), some keys are known to be absent,
and the rest is open. The caller says which; nothing here guesses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from ..values import NamedTuple

Values = tuple[str, ...]


Scalar = str | bool | int | float
"""One value of a condition key, as callers may state it."""


class Context(NamedTuple):
    """Condition keys of one request, all in lower case (key names ignore case: IAM User Guide, "Condition").

    `values` holds the known keys, `absent` those known not to be part of the request; with `closed`, every other key
    is absent too. Any other key is unknown.

    Of some unknown keys something is known all the same: `shapes` are patterns (`*`, `?`) that a key's one value
    matches, and `since` is a moment (epoch seconds) before which no request is made and no session ends. Of the keys
    that begin with one of `complete`, all are in `values` and `shapes`: every other one is absent.
    """

    values: Mapping[str, Values] = {}
    absent: frozenset[str] = frozenset()
    closed: bool = False
    shapes: Mapping[str, str] = {}
    since: float | None = None
    complete: tuple[str, ...] = ()


def make_context(
    values: Mapping[str, Scalar | Iterable[Scalar]],
    absent: tuple[str, ...] = (),
    *,
    closed: bool = False,
    shapes: Mapping[str, str] = MappingProxyType({}),
    since: float | None = None,
    complete: tuple[str, ...] = (),
) -> Context:
    """Builds a context from keys in any spelling. A single value stands for a key with one; `True` is the text `true`,
    as requests carry it. Raises TypeError for a value that no request has."""
    known = {key.lower(): _values(key, value) for key, value in values.items()}
    shaped = {key.lower(): pattern for key, pattern in shapes.items()}
    prefixes = tuple(prefix.lower() for prefix in complete)
    return Context(known, frozenset(key.lower() for key in absent), closed, shaped, since, prefixes)


def _values(key: str, value: Scalar | Iterable[Scalar]) -> Values:
    items = (value,) if isinstance(value, (str, bool, int, float)) else tuple(value) if _is_listed(value) else (value,)
    for item in items:
        if not isinstance(item, (str, bool, int, float)):
            raise TypeError(f"{key} is {item!r}: a value of a condition key is a text, a number, true or false")
    return tuple(str(item).lower() if isinstance(item, bool) else str(item) for item in items)


def _is_listed(value: object) -> bool:
    return isinstance(value, Iterable) and not isinstance(value, (bytes, Mapping))


def look_up(context: Context, key: str) -> Values | None:
    """The values of a key: `()` when it is known to be absent, None when nothing is known about it."""
    folded = key.lower()
    values = context.values.get(folded)
    if values is not None:
        return values
    is_listed = context.complete and folded.startswith(context.complete) and folded not in context.shapes
    return () if context.closed or folded in context.absent or is_listed else None
