"""ARNs as values.

Source: IAM User Guide, "Identify AWS resources with Amazon Resource Names (ARNs)".
"""

from __future__ import annotations

from .values import NamedTuple


class Arn(NamedTuple):
    """An ARN, or a pattern of ARNs with six fields; `resource` is all behind the fifth colon."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    def __str__(self) -> str:
        return f"arn:{':'.join(self)}"


def parse_arn(text: str) -> Arn | None:
    """The fields of an ARN; None for text that does not begin with `arn:` or has fewer than six."""
    fields = text.split(":", 5)
    return Arn(*fields[1:]) if len(fields) == 6 and fields[0] == "arn" else None


class RoleName(NamedTuple):
    """A role ARN taken apart: partition, account, and the role's name without its path."""

    partition: str
    account: str
    name: str


def role_name(arn: str) -> RoleName | None:
    """The parts of a role ARN; None for any other text."""
    parsed = parse_arn(arn)
    if parsed is None or parsed.service != "iam" or not parsed.resource.startswith("role/"):
        return None
    name = parsed.resource.rpartition("/")[2] if arn == arn.strip() else ""
    is_account = len(parsed.account) == 12 and parsed.account.isdigit()
    return RoleName(parsed.partition, parsed.account, name) if name and is_account else None
