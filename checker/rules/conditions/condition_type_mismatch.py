"""A condition whose operator does not fit the type of its key, or whose value is none of that type.

What it does
    Compares operators with the types of known keys: operators for numbers,
    dates, truth values and IP addresses fit only such keys, and keys for
    addresses take no other operators. A number, date, truth value or ARN may
    be compared as text. Checks that the values under these operators can be
    read.

Why it matters
    A comparison that cannot be made does not hold. In an Allow the statement
    then grants nothing.

Example
        "Condition": {"IpAddress": {"aws:SourceVpce": "10.0.0.0/8"},
          "Bool": {"aws:SecureTransport": "yes"}}

Use instead
        "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"},
          "Bool": {"aws:SecureTransport": "true"}}

Source
    IAM User Guide, "IAM JSON policy elements: Condition operators"; the types
    of keys: Service Authorization Reference, "AWS global condition context
    keys"; Access Analyzer policy checks, "Type mismatch".
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.problem import Problem
from ...iam.catalogue.condition_keys import ConditionKey, find_key
from ...iam.documents.document import Condition
from ...iam.documents.operators import NUMBER, Family, Operator, is_address, moment
from ...project.project import DocumentFacts
from ..rule import About
from ..statements._statements import conditions, problem_in, statements

ABOUT = About("condition-type-mismatch", "warning", precision="medium", rests_on=("Condition",))

_FITTING: dict[str, tuple[Family, ...]] = {
    "String": ("text",),
    "ARN": ("text",),
    "Bool": ("bool", "text"),
    "Numeric": ("number", "text"),
    "Date": ("date", "number", "text"),
    "IPAddress": ("address",),
    "Binary": ("binary",),
}
"""The operators that make sense for each type: any value can be compared as text, except addresses, whose text says
little."""

_SHOWN = {
    "number": "Numeric…", "date": "Date…", "bool": "Bool", "address": "IpAddress", "text": "String…",
    "binary": "BinaryEquals",
}  # fmt: skip


def check_document(document: DocumentFacts) -> Iterator[Problem]:
    why = "a comparison that cannot be made does not hold, whatever the request"
    for written in statements(document.inventory):
        for item, operator in conditions(written):
            key = find_key(item.key)
            if key is not None and operator.family != "null" and operator.family not in _FITTING.get(key.type, ()):
                wrong = f"{item.operator} does not fit {item.key}, which holds {_a(key)}"
                hint = (
                    f"use {_SHOWN[_FITTING[key.type][0]]} operators" if key.type in _FITTING else "see the key's page"
                )
                yield problem_in(written, item.path, wrong, why, hint, item.key, "key")
                continue
            for value in _unreadable(item, operator):
                wrong = f"{value!r} under {item.operator} is no {_KINDS[operator.family]}"
                yield problem_in(written, item.path, wrong, why, _EXAMPLES[operator.family], value)


_KINDS = {"number": "number", "date": "date", "bool": "truth value", "address": "IP address or range"}
_EXAMPLES = {
    "number": "write digits, with a point if need be",
    "date": "write it as 2026-11-24T10:00:00Z, or in epoch seconds",
    "bool": 'write "true" or "false"',
    "address": "write it as 10.0.0.0/8 or 2001:db8::/32",
}


def _unreadable(item: Condition, operator: Operator) -> Iterator[str]:
    for value in item.values:
        if "${" not in value and operator.family in _KINDS and not _is_readable(value, operator.family):
            yield value


def _is_readable(value: str, family: Family) -> bool:
    if family == "number":
        return NUMBER.fullmatch(value) is not None
    if family == "date":
        return moment(value) is not None
    return value.lower() in ("true", "false") if family == "bool" else is_address(value)


def _a(key: ConditionKey) -> str:
    words = {"Bool": "a truth value", "Numeric": "a number", "Date": "a date", "IPAddress": "an IP address"}
    return words.get(key.type, "an ARN" if key.type == "ARN" else "text")
