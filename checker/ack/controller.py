"""What the ACK IAM controller would do next with a Role: nothing and why, or the calls it would make, in its order.

Source: aws-controllers-k8s/iam-controller v1.8.1, `pkg/resource/role/sdk.go` (update order: policies, inline policies,
tags, boundary, trust; the first error ends the loop) and `hooks.go` (ownership is total: what the spec does not list is
detached or deleted); runtime v0.61.0, `pkg/runtime/reconciler.go` (annotations, conditions).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ..inventory import Object, Reference, Role
from .objects import mapping, sequence, text

OWN_TAGS = ("services.k8s.aws/controller-version", "services.k8s.aws/namespace")
"""Tags the controller adds by itself; as an EKS capability it adds tags that begin with `eks:` instead (EKS User Guide,
"Comparing EKS Capability for ACK to self-managed ACK")."""
_KEPT_TAGS = ("aws:", "eks:")


class Current(NamedTuple):
    """What IAM has: ARNs of attached policies, inline documents by name, boundary ARN, trust document, tags."""

    attached: tuple[str, ...]
    inline: Mapping[str, str]
    boundary: str
    trust: str
    tags: Mapping[str, str] | None = None


class Wanted(NamedTuple):
    """The spec with its references resolved."""

    attached: tuple[str, ...]
    inline: Mapping[str, str]
    boundary: str
    trust: str
    tags: Mapping[str, str]


class Step(NamedTuple):
    """One call: the operation (`iam:PutRolePolicy`), what it is about (a policy's ARN or name), and its document."""

    operation: str
    about: str = ""
    document: str = ""


class Condition(NamedTuple):
    """A condition of an object's status."""

    kind: str
    status: str
    reason: str
    message: str
    since: str


def conditions(item: Object) -> dict[str, Condition]:
    """The status conditions of an object, by type."""
    found = {}
    for entry in sequence(mapping(item.data.get("status")).get("conditions")):
        given = mapping(entry)
        fields = [text(given.get(key)) or "" for key in ("type", "status", "reason", "message", "lastTransitionTime")]
        found[fields[0]] = Condition(*fields)
    return found


def standstill(item: Object) -> str:
    """Why the controller changes nothing in AWS for this object, whatever its spec says; "" where it would act."""
    if item.annotations.get("services.k8s.aws/read-only", "").lower() == "true":
        return "the annotation services.k8s.aws/read-only makes the controller read only"
    if mapping(item.data.get("metadata")).get("deletionTimestamp"):
        return "the object is being deleted"
    spec = mapping(item.data.get("spec"))
    for plain, reference in (("policies", "policyRefs"), ("permissionsBoundary", "permissionsBoundaryRef")):
        if spec.get(plain) and spec.get(reference):
            return f"{plain} and {reference} are both set, so no reference is resolved and nothing is changed"
    terminal = conditions(item).get("ACK.Terminal")
    if terminal is not None and terminal.status == "True":
        return f"ACK.Terminal: {terminal.message or terminal.reason}; it is not tried again until the spec changes"
    return ""


def wanted(role: Role, resolve: Callable[[Reference], str]) -> Wanted | str:
    """The role as its spec wants it, or why that is not known. `resolve` gives a referenced Policy's ARN, or ""."""
    arns = [managed.arn for managed in role.policy_arns]
    for reference in role.policy_refs:
        arn = resolve(reference)
        if not arn:
            return f"Policy {reference.name or '(no name)'} is not resolved"
        arns.append(arn)
    boundary = role.boundary_arn.arn if role.boundary_arn else ""
    if role.boundary_ref is not None:
        boundary = resolve(role.boundary_ref)
        if not boundary:
            return f"Policy {role.boundary_ref.name or '(no name)'} is not resolved"
    inline = {str(item.path[-1]): item.text or "" for item in role.inline}
    trust = role.trust.text or "" if role.trust else ""
    return Wanted(tuple(dict.fromkeys(arns)), inline, boundary, trust, role.tags)


def steps(spec: Wanted, current: Current) -> tuple[Step, ...]:
    """The calls of the next loop, in the controller's order."""
    found = [Step("iam:AttachRolePolicy", arn) for arn in spec.attached if arn not in current.attached]
    found += [Step("iam:DetachRolePolicy", arn) for arn in current.attached if arn not in spec.attached]
    for name, document in spec.inline.items():
        if name not in current.inline or not same_document(document, current.inline[name]):
            found.append(Step("iam:PutRolePolicy", name, document))
    found += [Step("iam:DeleteRolePolicy", name) for name in current.inline if name not in spec.inline]
    if current.tags is not None:
        found += [Step("iam:TagRole", key, value) for key, value in spec.tags.items() if current.tags.get(key) != value]
        kept = {*spec.tags, *OWN_TAGS}
        found += [
            Step("iam:UntagRole", key) for key in current.tags if key not in kept and not key.startswith(_KEPT_TAGS)
        ]
    if spec.boundary != current.boundary:
        operation = "iam:PutRolePermissionsBoundary" if spec.boundary else "iam:DeleteRolePermissionsBoundary"
        found.append(Step(operation, spec.boundary or current.boundary))
    if not same_document(spec.trust, current.trust):
        found.append(Step("iam:UpdateAssumeRolePolicy", "", spec.trust))
    return tuple(found)


def same_document(one: str, other: str) -> bool:
    """Whether two policy documents mean the same: the order of keys and lists, and one value or a list of one, do not
    count (micahhausler/aws-iam-policy, which the controller compares with)."""
    try:
        return bool(_normal(json.loads(one)) == _normal(json.loads(other)))
    except (ValueError, RecursionError):
        return one == other


def _normal(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _normal(item) for key, item in value.items()}
    if isinstance(value, list):
        items = sorted((_normal(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
        return items[0] if len(items) == 1 else items
    return value
