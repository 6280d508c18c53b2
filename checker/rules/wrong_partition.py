"""A statement whose resources, or principals, are all in another partition than the cell.

What it does
    Compares the partition of resource ARNs, and of principals in trust
    policies, with the one that the cell's region belongs to: `aws-cn` for
    China, `aws-us-gov` for GovCloud, else `aws`.
    Statements that list several partitions on purpose are left alone.

Why it matters
    Partitions never cross. `arn:aws:…` in a China account is accepted and
    silently grants nothing.

Example
        "Resource": "arn:aws-cn:dynamodb:us-east-1:111122223333:table/auth-keys"

Use instead
        "Resource": "arn:aws:dynamodb:us-east-1:111122223333:table/auth-keys"

Source
    IAM User Guide, "Amazon Resource Names (ARNs)" (partitions).
"""

from __future__ import annotations

from collections.abc import Iterator

from ..iam.globs import matches, wildcard_glob
from .problem import Facts, Problem
from .statements import problem_in, statements

ID = "wrong-partition"
SEVERITY = "error"


def check(facts: Facts) -> Iterator[Problem]:
    due = partition_of(facts.parameters.get("region", ""))
    for written in statements(facts) if due else ():
        named = [
            principal.entry for principal in written.statement.principals if principal.entry.text.startswith("arn:")
        ]
        entries = named if written.text.kind == "trust" else written.statement.resources
        found = [(entry, entry.text.split(":", 2)[1]) for entry in entries if ":" in entry.text]
        if not found or len(found) < len(entries) or written.statement.not_resources:
            continue
        if any(matches(wildcard_glob(partition), due) or "${" in partition for _, partition in found):
            continue
        for entry, partition in found:
            wrong = f"{entry.text} is in the partition {partition}, the cell is in {due}"
            why = "partitions never cross: AWS takes the statement, and it has no effect"
            yield problem_in(written, entry.path, wrong, why, f"write arn:{due}:…", entry.text)


def partition_of(region: str) -> str:
    """The partition a region belongs to; "" for no region."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws" if region else ""
