"""Partitions of AWS: which one a region belongs to, and which ARNs of a document IAM refuses for theirs.

Source: botocore's list of partitions (`partitions.json`, regionRegex). That IAM refuses a whole document for one ARN of
another partition ("MalformedPolicyDocument: Partition "aws" is not valid for resource …"): aws/chalice#777,
terraform-aws-modules/terraform-aws-iam#309, kubernetes/kops#6763.
"""

from __future__ import annotations

from collections.abc import Iterator

from .document import Document, Entry

_BY_START = {
    "cn-": "aws-cn", "us-gov-": "aws-us-gov", "us-iso-": "aws-iso", "us-isob-": "aws-iso-b", "eu-isoe-": "aws-iso-e",
    "us-isof-": "aws-iso-f", "eusc-": "aws-eusc",
}  # fmt: skip


def partition_of(region: str) -> str:
    """The partition a region belongs to; "" for no region."""
    return next((name for start, name in _BY_START.items() if region.startswith(start)), "aws" if region else "")


def partition_in(text: str) -> str:
    """The partition that an ARN names; "" for a pattern, a variable, and for what is no ARN."""
    fields = text.split(":", 2)
    is_plain = len(fields) == 3 and fields[0] == "arn" and not any(char in fields[1] for char in "*?${")
    return fields[1] if is_plain else ""


def foreign(document: Document, due: str) -> Iterator[Entry]:
    """The resources and principals of a document that are not in the partition `due`; where that is not known (""),
    those that are not in the one of the first, since no account takes both."""
    entries = [entry for statement in document.statements for entry in statement.resources]
    entries += [principal.entry for statement in document.statements for principal in statement.principals]
    named = [(entry, partition) for entry in entries if (partition := partition_in(entry.text))]
    due = due or (named[0][1] if named else "")
    yield from (entry for entry, partition in named if partition != due)
