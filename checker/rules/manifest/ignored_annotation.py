"""An annotation that has no effect where it stands.

What it does
    Reports annotations that ACK reads from the Namespace only
    (owner-account-id, team-id, endpoint-url, default-region) on an ACK object,
    service-prefixed deletion policies there, misspelled services.k8s.aws/
    annotations, and adoption-fields that are no JSON object of strings beside
    adopt-or-create: the controller then looks for what the spec names. On a
    ServiceAccount, eks.amazonaws.com/ annotations that EKS does not know, and
    eks.amazonaws.com/role-arn as a label.

Why it matters
    The object is reconciled as if the annotation were not there: in the
    controller's own account and region, perhaps not the one in which the
    reverse proxy looks for its role. The pods of the service account get no
    credentials.

Example
        kind: Role
        metadata: {annotations: {services.k8s.aws/owner-account-id: "111122223333"}}

Use instead
        kind: Namespace
        metadata: {annotations: {services.k8s.aws/owner-account-id: "111122223333"}}

Source
    ACK runtime, pkg/runtime/cache/namespace.go and pkg/runtime/reconciler.go
    (getOwnerAccountID, getRegion); aws/amazon-eks-pod-identity-webhook, README
    (annotations of service accounts and pods).
"""

from __future__ import annotations

from collections.abc import Iterator

from ...ack.kinds import BY_NAME, is_checked
from ...ack.placeholders import find_in_text
from ...findings.place import at
from ...findings.problem import Problem
from ...iam.documents.paths import Path
from ...inventory.objects import Object, called
from ...project.project import DocumentFacts
from ..rule import About
from .invalid_annotation import is_string_map

ABOUT = About("ignored-annotation", "warning", rests_on=())

_PREFIX = "services.k8s.aws/"
_ON_NAMESPACE = ("owner-account-id", "team-id", "endpoint-url", "default-region")
_ON_OBJECT = (
    "region", "deletion-policy", "adoption-policy", "adoption-fields", "adopted", "read-only", "ignore-field-drift",
)  # fmt: skip


def check_document(document: DocumentFacts) -> Iterator[Problem]:
    for item in document.inventory.objects:
        if (item.api_version, item.kind) == ("v1", "ServiceAccount"):
            yield from _of_eks(item)
        if not is_checked(item.api_version, item.kind):
            continue
        for key in item.annotations:
            hint = _hint(key) or _of_adoption(item.annotations, key, item.kind)
            if hint:
                yield Problem(
                    at(item, ("metadata", "annotations", key), "key"),
                    f"{called(item)}: the annotation {key} has no effect here",
                    "the controller works as if it were not there, perhaps in another account or region",
                    hint,
                    item,
                    value=key,
                )


_EKS = "eks.amazonaws.com/"
_KNOWN_TO_EKS = ("role-arn", "audience", "sts-regional-endpoints", "token-expiration")


def _of_eks(item: Object) -> Iterator[Problem]:
    """What somebody meant for EKS on a service account, and EKS does not read."""
    for key in item.annotations:
        prefix, _, name = key.rpartition("/")
        if f"{prefix}/" == _EKS and name not in _KNOWN_TO_EKS:
            import difflib

            close = difflib.get_close_matches(name, _KNOWN_TO_EKS, 1)
            hint = f"write {_EKS}{close[0]}" if close else f"EKS knows {', '.join(_KNOWN_TO_EKS)}"
            yield _unread_by_eks(item, ("metadata", "annotations", key), f"the annotation {key}", hint)
    labels = item.data.get("metadata", {}).get("labels")
    for key in labels if isinstance(labels, dict) else ():
        if str(key) == f"{_EKS}role-arn":
            hint = "write it under annotations"
            yield _unread_by_eks(item, ("metadata", "labels", key), f"the label {key}", hint)


def _unread_by_eks(item: Object, path: Path, what: str, hint: str) -> Problem:
    message = f"{called(item)}: {what} has no effect here"
    why = "the pods of the service account get no credentials by it"
    return Problem(at(item, path, "key"), message, why, hint, item, value=str(path[-1]))


def _of_adoption(annotations: dict[str, str], key: str, kind: str) -> str:
    is_meant = key == f"{_PREFIX}adoption-fields" and annotations.get(f"{_PREFIX}adoption-policy") == "adopt-or-create"
    if not is_meant or is_string_map(annotations[key]) or find_in_text(annotations[key]) is not None:
        return ""
    return f"write '{BY_NAME[kind].adoption_fields}'"


def _hint(key: str) -> str | None:
    prefix, _, name = key.rpartition("/")
    if prefix in ("iam.services.k8s.aws", "eks.services.k8s.aws") and name == "deletion-policy":
        return f"write {_PREFIX}{name}; the service's own prefix counts on a Namespace"
    if f"{prefix}/" != _PREFIX or name in _ON_OBJECT:
        return None
    if name in _ON_NAMESPACE:
        return "put it on the Namespace"
    import difflib

    close = difflib.get_close_matches(name, (*_ON_OBJECT, *_ON_NAMESPACE), 1)
    return f"write {_PREFIX}{close[0]}" if close else f"ACK knows {', '.join(_ON_OBJECT)}"
