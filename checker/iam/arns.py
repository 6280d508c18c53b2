"""ARNs, taken apart."""

from __future__ import annotations

from typing import NamedTuple


class RoleName(NamedTuple):
    """A role ARN taken apart: partition, account, and the role's name without its path."""

    partition: str
    account: str
    name: str


def role_name(arn: str) -> RoleName | None:
    """The parts of a role ARN, or None where it is none."""
    fields = arn.split(":", 5)
    if len(fields) != 6 or fields[0] != "arn" or fields[2] != "iam" or not fields[5].startswith("role/"):
        return None
    name = fields[5].rpartition("/")[2]
    return RoleName(fields[1], fields[4], name) if name and len(fields[4]) == 12 and fields[4].isdigit() else None
