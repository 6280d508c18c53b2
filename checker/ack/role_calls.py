"""The calls to IAM that bring a role from what it is to what its spec wants, in the ACK IAM controller's order.

Source: aws-controllers-k8s/iam-controller v1.8.1, `pkg/resource/role/sdk.go` (update order: policies, inline policies,
tags, boundary, trust, then what UpdateRole carries; the first error ends the loop) and `hooks.go` (ownership is total:
what the spec does not list is detached or deleted). Recorded with that controller: `tests/ack/recorded.yaml`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..iam.expressions import expression
from ..iam.values import NamedTuple

OWN_TAGS = ("services.k8s.aws/controller-version", "services.k8s.aws/namespace")
"""Tags the controller adds by itself; as an EKS capability it adds tags that begin with `eks:` instead (EKS User Guide,
"Comparing EKS Capability for ACK to self-managed ACK")."""
GIVEN_TAGS = ("aws:", "eks:")
"""How the keys of tags begin that AWS gives; the controller leaves them alone."""
_BAD_ESCAPE = expression(r"%(?![0-9A-Fa-f]{2})")


class Current(NamedTuple):
    """What IAM has: ARNs of attached policies, inline documents by name (their text), boundary ARN, trust document;
    tags, and the settings that have UpdateRole called (`description`, `maxSessionDuration`, `path`), where they were
    read."""

    attached: tuple[str, ...]
    inline: Mapping[str, str]
    boundary: str
    trust: str
    tags: Mapping[str, str] | None = None
    settings: Mapping[str, str] | None = None


class Wanted(NamedTuple):
    """The spec with its references resolved; `settings` as in `Current`, as far as the spec gives them."""

    attached: tuple[str, ...]
    inline: Mapping[str, str]
    boundary: str
    trust: str
    tags: Mapping[str, str]
    settings: Mapping[str, str]


class IamCall(NamedTuple):
    """One call: the operation (`iam:PutRolePolicy`), what it is about (a policy's ARN or name), and its document."""

    operation: str
    about: str = ""
    document: str = ""


def steps(spec: Wanted, current: Current) -> tuple[IamCall, ...]:
    """The calls of the next loop. None are made for a spec with an inline document that `bad_escape` finds fault with.

    An inline document that differs in white space alone is written again; a trust policy is not. A tag whose value
    differs is set and then taken away, so that it is missing until the loop after that.
    """
    calls = [IamCall("iam:AttachRolePolicy", arn) for arn in spec.attached if arn not in current.attached]
    calls += [IamCall("iam:DetachRolePolicy", arn) for arn in current.attached if arn not in spec.attached]
    for name, document in spec.inline.items():
        arriving = unescaped(document)
        if current.inline.get(name) != arriving:
            calls.append(IamCall("iam:PutRolePolicy", name, arriving))
    calls += [IamCall("iam:DeleteRolePolicy", name) for name in current.inline if name not in spec.inline]
    calls += _tags(spec.tags, current.tags) if current.tags is not None else []
    if spec.boundary != current.boundary:
        operation = "iam:PutRolePermissionsBoundary" if spec.boundary else "iam:DeleteRolePermissionsBoundary"
        calls.append(IamCall(operation, spec.boundary or current.boundary))
    if not same_document(spec.trust, current.trust):
        calls.append(IamCall("iam:UpdateAssumeRolePolicy", "", spec.trust))
    calls += _settings(spec.settings, current.settings) if current.settings is not None else []
    return tuple(calls)


def removal(current: Current) -> tuple[IamCall, ...]:
    """The calls that delete a role; one that is in an instance profile is left without its policies."""
    calls = [IamCall("iam:DetachRolePolicy", arn) for arn in current.attached]
    calls += [IamCall("iam:DeleteRolePolicy", name) for name in current.inline]
    return (*calls, IamCall("iam:DeleteRole"))


def bad_escape(documents: Mapping[str, str]) -> str:
    """The error that stops the loop before its first call: an inline document with a `%` that begins no escape, as Go's
    url.QueryUnescape words it; "" where there is none."""
    for document in documents.values():
        escape = _BAD_ESCAPE.search(document)
        if escape:
            return f"invalid URL escape {json.dumps(document[escape.start() : escape.start() + 3])}"
    return ""


def unescaped(document: str) -> str:
    """An inline document as it arrives in IAM: it passes through url.QueryUnescape, so that `+` becomes a space and
    `%2F` a slash. Trust policies and Policy objects arrive as written."""
    if "+" not in document and "%" not in document:
        return document
    from urllib.parse import unquote_plus

    return unquote_plus(document, errors="surrogateescape")


def same_document(one: str, other: str) -> bool:
    """Whether two policy documents mean the same: the order of keys and lists, and one value or a list of one, do not
    count (micahhausler/aws-iam-policy, which the controller compares trust policies with)."""
    try:
        return bool(_normal(json.loads(one)) == _normal(json.loads(other)))
    except (ValueError, RecursionError):
        return one == other


def _tags(wanted: Mapping[str, str], current: Mapping[str, str]) -> list[IamCall]:
    differing = [key for key, value in wanted.items() if current.get(key) != value]
    kept = {*wanted, *OWN_TAGS}
    gone = [key for key in current if key in differing or (key not in kept and not key.startswith(GIVEN_TAGS))]
    return [IamCall("iam:TagRole", key, wanted[key]) for key in differing] + [
        IamCall("iam:UntagRole", key) for key in gone
    ]


def _settings(wanted: Mapping[str, str], current: Mapping[str, str]) -> list[IamCall]:
    """One call for all that differs. What a spec leaves out differs until the controller has filled it in from AWS, and
    a path stays what it was when the role was made, so that the call is made in every loop."""
    differing = [key for key, value in current.items() if wanted.get(key, "") != value]
    return [IamCall("iam:UpdateRole", ", ".join(differing))] if differing else []


def _normal(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _normal(item) for key, item in value.items()}
    if isinstance(value, list):
        items = sorted((_normal(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
        return items[0] if len(items) == 1 else items
    return value
