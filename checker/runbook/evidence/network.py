"""Failures to reach a host, by kind of host: STS, an account's own DynamoDB endpoint, or any other."""

from __future__ import annotations

import re

from ..case.case import Case
from ..case.signatures import Event, service_of

_ACCOUNT_HOST = re.compile(r"(?:\d{12}|<account-id>)\.ddb\.")
_STS_HOST = re.compile(r"^sts\.|\bsts\b|^oidc\.")


def sts_hosts(case: Case) -> tuple[Event, ...]:
    """STS cannot be reached, or is not active in the region."""
    return (*case.having("sts-region-disabled"), *(event for event in _failures(case) if _kind(event) == "sts"))


def account_hosts(case: Case) -> tuple[Event, ...]:
    """The account's own endpoint for DynamoDB cannot be reached."""
    return tuple(event for event in _failures(case) if _kind(event) == "account")


def other_hosts(case: Case) -> tuple[Event, ...]:
    """Everything else that cannot be reached."""
    return tuple(event for event in _failures(case) if _kind(event) == "")


def _failures(case: Case) -> tuple[Event, ...]:
    return case.having("network")


def _kind(event: Event) -> str:
    if _ACCOUNT_HOST.search(event.line):
        return "account"
    if _STS_HOST.search(event.host) or (not event.host and service_of(event) in ("sts", "eks-auth")):
        return "sts"
    return ""
