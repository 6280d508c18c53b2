"""What a condition key is: its type, and which actions' requests can carry it.

Sources: the service catalogue for service keys, `global_keys` for those of every service, and for the few keys that
one service puts into requests to others the section "Other cross-service condition keys" of IAM User Guide, "AWS global
condition context keys".
"""

from __future__ import annotations

import re
from functools import lru_cache

from ..expressions import expression
from ..values import NamedTuple
from .catalogue import expand, find_action, service
from .global_keys import GLOBAL_KEYS

_CROSS_SERVICE = {
    "ec2:RoleDelivery": "Numeric", "ec2:SourceInstanceArn": "ARN", "glue:RoleAssumedBy": "String",
    "glue:CredentialIssuingService": "String", "codebuild:BuildArn": "ARN", "codebuild:ProjectArn": "ARN",
    "lambda:SourceFunctionArn": "ARN", "ssm:SourceInstanceArn": "ARN", "identitystore:UserId": "String",
}  # fmt: skip


class ConditionKey(NamedTuple):
    """A known key as AWS writes it, its type without "ArrayOf", and whether it has several values in one request."""

    name: str
    type: str
    is_list: bool


@lru_cache(maxsize=4096)
def find_key(key: str) -> ConditionKey | None:
    """The key (any case, with a tag's key filled in), or None for one that nothing lists."""
    prefix = key.partition(":")[0].lower()
    candidates = (_look_up(table, key.lower()) for table in (_everywhere(), _of_service(prefix)))
    return next((item for item in candidates if item), None)


def is_list(key: str) -> bool:
    """Whether a key is known to have several values in one request."""
    known = find_key(key)
    return known is not None and known.is_list


def claim_of(key: str) -> str:
    """The identity provider (lower case) whose claim or attribute a key is: `cognito-identity.amazonaws.com` of
    `cognito-identity.amazonaws.com:sub`, "saml" of `saml:aud`; "" for another key. A session carries only those
    of the provider it came through (IAM User Guide, "IAM and AWS STS condition context keys").
    """
    folded = key.lower()
    host = folded.partition(":")[0]
    return folded.rpartition(":")[0] if "." in host or host == "saml" else ""


@lru_cache(maxsize=4096)
def never_carried(action: str, key: str) -> bool:
    """Whether requests for an action certainly never carry a key: one of another service, or one of DynamoDB's that its
    reference does not list for the action. Within other services, and about tags, the lists are not sure enough for a
    decision, so those keys are left open."""
    folded, prefix = key.lower(), key.partition(":")[0].lower()
    if prefix in ("", "aws") or ":" not in folded or _look_up(_everywhere(), folded) is not None:
        return False
    is_sure = prefix != action.partition(":")[0].lower() or prefix == "dynamodb"
    return is_sure and find_key(key) is not None and find_action(action) is not None and not carries(action, key)


_ALSO_CARRIED = {("dynamodb:conditioncheckitem", "dynamodb:enclosingoperation")}
"""What the reference leaves out: a ConditionCheckItem is always part of a transaction, and the DynamoDB Developer
Guide, "Using IAM with DynamoDB transactions", allows and denies it under this key."""


def carries(action: str, key: str) -> bool:
    """Whether requests for an action (`service:Name`) can carry a known key. For an action that is not listed: yes."""
    if _look_up(_everywhere(), key.lower()) and not _is_tag_of_a_resource(key):
        return True
    known, listed = service(action.partition(":")[0]), find_action(action)
    if known is None or listed is None or (action.lower(), key.lower()) in _ALSO_CARRIED:
        return True
    names = (*listed.keys, *(name for kind in listed.on for name in known.resources[kind].keys))
    return _look_up({name.lower(): ConditionKey(name, "", False) for name in names}, key.lower()) is not None


def carriers(patterns: tuple[str, ...], key: str) -> tuple[str, ...] | None:
    """Those of the actions behind some Action strings whose requests can carry a key; None where the actions are too
    many to be listed (`*`), or not listed."""
    carrying: list[str] = []
    for pattern in patterns:
        actions = expand(pattern)
        if not actions or find_action(actions[0]) is None:
            return None
        carrying += (action for action in actions if carries(action, key))
    return tuple(carrying)


def closest_key(key: str) -> str | None:
    """The known key that an unknown one was perhaps meant to be."""
    import difflib

    listed = (*_everywhere().values(), *_of_service(key.partition(":")[0].lower()).values())
    names = {item.name.lower(): item.name for item in listed}
    close = difflib.get_close_matches(key.lower(), names, 1, 0.8)
    return names[close[0]] if close else None


def _is_tag_of_a_resource(key: str) -> bool:
    """These are global by name, but only part of requests on resources that have tags."""
    return key.lower().startswith(("aws:resourcetag/", "aws:requesttag/", "aws:tagkeys"))


@lru_cache(maxsize=1)
def _everywhere() -> dict[str, ConditionKey]:
    return {name.lower(): _key(name, kind) for name, kind in (GLOBAL_KEYS | _CROSS_SERVICE).items()}


@lru_cache(maxsize=512)
def _of_service(prefix: str) -> dict[str, ConditionKey]:
    known = service(prefix)
    return {folded: _key(name, kind) for folded, (name, kind) in known.key_types.items()} if known else {}


def _key(name: str, kind: str) -> ConditionKey:
    return ConditionKey(name, kind.removeprefix("ArrayOf"), kind.startswith("ArrayOf"))


_VARIABLE = expression(r"\\\$\\\{[^{}]*\\\}|<[^<>]*+>")


def _look_up(table: dict[str, ConditionKey], folded: str) -> ConditionKey | None:
    if folded in table:
        return table[folded]
    return next(
        (key for name, key in table.items() if ("${" in name or "<" in name) and _template(name).fullmatch(folded)),
        None,
    )


@lru_cache(maxsize=512)
def _template(name: str) -> re.Pattern[str]:
    """A key with `${TagKey}` in it as a pattern: a tag's key may hold anything, slashes and colons too."""
    return re.compile(_VARIABLE.sub(".+", re.escape(name)), re.DOTALL)
