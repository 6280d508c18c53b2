"""What is read of the ACK controller and its objects: the Deployment, the Role that stands for a role, its Policies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...ack.kinds import IAM
from ...ack.objects import mapping, sequence, status_arn, text
from ...iam.arns import role_name
from ...iam.expressions import expression
from ..asking import Asking, Refused, Reply
from ..clients.kubernetes import Cluster
from ..record import trim
from ..record.record import Reading, Target
from .cluster import getter
from .pods import named_for

_CONTROLLER = expression(r"(?:^|-)iam-(?:controller|chart)|^ack-iam|^iam$")
"""The names that the charts give the Deployment: ack-iam-controller, RELEASE-iam-chart."""


def controller(asking: Asking, cluster: Cluster, namespace: str) -> Reply:
    """The Deployment of the ACK IAM controller; absent where it runs elsewhere, as an EKS capability for one."""

    def read() -> list[dict[str, Any]]:
        items = cluster.pages(f"/apis/apps/v1/namespaces/{namespace}/deployments", {"limit": "500"})
        matches = [item for item in items if _CONTROLLER.search(text(mapping(item.get("metadata")).get("name")) or "")]
        if not matches:
            raise Refused("absent", f"namespace {namespace} has no Deployment with iam in its name")
        return [trim.deployment(item) for item in matches]

    return asking.ask("ack-controller", f"list deployments in {namespace}", read)


def rank_of(arn: str, namespace: str, account_name: str) -> Callable[[dict[str, Any]], int]:
    """How surely a Role object stands for this ARN (see `ack_role`); without an ARN, whether its trust
    policy names the service account."""
    named, subject = role_name(arn), f"system:serviceaccount:{namespace}:{account_name}"

    def rank(item: dict[str, Any]) -> int:
        spec = mapping(item.get("spec"))
        if named is None:
            return SUREST * (f'"{subject}"' in (text(spec.get("assumeRolePolicyDocument")) or ""))
        stated = status_arn(item)
        if stated and role_name(stated) == named:
            return SUREST
        is_namesake = (text(spec.get("name")) or "").lower() == named.name.lower()
        # One that the controller manages in another account is somebody else's, unless it lies beside the pod: then it
        # may well be meant for this one.
        is_near = not stated or mapping(item.get("metadata")).get("namespace") == namespace
        return int(is_namesake and is_near)

    return rank


def ack_role(asking: Asking, cluster: Cluster, namespace: str, rank: Callable[[dict[str, Any]], int]) -> Reading:
    """The ACK Role that stands for a role, by `rank` (0: not at all; the higher the surer): looked for in the pod's
    namespace, then, unless one is as sure as can be, in all. Of several equally sure ones, that with the controller's
    finalizer comes first: the controller manages it, and refuses the others, though it writes the ARN to all of them.
    `namesakes` counts those that cannot be told apart, `others` names all that lose.
    """

    def read() -> dict[str, Any]:
        roles: list[dict[str, Any]] = []
        for scope in (f"/apis/{IAM}/namespaces/{namespace}/roles", f"/apis/{IAM}/roles"):
            if namespace or scope.endswith(f"{IAM}/roles"):
                listed = [item for item in cluster.pages(scope, {"limit": "500"}) if rank(item)]
                roles += [item for item in listed if _id(item) not in map(_id, roles)]
            if any(rank(item) == SUREST and _is_managed(item) for item in roles):
                break
        if not roles:
            raise Refused("absent", "no Role object of the ACK controller manages this role")
        roles.sort(key=lambda item: (rank(item), _is_managed(item), _has_arn(item)), reverse=True)
        equal = [item for item in roles if _standing(item, rank) == _standing(roles[0], rank)]
        others = ["/".join(_id(item)) for item in roles[1:]]
        return {**trim.custom(_with_kind(roles[0], "Role")), "namesakes": len(equal), "others": others}

    return asking.ask("ack-role", f"list roles.iam.services.k8s.aws in {namespace or 'all namespaces'}", read).get()


SUREST = 2
"""The rank of a Role object whose own status names the role."""


def _standing(item: dict[str, Any], rank: Callable[[dict[str, Any]], int]) -> tuple[int, bool, bool]:
    return rank(item), _is_managed(item), _has_arn(item)


def _id(item: dict[str, Any]) -> tuple[str, str]:
    metadata = mapping(item.get("metadata"))
    return text(metadata.get("namespace")) or "", text(metadata.get("name")) or ""


def _is_managed(item: dict[str, Any]) -> bool:
    finalizers = sequence(mapping(item.get("metadata")).get("finalizers"))
    return "finalizers.iam.services.k8s.aws/Role" in finalizers


def _has_arn(item: dict[str, Any]) -> bool:
    return bool(status_arn(item))


def role_by_name(asking: Asking, cluster: Cluster, target: Target) -> Reading:
    """The ACK Role that an index without a pod would have, by its name: it has the index where the names of the
    cell's other roles have theirs. Several matches count as none."""
    scope = f"/apis/{IAM}/namespaces/{target.namespace}/roles" if target.namespace else f"/apis/{IAM}/roles"

    def read() -> dict[str, Any]:
        items = [_with_kind(item, "Role") for item in cluster.pages(scope, {"limit": "500"})]
        named = [(_id(item)[0], text(mapping(item.get("spec")).get("name")) or _id(item)[1]) for item in items]
        meant = named_for(named, target.index_name)
        matching = [item for item, name in zip(items, named, strict=True) if name in meant]
        if len(matching) != 1:
            shown = ": " + ", ".join("/".join(_id(item)) for item in matching[:4]) if matching else ""
            count = f"{len(matching) or 'no'} Role objects are named for the index{shown}"
            raise Refused("absent", f"no pod leads to a role, and {count}")
        return {**trim.custom(matching[0]), "namesakes": 1, "others": [], "byName": True}

    where = target.namespace or "all namespaces"
    return asking.ask("ack-role", f"list roles.iam.services.k8s.aws in {where}", read).get()


def ack_policies(asking: Asking, cluster: Cluster, role: dict[str, Any]) -> None:
    """The Policy objects a Role refers to, by reference or by ARN."""
    namespace = mapping(role.get("metadata")).get("namespace", "")
    spec = mapping(role.get("spec"))
    references = [mapping(mapping(entry).get("from")) for entry in sequence(spec.get("policyRefs"))]
    references.append(mapping(mapping(spec.get("permissionsBoundaryRef")).get("from")))
    names = [(item.get("namespace") or namespace, item["name"]) for item in references if item.get("name")]
    arns = [arn for arn in [*sequence(spec.get("policies")), spec.get("permissionsBoundary")] if isinstance(arn, str)]
    is_local = any(scope == namespace for scope, _ in names) or any(":iam::aws:" not in arn for arn in arns)

    def listed() -> list[dict[str, Any]]:
        items = cluster.pages(f"/apis/{IAM}/namespaces/{namespace}/policies", {"limit": "500"})
        wanted = {name for scope, name in names if scope == namespace}
        return [trim.custom(_with_kind(item, "Policy")) for item in items if _is_meant(item, wanted, arns)]

    if is_local:
        asking.ask("ack-policies", f"list policies.iam.services.k8s.aws in {namespace}", listed)
    for scope, name in names:
        if scope != namespace:
            path = f"/apis/{IAM}/namespaces/{scope}/policies/{name}"
            call = getter(cluster, path, trim.custom, "Policy")
            asking.ask(f"ack-policy/{scope}/{name}", f"get policies.iam.services.k8s.aws {scope}/{name}", call)


def _is_meant(item: dict[str, Any], names: set[str], arns: list[str]) -> bool:
    spec, metadata = mapping(item.get("spec")), mapping(item.get("metadata"))
    built = f":policy{text(spec.get('path')) or '/'}{text(spec.get('name')) or ''}"
    return metadata.get("name") in names or status_arn(item) in arns or any(arn.endswith(built) for arn in arns)


def _with_kind(item: dict[str, Any], kind: str) -> dict[str, Any]:
    """Items of a list come without apiVersion and kind."""
    return {"apiVersion": IAM, "kind": kind, **item}
