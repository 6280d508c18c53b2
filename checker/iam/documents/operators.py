"""The 27 condition operators: how one request value compares with one policy value.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators". Operator names ignore case. A comparison that
cannot be made (a number that is none) gives None, "cannot tell", rather than a guess.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from ..expressions import expression
from ..patterns.globs import Text, field_glob, matches, text_glob
from ..values import NamedTuple

if TYPE_CHECKING:
    from decimal import Decimal
    from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

NUMBER = expression(r"[-+]?[0-9]{1,40}(\.[0-9]{1,40})?")
_EPOCH = expression(r"[0-9]{5,15}")
_ISO_DATE = expression(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+(Z|[-+][0-9]{2}:?[0-9]{2})?)?")

Comparison = Callable[[str, Text, str], "bool | None"]
"""Compares a request value with a policy value, which comes with its wildcards marked and as plain characters."""


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


def _equals(value: str, wanted: Text, plain: str) -> bool | None:
    return value == plain


def _equals_ignoring_case(value: str, wanted: Text, plain: str) -> bool | None:
    return value.lower() == plain.lower()


def _like(value: str, wanted: Text, plain: str) -> bool | None:
    return matches(text_glob(wanted), value)


def _arn(value: str, wanted: Text, plain: str) -> bool | None:
    """Six fields are compared one by one, the sixth keeps its colons. Shorter patterns are documented nowhere."""
    if plain.count(":") < 5:
        return None
    return matches(field_glob(wanted), value)


def _numeric(test: Callable[[int], bool]) -> Comparison:
    def compare(value: str, wanted: Text, plain: str) -> bool | None:
        left, right = _number(value), _number(plain)
        return None if left is None or right is None else test((left > right) - (left < right))

    return compare


@lru_cache(maxsize=4096)
def _number(text: str) -> Decimal | None:
    from decimal import Decimal

    return Decimal(text) if NUMBER.fullmatch(text) else None


def _date(test: Callable[[int], bool]) -> Comparison:
    def compare(value: str, wanted: Text, plain: str) -> bool | None:
        left, right = moment(value), moment(plain)
        if left is None or right is None:
            return None
        return test((left > right) - (left < right))

    return compare


@lru_cache(maxsize=4096)
def moment(text: str) -> float | int | None:
    """A date as policies write it, W3C ISO 8601 or epoch seconds, in seconds; None for a lone, ambiguous year."""
    from datetime import UTC, datetime

    if _EPOCH.fullmatch(text):
        return int(text)
    if not _ISO_DATE.fullmatch(text):
        return None
    try:
        date = datetime.fromisoformat(text)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _bool(value: str, wanted: Text, plain: str) -> bool | None:
    return value.lower() == plain.lower()


def _binary(value: str, wanted: Text, plain: str) -> bool | None:
    from base64 import b64decode

    try:
        return b64decode(value, validate=True) == b64decode(plain, validate=True)
    except ValueError:
        return None


def _ip(value: str, wanted: Text, plain: str) -> bool | None:
    address, network = _address(value), _network(plain)
    return None if address is None or network is None else address in network


def is_address(text: str) -> bool:
    """Whether a text can stand under IpAddress: an address or a CIDR range."""
    return _network(text) is not None


@lru_cache(maxsize=4096)
def _address(text: str) -> IPv4Address | IPv6Address | None:
    from ipaddress import ip_address

    try:
        return ip_address(text)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def _network(text: str) -> IPv4Network | IPv6Network | None:
    from ipaddress import ip_network

    try:
        return ip_network(text, strict=False)
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


@lru_cache(maxsize=256)
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
            break
    if_exists = folded.endswith("ifexists")
    base = folded[: -len("ifexists")] if if_exists else folded
    operator = OPERATORS.get(base)
    if operator is None or (if_exists and base == "null"):
        return None
    return operator._replace(sets=sets, if_exists=if_exists)
