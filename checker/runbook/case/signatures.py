"""Log lines to events: which failure a line speaks of, and who was refused what.

The patterns are data (signatures.yaml), each with a sample and where it was seen. The wording of an AccessDenied names
the layer that denied (IAM User Guide, "Troubleshoot access denied error messages"); an old or shortened message names
none, and then none is assumed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from ...iam.expressions import expression
from ...iam.values import NamedTuple
from ...live.log.sorting import is_about_keys, is_of_another_token

_FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "signatures.yaml")

_PRINCIPAL = expression(r"User: \\*[\"']?(arn:aws[^\s\"',\\]+)")
_ACTION = expression(r"not authorized to perform:? \\*[\"']?([\w-]+:\w+)")
_OPERATION = expression(r"operation error DynamoDB: (\w+)|when calling the (\w+) operation")
_RESOURCE = expression(r"on resource: \\*[\"']?(arn:aws[^\s\"',\\]+)")
_POLICY = expression(r"explicit deny in [a-z -]{1,60}+: (arn:aws[^\s\",)]+)", re.IGNORECASE)
_AWS_HOST = expression(r"(?<![\w.@-])((?:[\w-]+\.)+(?:amazonaws\.com(?:\.cn)?|api\.aws))(?![\w-])", re.IGNORECASE)
_HOST = expression(
    r"https?://([\w.-]+\w)|lookup ([\w.-]+\.[\w.-]*\w)|(?:ENOTFOUND|EAI_AGAIN) ([\w.-]+\w)"
    r"|UnknownHostException: ([\w.-]+\w)|HTTP request: ([\w-]+\.[\w.-]+\w)|(?:dial tcp|connect E[A-Z]+) ([\d.]+\d)"
    r"|(?<![\w.-])([\w-]{1,63}(?:\.[\w-]{1,63}){1,8}) could not be resolved"
)
_SERVICE = expression(r"operation error (STS|DynamoDB|EKS Auth)|\b(sts|dynamodb|ddb|eks-auth)\.[\w-]+\.", re.IGNORECASE)


class Signature(NamedTuple):
    """One kind of failure, as signatures.yaml describes it."""

    id: str
    pattern: re.Pattern[str]
    sample: str
    source: str


class Event(NamedTuple):
    """Lines of one kind: which signature they have, the fields in them ("" where a line has none), how many times
    and when (RFC 3339), and the line itself, redacted. `is_previous` says that it was before the last restart.
    """

    signature: str
    principal: str
    action: str
    resource: str
    policy: str
    host: str
    times: int
    first: str
    last: str
    line: str
    is_previous: bool = False


@lru_cache(maxsize=1)
def signatures() -> tuple[Signature, ...]:
    """All signatures, in their order."""
    import yaml

    with open(_FILE, encoding="utf-8") as file:
        entries = yaml.load(file, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    return tuple(
        Signature(item["id"], expression(item["pattern"], re.IGNORECASE), item["sample"], item["source"])
        for item in entries
    )


def recognise(line: str) -> str:
    """The signature of a line, or ""."""
    return next((item.id for item in signatures() if item.pattern.search(line)), "")


def read_events(lines: Iterable[dict[str, Any]], *, is_previous: bool = False) -> tuple[Event, ...]:
    """The events among the recorded lines of a log (see `live.log.read`)."""
    events = []
    for line in lines:
        text = line["text"]
        signature = recognise(text)
        # Words such as "connection refused" stand in lines about the proxy's own traffic too.
        if signature and is_about_keys(text) and not (_is_of_another_system(text) or is_of_another_token(text)):
            events.append(_event(signature, text, line, is_previous))
    return tuple(events)


_OTHER_SYSTEM = expression(
    r"\b(?:redis|memcached?|pq|postgres\w*|mysql|mariadb|mongo\w*|vault|hvac|kafka|ldap|idp|etcd|consul|oauth2?)\b",
    re.IGNORECASE,
)
_OF_AWS = expression(
    r"amazonaws|\.api\.aws|dynamo|\bddb\b|\bsts\b|assume-?role|169\.254\.|boto|aws-?sdk", re.IGNORECASE
)


def _is_of_another_system(text: str) -> bool:
    """Whether a line names another system and nothing of AWS: its timeouts, tokens and pools are not DynamoDB's."""
    return _OTHER_SYSTEM.search(text) is not None and _OF_AWS.search(text) is None


def _event(signature: str, text: str, line: dict[str, Any], is_previous: bool) -> Event:
    operation = _first(_OPERATION, text)
    service = "sts" if operation.startswith("AssumeRole") else "dynamodb"
    action = _first(_ACTION, text) or (f"{service}:{operation}" if operation else "")
    return Event(
        signature=signature,
        principal=_first(_PRINCIPAL, text),
        action=action,
        resource=_first(_RESOURCE, text),
        policy=_first(_POLICY, text).rstrip("."),
        host=_host(text),
        times=int(line["count"]),
        first=str(line["first"]),
        last=str(line["last"]),
        line=text,
        is_previous=is_previous,
    )


def _host(text: str) -> str:
    """The host that a line speaks of: one of AWS before any other, whatever the SDK's words around it."""
    return (_first(_AWS_HOST, text) or _first(_HOST, text)).lower()


def service_of(event: Event) -> str:
    """The service that an event is about: sts, dynamodb, eks-auth, or "" where the line does not say."""
    service = _first(_SERVICE, event.line).lower().replace(" ", "-")
    return "dynamodb" if service == "ddb" else service


def _first(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return next((group for group in match.groups() if group), "") if match else ""
