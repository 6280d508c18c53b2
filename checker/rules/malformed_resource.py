"""A resource ARN that can match nothing.

What it does
    Compares each Resource string with the ARNs its service has: six fields,
    an account of 12 digits, a region that exists in form, a resource part
    that begins as one of the service's resource types does.

Why it matters
    AWS accepts any text that begins with `arn:`. An ARN of a shape that no
    resource has grants nothing, and in a Deny it denies nothing.

Example
        "Resource": "arn:aws:dynamodb:us-east-1:111122223333:tables/auth-keys"

Use instead
        "Resource": "arn:aws:dynamodb:us-east-1:111122223333:table/auth-keys"

Source
    IAM User Guide, "Amazon Resource Names (ARNs)"; Service Authorization
    Reference, table "Resource types" of each service.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..iam.catalogue import Service, service
from ..iam.resource_types import is_of_any_type
from .problem import Facts, Problem
from .statements import problem_in, statements

ID = "malformed-resource"
SEVERITY = "warning"

_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d+|")
_ACCOUNT = re.compile(r"\d{12}|aws|cloudfront|")


def check(facts: Facts) -> Iterator[Problem]:
    for written in statements(facts, "identity", "resource"):
        for entry in written.statement.resources:
            wrong = fault(entry.text)
            if wrong is not None:
                why = "AWS takes it, and it matches no resource, so this part of the statement has no effect"
                yield problem_in(written, entry.path, f"{entry.text} {wrong[0]}", why, wrong[1], entry.text)


def fault(arn: str) -> tuple[str, str] | None:
    """What is wrong with an ARN pattern, and what to write."""
    if arn == "*":
        return None
    if arn != arn.strip():
        return "has a space at its end", f'write "{arn.strip()}"'
    fields = arn.split(":", 5)
    if any("/" in field for field in fields[3:5]):
        return "has too few colons: a slash stands where a region or an account is due", _ask(fields[2:3])
    if len(fields) < 6:
        # A star at the end may run over the missing fields.
        return None if arn.endswith("*") else (f"has {len(fields)} fields, an ARN has six", _ask(fields[2:3]))
    _, _, prefix, region, account, _ = fields
    if not _is_open(region) and not _REGION.fullmatch(region):
        return f"names {region!r} as its region", "write a region such as us-east-1"
    if not _is_open(account) and not _ACCOUNT.fullmatch(account):
        return f"names {account!r} as its account", "write the 12 digits of the account"
    known = service(prefix)
    if known is None or not known.resources or "${" in arn or _has_a_type(arn, known):
        return None
    return f"has the form of no resource of {known.name}", _ask([prefix])


def _is_open(field: str) -> bool:
    return "*" in field or "?" in field or "${" in field


def _has_a_type(arn: str, known: Service) -> bool:
    return is_of_any_type(arn, known.prefix, tuple(known.resources))


def _ask(prefixes: list[str]) -> str:
    known = service(prefixes[0]) if prefixes else None
    arns = [item.arn for item in known.resources.values()] if known else []
    shortest = sorted(arns, key=len)[:3]
    return (
        f"write one of the form {' or '.join(shortest)}" if shortest else "write arn:PARTITION:SERVICE:REGION:ACCOUNT:…"
    )
