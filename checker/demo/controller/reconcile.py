"""A stand-in for the ACK IAM controller: applies Role and Policy objects to AWS by the controller's own rules.

What it does to a role is what `ack.role_calls` says that the real one would do; only the carrying out is its own. What
it writes to an object (conditions with status, reason and message, finalizer, late initialised fields, managedFields)
is held to what the real one was seen to write: `tests/ack/recorded.yaml`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import Any
from urllib.parse import unquote

from ...ack.build import policy as read_policy
from ...ack.build import role as read_role
from ...ack.controller import Unresolved, resolve_policy, standstill, wanted
from ...ack.objects import make_object
from ...ack.role_calls import bad_escape, removal, same_document, steps
from ...inventory.objects import Object, Origin, Reference
from ..servers.kubernetes_api import KubernetesApi
from . import status as ack_status
from .calls import carry_out, current, own_tags, settings, tags, with_text
from .status import Conditions, condition

FINALIZER = "finalizers.iam.services.k8s.aws/Role"
_PREFIX = "services.k8s.aws/"
_SUPPORTED = ("", "adopt", "adopt-or-create")


class _StoppedError(Exception):
    """The loop ends with these conditions; `arn`, where given, goes into the object's status."""

    def __init__(self, *conditions: dict[str, str], arn: str = "") -> None:
        super().__init__()
        self.conditions, self.arn = conditions, arn


def reconcile(api: KubernetesApi, iam: Any, unwatched: Collection[str] = (), *, crosses: bool = True) -> None:
    """One loop over every Policy, every OIDC provider, then every Role, but for those in `unwatched` namespaces;
    conditions are written as the controller's. `crosses`: references may go into other namespaces."""
    with_text(iam)
    apply_role = partial(_apply_role, crosses=crosses)
    appliers = (("Policy", _apply_policy), ("OpenIDConnectProvider", _apply_provider), ("Role", apply_role))
    for kind, apply in appliers:
        for item in api.all(kind):
            if item["metadata"].get("namespace") not in unwatched:
                _reconcile(api, iam, item, apply)


Applier = Callable[[KubernetesApi, Any, dict[str, Any], Object], Conditions]


def _reconcile(api: KubernetesApi, iam: Any, item: dict[str, Any], apply: Applier) -> None:
    from botocore.exceptions import ClientError

    seen = make_object(item, Origin("cluster", 0, ()))
    if standstill(seen).startswith("ACK.Terminal"):
        return
    status = item.setdefault("status", {})
    try:
        if seen.annotations.get(_PREFIX + "adoption-policy", "") not in _SUPPORTED:
            adoption = seen.annotations[_PREFIX + "adoption-policy"]
            message = f'unrecognized adoption policy {adoption}. Supported policies are "adopt" and "adopt-or-create"'
            raise _StoppedError(condition("ACK.Terminal", "True", "", message))
        conditions = apply(api, iam, item, seen)
    except _StoppedError as stopped:
        conditions = stopped.conditions
        if stopped.arn:
            status["ackResourceMetadata"] = ack_status.metadata(stopped.arn)
    except ClientError as error:
        conditions = ack_status.failed(error)
    status["conditions"] = list(conditions)
    metadata = item["metadata"]
    if metadata.get("deletionTimestamp") and not metadata.get("finalizers"):
        api.delete(item["kind"], metadata["namespace"], metadata["name"])
        return
    ack_status.sign(item)
    api.put(item)


def _apply_role(api: KubernetesApi, iam: Any, item: dict[str, Any], seen: Object, *, crosses: bool) -> Conditions:
    role, metadata = read_role(seen), item["metadata"]
    if metadata.get("deletionTimestamp"):
        _remove(iam, item, role.name)
        return ack_status.synced()
    spec = wanted(role, lambda reference: _resolve(api, reference, seen, crosses))
    if isinstance(spec, Unresolved):
        terminal = ack_status.terminal("", spec.reason) if spec.is_terminal else ()
        failed = condition("ACK.ReferencesResolved", spec.status, spec.reason, "Reference resolution failed")
        raise _StoppedError(failed, *terminal)
    finalizers, policy = metadata.setdefault("finalizers", []), seen.annotations.get(_PREFIX + "adoption-policy", "")
    is_read_only = seen.annotations.get(_PREFIX + "read-only", "").lower() == "true"
    try:
        iam_role = iam.get_role(RoleName=role.name)["Role"]
        if FINALIZER not in finalizers and not is_read_only and not policy:
            raise _StoppedError(*ack_status.exists_already(), arn=iam_role["Arn"])
        is_new = False
    except iam.exceptions.NoSuchEntityException:
        if is_read_only or policy == "adopt":
            raise
        fields = {"RoleName": role.name, "Path": role.iam_path, "AssumeRolePolicyDocument": spec.trust}
        iam_role = iam.create_role(**fields, **settings(item["spec"]), Tags=tags(item["spec"], seen.namespace))["Role"]
        is_new = True
    item["status"] |= {
        "ackResourceMetadata": ack_status.metadata(iam_role["Arn"]),
        "createDate": ack_status.stamp(iam_role["CreateDate"]),
        "roleID": iam_role["RoleId"],
        "roleLastUsed": {},
    }
    if is_read_only:
        return ack_status.synced()
    if FINALIZER not in finalizers:
        finalizers.append(FINALIZER)
        if policy:
            metadata["annotations"][_PREFIX + "adopted"] = "true"
        if policy == "adopt" and not is_new:
            _take_over(iam, item, role.name, seen)
            return (ack_status.late(), *ack_status.synced())
    trouble = bad_escape(spec.inline)
    if trouble:
        raise _StoppedError(*ack_status.recoverable(trouble, trouble))
    for step in steps(spec, current(iam, role.name)):
        carry_out(iam, role.name, step, item["spec"])
    _initialize_late(item, iam_role, seen)
    has_references = role.policy_refs or role.boundary_ref
    resolved = (condition("ACK.ReferencesResolved", "True"),) if has_references else ()
    return (*resolved, ack_status.late(), *ack_status.synced())


def _resolve(api: KubernetesApi, reference: Reference, owner: Object, crosses: bool) -> str | Unresolved:
    try:
        policy = api.get("Policy", reference.namespace or owner.namespace, reference.name)
    except KeyError:
        return resolve_policy(reference, None, crosses=crosses)
    return resolve_policy(reference, make_object(policy, Origin("cluster", 0, ())), crosses=crosses)


def _remove(iam: Any, item: dict[str, Any], name: str) -> None:
    """Deletes the role, unless it is to be retained; its policies leave the object too."""
    metadata = item["metadata"]
    kept = metadata.get("annotations", {}).get(_PREFIX + "deletion-policy", "delete") != "delete"
    if FINALIZER in metadata.get("finalizers", ()) and not kept:
        for key in ("inlinePolicies", "policies"):
            item["spec"].pop(key, None)
        for step in removal(current(iam, name)):
            carry_out(iam, name, step, item["spec"])
    metadata["finalizers"] = [entry for entry in metadata.get("finalizers", ()) if entry != FINALIZER]


def _take_over(iam: Any, item: dict[str, Any], name: str, seen: Object) -> None:
    """Adoption by "adopt": what AWS has goes into the spec."""
    held, spec = current(iam, name), item["spec"]
    for key, value in (("inlinePolicies", dict(held.inline)), ("policies", list(held.attached))):
        spec.pop(key, None)
        spec |= {key: value} if value else {}
    spec["assumeRolePolicyDocument"] = held.trust
    iam.tag_role(RoleName=name, Tags=own_tags(seen.namespace))
    _initialize_late(item, iam.get_role(RoleName=name)["Role"], seen)


def _initialize_late(item: dict[str, Any], held: dict[str, Any], seen: Object) -> None:
    """What the spec leaves out is filled in from AWS, and the controller's own tags are added."""
    spec = item["spec"]
    spec.setdefault("path", held["Path"])
    spec.setdefault("maxSessionDuration", held.get("MaxSessionDuration", 3600))
    stated = {entry["key"] for entry in spec.get("tags") or ()}
    own = [
        {"key": entry["Key"], "value": entry["Value"]}
        for entry in own_tags(seen.namespace)
        if entry["Key"] not in stated
    ]
    spec["tags"] = [*(spec.get("tags") or ()), *own]


def _apply_provider(api: KubernetesApi, iam: Any, item: dict[str, Any], seen: Object) -> Conditions:
    spec, status = item["spec"], item["status"]
    if not status.get("ackResourceMetadata", {}).get("arn"):
        # IAM takes providers without thumbprints (IAM API Reference, CreateOpenIDConnectProvider); moto asks for them.
        provider = iam.create_open_id_connect_provider(
            Url=spec["url"], ClientIDList=spec["clientIDs"], ThumbprintList=["9" * 40]
        )
        status["ackResourceMetadata"] = ack_status.metadata(provider["OpenIDConnectProviderArn"])
    return ack_status.synced()


def _apply_policy(api: KubernetesApi, iam: Any, item: dict[str, Any], seen: Object) -> Conditions:
    policy = read_policy(seen)
    late = ack_status.late()
    document = policy.document.text or "" if policy.document else ""
    arn = item["status"].get("ackResourceMetadata", {}).get("arn", "")
    if not arn:
        fields = {"PolicyName": policy.name, "Path": policy.iam_path, "PolicyDocument": document}
        arn = iam.create_policy(**fields, Tags=own_tags(seen.namespace))["Policy"]["Arn"]
        item["status"]["ackResourceMetadata"] = ack_status.metadata(arn)
        return (late, *ack_status.synced())
    versions = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    default = next(version["VersionId"] for version in versions if version["IsDefaultVersion"])
    held = unquote(iam.get_policy_version(PolicyArn=arn, VersionId=default)["PolicyVersion"]["Document"])
    is_read_only = seen.annotations.get(_PREFIX + "read-only", "").lower() == "true"
    if is_read_only or same_document(held, document):
        return (late, *ack_status.synced())
    if len(versions) == 5:
        oldest = min(int(entry["VersionId"].removeprefix("v")) for entry in versions if not entry["IsDefaultVersion"])
        iam.delete_policy_version(PolicyArn=arn, VersionId=f"v{oldest}")
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=document, SetAsDefault=True)
    return (condition("ACK.ResourceSynced", "True"), late, condition("Ready", "True"))
