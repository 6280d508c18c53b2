"""What the ACK controllers' runtime says of an object, and whether it would act on it: conditions, why it stands still,
and references.

Source: aws-controllers-k8s/runtime v0.61.0, `pkg/runtime/reconciler.go` (annotations, conditions) and `pkg/errors`
(how a reference fails). The texts were recorded with iam-controller v1.8.1: `tests/ack/recorded.yaml`.
"""

from __future__ import annotations

from collections.abc import Callable

from ..iam.values import NamedTuple
from ..inventory.objects import Object, Reference, Role
from .objects import mapping, sequence, status_arn, text
from .role_calls import Wanted


class StatusCondition(NamedTuple):
    """A condition of an object's status."""

    kind: str
    status: str
    reason: str
    message: str
    since: str


class Unresolved(NamedTuple):
    """How a reference fails: the status and the reason of ACK.ReferencesResolved; nothing is changed then. `False`
    stays until the object or its target changes, `Unknown` is tried again. With `is_terminal` the object becomes
    ACK.Terminal by the same reason."""

    status: str
    reason: str
    is_terminal: bool = False


def conditions(item: Object) -> dict[str, StatusCondition]:
    """The status conditions of an object, by type."""
    by_type = {}
    for entry in sequence(mapping(item.data.get("status")).get("conditions")):
        given = mapping(entry)
        fields = [text(given.get(key)) or "" for key in ("type", "status", "reason", "message", "lastTransitionTime")]
        by_type[fields[0]] = StatusCondition(*fields)
    return by_type


def standstill(item: Object) -> str:
    """Why the controller does not apply the spec to AWS, whatever the spec says; "" where it does."""
    if item.annotations.get("services.k8s.aws/read-only", "").lower() == "true":
        return "the annotation services.k8s.aws/read-only makes the controller read only"
    if mapping(item.data.get("metadata")).get("deletionTimestamp"):
        return "the object is being deleted, and the controller takes its policies away"
    conflict = _conflict(item)
    if conflict:
        return f"{conflict[0]} and {conflict[1]} are both set, so no reference is resolved and nothing is changed"
    terminal = conditions(item).get("ACK.Terminal")
    if terminal is not None and terminal.status == "True":
        return f"ACK.Terminal: {terminal.message or terminal.reason}; it is not tried again until the spec changes"
    return ""


def _conflict(item: Object) -> tuple[str, str] | None:
    """The field that is given both plainly and by reference."""
    spec = mapping(item.data.get("spec"))
    pairs = (("policies", "policyRefs"), ("permissionsBoundary", "permissionsBoundaryRef"))
    return next(((plain, reference) for plain, reference in pairs if spec.get(plain) and spec.get(reference)), None)


def resolve_policy(reference: Reference, target: Object | None, *, crosses: bool = True) -> str | Unresolved:
    """The ARN that a reference to a Policy object stands for, or how it fails. `target` is None where there is no such
    object. `crosses`: the controller runs with --enable-cross-namespace, the default before iam-controller v1.10.0.

    The refusal of a reference into another namespace was not recorded: that it is terminal, and that its text names
    both namespaces, the object and the flag, is from the tests of runtime v0.65 and of iam-controller (#175).
    """
    if not reference.name:
        return Unresolved("Unknown", "provided resource reference is nil or empty: PolicyRefs")
    home, target_namespace = reference.owner.namespace, reference.namespace
    if not crosses and target_namespace and target_namespace != home:
        why = f"cross-namespace reference from {home} to {reference.name} in {target_namespace} is not allowed"
        return Unresolved("False", f"{why}; set --enable-cross-namespace=true to allow it", is_terminal=True)
    if target is None:
        return Unresolved("Unknown", f'policies.iam.services.k8s.aws "{reference.name}" not found')
    named = f"resource:Policy, namespace:{target.namespace}, name:{target.name}"
    by_type = conditions(target)
    terminal, synced = by_type.get("ACK.Terminal"), by_type.get("ACK.ResourceSynced")
    if terminal is not None and terminal.status == "True":
        why = "the referenced resource has 'ACK.Terminal' condition 'True'. Cannot be referenced"
        return Unresolved("False", f"{why}. {named}")
    arn = status_arn(target.data)
    if not arn or (synced is not None and synced.status != "True"):
        return Unresolved("Unknown", f"the referenced resource is not synced yet. {named}")
    return arn


def wanted(role: Role, resolve: Callable[[Reference], str | Unresolved]) -> Wanted | Unresolved:
    """The role as its spec wants it, or how a reference of it fails; `resolve` is `resolve_policy` with the target."""
    conflict = _conflict(role.object)
    if conflict:
        names = ",".join(name[0].upper() + name[1:] for name in conflict)
        return Unresolved("Unknown", f"both resource reference wrapper and ID cannot be used together: {names}")
    arns = [managed.arn for managed in role.policy_arns]
    boundary = role.boundary_arn.arn if role.boundary_arn else ""
    for reference in (*role.policy_refs, *([role.boundary_ref] if role.boundary_ref else ())):
        resolved = resolve(reference)
        if isinstance(resolved, Unresolved):
            return resolved
        if reference is role.boundary_ref:
            boundary = resolved
        else:
            arns.append(resolved)
    inline = {str(item.path[-1]): item.text or "" for item in role.inline}
    trust = role.trust.text or "" if role.trust else ""
    spec = mapping(role.object.data.get("spec"))
    settings = {key: str(spec[key]) for key in ("description", "maxSessionDuration", "path") if spec.get(key)}
    return Wanted(
        attached=tuple(dict.fromkeys(arns)),
        inline=inline,
        boundary=boundary,
        trust=trust,
        tags=role.tags,
        settings=settings,
    )
