"""The 27 condition operators: how one request value compares with one policy value.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators". Operator names ignore case. A comparison that
cannot be made (a number that is none) gives None, "cannot tell", rather than a guess.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC
from typing import Literal, NamedTuple

from .globs import Glob, Text, compile_tokens, matches, wildcard_tokens

NUMBER = re.compile(r"[-+]?[0-9]{1,40}(\.[0-9]{1,40})?")
_EPOCH = re.compile(r"[0-9]{5,15}")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+(Z|[-+][0-9]{2}:?[0-9]{2})?)?")

Comparison = Callable[[str, Text], "bool | None"]


class Operator(NamedTuple):
    """A comparison and how it is used: `negated` turns it around, `sets` is ForAllValues or ForAnyValue, if any."""

    name: str
    compare: Comparison
    negated: bool
    sets: str | None = None
    if_exists: bool = False

    @property
    def family(self) -> Family:
        """The kind of values it compares."""
        return next(family for start, family in _FAMILIES.items() if self.name.startswith(start))

    @property
    def is_arn(self) -> bool:
        """Whether it compares field by field."""
        return self.name.startswith("Arn")

    @property
    def is_pattern(self) -> bool:
        """Whether wildcards in its values count."""
        return self.name.endswith("Like") or self.is_arn

    @property
    def ignores_case(self) -> bool:
        """Whether upper and lower case are the same to it."""
        return self.name.endswith("IgnoreCase")


Family = Literal["text", "number", "date", "bool", "binary", "address", "null"]

_FAMILIES: dict[str, Family] = {
    "String": "text", "Arn": "text", "Numeric": "number", "Date": "date", "Bool": "bool", "Binary": "binary",
    "IpAddress": "address", "NotIpAddress": "address", "Null": "null",
}  # fmt: skip


def _equals(value: str, wanted: Text) -> bool | None:
    return value == _literal(wanted)


def _equals_ignoring_case(value: str, wanted: Text) -> bool | None:
    return value.lower() == _literal(wanted).lower()


def _like(value: str, wanted: Text) -> bool | None:
    return matches(_pattern(wanted), value)


def _pattern(wanted: Text) -> Glob:
    return compile_tokens(_literal(wanted), wildcard_tokens(wanted))


def _literal(wanted: Text) -> str:
    return "".join(char for char, _ in wanted)


def _arn(value: str, wanted: Text) -> bool | None:
    """Six fields are compared one by one, the sixth keeps its colons. Shorter patterns are documented nowhere."""
    fields = _arn_fields(wanted)
    parts = value.split(":", 5)
    if len(fields) != 6:
        return None
    return len(parts) == 6 and all(
        matches(_pattern(tuple(field)), part) for field, part in zip(fields, parts, strict=True)
    )


def _arn_fields(wanted: Text) -> list[list[tuple[str, bool]]]:
    fields: list[list[tuple[str, bool]]] = [[]]
    for char, is_wild in wanted:
        if char == ":" and len(fields) < 6:
            fields.append([])
        else:
            fields[-1].append((char, is_wild))
    return fields


def _numeric(test: Callable[[int], bool]) -> Comparison:
    def compare(value: str, wanted: Text) -> bool | None:
        from decimal import Decimal

        right = _literal(wanted)
        if not (NUMBER.fullmatch(value) and NUMBER.fullmatch(right)):
            return None
        return test(int(Decimal(value).compare(Decimal(right))))

    return compare


def _date(test: Callable[[int], bool]) -> Comparison:
    def compare(value: str, wanted: Text) -> bool | None:
        left, right = moment(value), moment(_literal(wanted))
        if left is None or right is None:
            return None
        return test((left > right) - (left < right))

    return compare


def moment(text: str) -> float | int | None:
    """A date as policies write it, W3C ISO 8601 or epoch seconds, in seconds; None for a lone year: it could be either."""
    from datetime import datetime

    if _EPOCH.fullmatch(text):
        return int(text)
    if not _ISO_DATE.fullmatch(text):
        return None
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _bool(value: str, wanted: Text) -> bool | None:
    return value.lower() == _literal(wanted).lower()


def _binary(value: str, wanted: Text) -> bool | None:
    from base64 import b64decode

    try:
        return b64decode(value, validate=True) == b64decode(_literal(wanted), validate=True)
    except ValueError:
        return None


def _ip(value: str, wanted: Text) -> bool | None:
    from ipaddress import ip_address, ip_network

    try:
        return ip_address(value) in ip_network(_literal(wanted), strict=False)
    except ValueError:
        return None


_TESTS: dict[str, tuple[Callable[[int], bool], bool]] = {
    "Equals": (lambda order: order == 0, False),
    "NotEquals": (lambda order: order == 0, True),
    "LessThan": (lambda order: order < 0, False),
    "LessThanEquals": (lambda order: order <= 0, False),
    "GreaterThan": (lambda order: order > 0, False),
    "GreaterThanEquals": (lambda order: order >= 0, False),
}

_OPERATORS: tuple[Operator, ...] = (
    Operator("StringEquals", _equals, False),
    Operator("StringNotEquals", _equals, True),
    Operator("StringEqualsIgnoreCase", _equals_ignoring_case, False),
    Operator("StringNotEqualsIgnoreCase", _equals_ignoring_case, True),
    Operator("StringLike", _like, False),
    Operator("StringNotLike", _like, True),
    *(Operator(f"Numeric{name}", _numeric(test), negated) for name, (test, negated) in _TESTS.items()),
    *(Operator(f"Date{name}", _date(test), negated) for name, (test, negated) in _TESTS.items()),
    Operator("Bool", _bool, False),
    Operator("BinaryEquals", _binary, False),
    Operator("IpAddress", _ip, False),
    Operator("NotIpAddress", _ip, True),
    Operator("ArnEquals", _arn, False),
    Operator("ArnLike", _arn, False),
    Operator("ArnNotEquals", _arn, True),
    Operator("ArnNotLike", _arn, True),
    Operator("Null", _bool, False),
)

OPERATORS = {operator.name.lower(): operator for operator in _OPERATORS}
"""Every operator by its lower-case name, without set prefix or IfExists."""


def split_operator(name: str) -> Operator | None:
    """Reads `ForAnyValue:StringLikeIfExists` and the like; None for an operator that does not exist.

    Null takes no IfExists (IAM User Guide: "you can add IfExists to the end of any condition operator name except
    Null").
    """
    sets = None
    folded = name.lower()
    for prefix in ("forallvalues", "foranyvalue"):
        if folded.startswith(prefix + ":"):
            sets, folded = prefix, folded[len(prefix) + 1 :]
    if_exists = folded.endswith("ifexists")
    base = folded[: -len("ifexists")] if if_exists else folded
    operator = OPERATORS.get(base)
    if operator is None or (if_exists and base == "null"):
        return None
    return operator._replace(sets=sets, if_exists=if_exists)
