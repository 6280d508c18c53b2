"""Failures to reach a host, by kind of host: STS, an account's own DynamoDB endpoint, or any other."""

from __future__ import annotations

import re

from ...iam.expressions import expression
from ..case.case import Case
from ..case.signatures import Event, service_of

_ACCOUNT_HOST = expression(r"(?:\d{12}|<account-id>)\.ddb\.")
_STS_HOST = expression(r"^sts\.|\bsts\b|^oidc\.")


def sts_hosts(case: Case) -> tuple[Event, ...]:
    """STS cannot be reached, or is not active in the region."""
    return (*case.having("sts-region-disabled"), *(event for event in _failures(case) if _kind(event) == "sts"))


def account_hosts(case: Case) -> tuple[Event, ...]:
    """The account's own endpoint for DynamoDB cannot be reached."""
    return tuple(event for event in _failures(case) if _kind(event) == "account")


def other_hosts(case: Case) -> tuple[Event, ...]:
    """Everything else that cannot be reached."""
    return tuple(event for event in _failures(case) if _kind(event) == "" and not _is_elsewhere(event))


def _is_elsewhere(event: Event) -> bool:
    """Whether a line names a host or another service that is none of those the proxy needs: the Kubernetes API, a
    control plane, KMS; or tells of text that could not be decoded, which ends in an EOF as well."""
    if _IP_ADDRESS.fullmatch(event.host):
        # AWS listens on 443; a cache, a database or the loopback interface is something else.
        port = re.search(rf"{re.escape(event.host)}:(\d+)", event.line)
        return event.host.startswith("127.") or (port is not None and port[1] not in ("443", "80"))
    if event.host:
        return _NEEDED_HOST.search(event.host) is None
    return _OTHER_SERVICE.search(event.line) is not None or _DECODING.search(event.line) is not None


_IP_ADDRESS = expression(r"[\d.]+\d")
_NEEDED_HOST = expression(r"\bdynamodb\b|\bddb\b|\bsts\b|\bkms\b|\beks-auth\b|^oidc\.|\bvpce\b")
_OTHER_SERVICE = expression(r"operation error (?!STS|DynamoDB|EKS Auth)[\w ]{1,60}:")
_DECODING = expression(r"(?:unmarshal|decod|pars|json)\w{0,80}+.{0,80}\bEOF\b", re.IGNORECASE)


def _failures(case: Case) -> tuple[Event, ...]:
    return case.having("network")


def _kind(event: Event) -> str:
    if _ACCOUNT_HOST.search(event.line):
        return "account"
    is_of_sts = service_of(event) in ("sts", "eks-auth") or event.action.startswith("sts:")
    if _STS_HOST.search(event.host) or (not event.host and is_of_sts):
        return "sts"
    return ""
