"""Partitions and regions of AWS, and which one a region or an ARN belongs to.

Source: botocore's list of partitions (`partitions.json`, regionRegex).
"""

from __future__ import annotations

from functools import lru_cache

_BY_START = {
    "cn-": "aws-cn", "us-gov-": "aws-us-gov", "us-iso-": "aws-iso", "us-isob-": "aws-iso-b", "eu-isoe-": "aws-iso-e",
    "us-isof-": "aws-iso-f", "eusc-": "aws-eusc",
}  # fmt: skip


PARTITIONS = ("aws", *_BY_START.values())

REGIONS = frozenset({
    "af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1",
    "ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5",
    "ap-southeast-6", "ap-southeast-7", "ca-central-1", "ca-west-1", "eu-central-1", "eu-central-2",
    "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3", "il-central-1",
    "me-central-1", "me-south-1", "me-west-1", "mx-central-1", "sa-east-1", "sa-west-1", "us-east-1",
    "us-east-2", "us-west-1", "us-west-2", "cn-north-1", "cn-northwest-1", "eusc-de-east-1", "us-iso-east-1",
    "us-iso-west-1", "us-isob-east-1", "us-isob-west-1", "eu-isoe-west-1", "us-isof-east-1", "us-isof-south-1",
    "us-gov-east-1", "us-gov-west-1",
})  # fmt: skip
"""The regions that botocore 1.44.8 lists, in all partitions. AWS opens a few each year."""


def partition_of(region: str) -> str:
    """The partition a region belongs to; "" for no region."""
    return next((name for start, name in _BY_START.items() if region.startswith(start)), "aws" if region else "")


@lru_cache(maxsize=8_192)
def partition_in(text: str) -> str:
    """The partition that an ARN names; "" for a pattern, a variable, and for what is no ARN."""
    fields = text.split(":", 2)
    is_plain = len(fields) == 3 and fields[0] == "arn" and not any(char in fields[1] for char in "*?${")
    return fields[1] if is_plain else ""
