"""A resource ARN that can match nothing.

What it does
    Compares each Resource string with the ARNs its service has: six fields,
    a region that there is, an account of 12 digits (both where resources of
    the service have them), no variable in front of the resource part, and a
    resource part that begins as one of the service's resource types does.

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
from collections.abc import Collection, Iterator
from functools import lru_cache

from ...findings.problem import Problem
from ...iam.arns import parse_arn
from ...iam.catalogue.catalogue import Service, service
from ...iam.catalogue.resource_types import INCOMPLETE, is_of_any_type
from ...iam.documents.regions import REGIONS
from ...iam.expressions import expression
from ...project.project import DocumentFacts
from ..rule import About
from ._statements import problem_in, statements

ABOUT = About("malformed-resource", "warning", rests_on=())

_REGION = expression(r"[a-z]{2,4}(-[a-z]+)+-\d+|")
_REGIONAL = ("dynamodb", "kinesis", "kms", "lambda", "logs", "secretsmanager", "sns", "sqs", "states")
"""Services whose resources all have a region and an account, unless their ARN template says otherwise. Other services
have resources of AWS's own (`arn:aws:ssm:us-east-1::parameter/aws/…`)."""
_ACCOUNT = expression(r"\d{12}|aws|cloudfront|")


def check_document(document: DocumentFacts) -> Iterator[Problem]:
    for written in statements(document.inventory, "identity", "resource"):
        for entry in written.statement.resources:
            wrong = fault(entry.text)
            if wrong is not None:
                why = "AWS takes it, and it matches no resource, so this part of the statement has no effect"
                yield problem_in(written, entry.path, f"{entry.text} {wrong[0]}", why, wrong[1], entry.text)


@lru_cache(maxsize=8192)
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
    if account == "aws":
        return None  # what AWS itself owns, which the reference does not list: transforms, managed policies
    if not _is_open(region) and not _REGION.fullmatch(region):
        return f"names {region!r} as its region", "write a region such as us-east-1"
    if region and not _is_open(region) and region not in REGIONS:
        return f"names the region {region!r}, which is not among the regions of AWS", _or_rather(region, REGIONS)
    variable = next((name for name, field in (("region", region), ("account", account)) if "${" in field), "")
    if variable:
        wrong = f"has a variable as its {variable}: variables count behind the fifth colon only"
        return wrong, f"write the {variable}, or * for any"
    empty = _left_empty(prefix, region, account, fields[5])
    if empty:
        return f"has no {empty}, and every resource of {prefix} has one", f"write the {empty}, or * for any"
    if not _is_open(account) and not _ACCOUNT.fullmatch(account):
        return f"names {account!r} as its account", "write the 12 digits of the account"
    known = service(prefix)
    is_open = known is None or not known.resources or known.prefix in INCOMPLETE or "${" in arn
    if known is None or is_open or _has_a_type(arn, known):
        return None
    return f"has the form of no resource of {known.name}", _ask([prefix])


def _left_empty(prefix: str, region: str, account: str, resource: str) -> str:
    """The field that is empty although the resources have one: "region", "account", or "" for none."""
    known = service(prefix)
    if known is None or known.prefix not in _REGIONAL or resource == "*":
        return ""
    templates = [parse_arn(item.arn) for item in known.resources.values()]
    kind = re.split("[/:*?]", resource, maxsplit=1)[0]
    fitting = [item for item in templates if item and item.resource.startswith(("$", kind))]
    if fitting and not region and all(item.region for item in fitting):
        return "region"
    if fitting and not account and all(item.account for item in fitting):
        return "account"
    return ""


def _or_rather(given: str, known: Collection[str]) -> str:
    # Letters that changed places come first: us-esat-1 is us-east-1.
    same = [name for name in known if sorted(name) == sorted(given)]
    import difflib

    close = same or difflib.get_close_matches(given, list(known), 1, 0.6)
    return f"did you mean {close[0]}?" if close else "see the list of AWS's regions"


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
