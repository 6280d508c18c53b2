"""What can be said of a condition on a key whose value is not known, but not open either.

A request is made now or later, by a session that began not long before it: so dates that have passed are decided
(`Context.since`). And some values have a known form (`Context.shapes`): the unique id of a role begins with AROA, the
ARN of a role is no session's (IAM User Guide, "IAM identifiers", "AWS global condition context keys").
"""

from __future__ import annotations

from ..documents.context import Context
from ..documents.operators import Operator, moment
from ..patterns.globs import wildcard_glob
from ..patterns.language import overlap

_NOW = ("aws:currenttime", "aws:epochtime")
_LONGEST_SESSION = 12 * 3600
"""Seconds that a role session lives at most (IAM User Guide, "Update the maximum session duration for a role")."""


def bounded(operator: Operator, key: str, wanted: tuple[str, ...], context: Context) -> bool | None:
    """Whether a condition holds for every value that the key (lower case) can have, for none, or cannot be told."""
    truths = {_compared(operator, key, text, context) for text in wanted}
    positive = True if True in truths else None if None in truths or not truths else False
    if positive is None:
        return None
    return positive != operator.negated


def _compared(operator: Operator, key: str, text: str, context: Context) -> bool | None:
    if operator.family == "date" or (operator.family == "number" and key == "aws:epochtime"):
        return _in_time(operator, key, text, context.since)
    shape = context.shapes.get(key)
    if shape is None or operator.family != "text" or operator.ignores_case or "${" in text:
        return None
    if operator.is_pattern and text in ("*", shape):
        return None if operator.is_arn and text == "*" else True
    if operator.is_pattern:
        return None if overlap(wildcard_glob(text), wildcard_glob(shape)) else False
    has_wildcards = "*" in text or "?" in text
    return None if has_wildcards or overlap(wildcard_glob(text), wildcard_glob(shape)) else False


def _in_time(operator: Operator, key: str, text: str, since: float | None) -> bool | None:
    """A date that has passed, compared with that of every request to come."""
    if since is None or key not in (*_NOW, "aws:tokenissuetime"):
        return None
    earliest = since if key in _NOW else since - _LONGEST_SESSION
    bound = moment(text)
    if bound is None or bound >= earliest:
        return None
    return "Greater" in operator.name
