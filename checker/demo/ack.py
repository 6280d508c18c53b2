"""A stand-in for the ACK IAM controller: applies Role and Policy objects to AWS by the controller's own rules.

What it does to a role is what `ack.controller` says that the real one would do; only the carrying out is its own.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from ..ack.build import policy as read_policy
from ..ack.build import role as read_role
from ..ack.controller import Current, Step, standstill, steps, wanted
from ..ack.objects import make_object
from ..inventory import Origin, Reference
from .kubernetes_api import KubernetesApi

FINALIZER = "finalizers.iam.services.k8s.aws/Role"
_ADOPTION = "services.k8s.aws/adoption-policy"


class AlreadyExistsError(Exception):
    """AWS has what the object describes, and the object was neither made for it nor told to adopt it."""


def reconcile(api: KubernetesApi, iam: Any, unwatched: Collection[str] = ()) -> None:
    """One loop over every Policy, every OIDC provider, then every Role, but for those in `unwatched` namespaces;
    conditions are written as it does."""
    appliers = (("Policy", _apply_policy), ("OpenIDConnectProvider", _apply_provider), ("Role", _apply_role))
    for kind, apply in appliers:
        for item in api.all(kind):
            if item["metadata"].get("namespace") not in unwatched:
                _reconcile(api, iam, item, apply)


def _reconcile(api: KubernetesApi, iam: Any, item: dict[str, Any], apply: Any) -> None:
    from botocore.exceptions import ClientError

    seen = make_object(item, Origin("cluster", 0, ()))
    held = standstill(seen)
    if held and "services.k8s.aws/read-only" not in seen.annotations:
        return
    metadata: dict[str, Any] = {}
    try:
        arn = apply(api, iam, item, bool(held))
        metadata = {"arn": arn, "ownerAccountID": arn.split(":")[4], "region": "us-east-1"}
        found = [_condition("ACK.ResourceSynced", "True"), _condition("Ready", "True")]
    except AlreadyExistsError as error:
        metadata = {"arn": str(error), "ownerAccountID": str(error).split(":")[4], "region": "us-east-1"}
        found = [
            _condition("ACK.Terminal", "True", _NOT_MANAGED, "Resource already exists"),
            _condition("ACK.ResourceSynced", "False", "resource is in terminal condition", "Resource not synced"),
            _condition("Ready", "False", "ACK.Terminal", "Resource already exists"),
        ]
    except LookupError as error:
        found = [_condition("ACK.ReferencesResolved", "Unknown", "", str(error))]
    except ClientError as error:
        code = error.response["Error"]["Code"]
        message = f"{code}: {error.response['Error']['Message']}"
        kind = "ACK.Terminal" if code in ("InvalidInput", "MalformedPolicyDocument") else "ACK.Recoverable"
        found = [_condition("ACK.ResourceSynced", "False"), _condition(kind, "True", "", message)]
    old = item.get("status", {}).get("ackResourceMetadata", {})
    api.put({**item, "status": {"conditions": found, "ackResourceMetadata": metadata or old}})


def _apply_role(api: KubernetesApi, iam: Any, item: dict[str, Any], is_read_only: bool) -> str:
    role = read_role(make_object(item, Origin("cluster", 0, ())))

    def resolve(reference: Reference) -> str:
        namespace = reference.namespace or role.object.namespace
        try:
            target = api.get("Policy", namespace, reference.name)
        except KeyError:
            return ""
        return str(target.get("status", {}).get("ackResourceMetadata", {}).get("arn", ""))

    spec = wanted(role, resolve)
    if isinstance(spec, str):
        raise LookupError(spec)
    mine = item["metadata"].setdefault("finalizers", [])
    try:
        arn = iam.get_role(RoleName=role.name)["Role"]["Arn"]
        if FINALIZER not in mine and not is_read_only and _ADOPTION not in role.object.annotations:
            raise AlreadyExistsError(arn)
    except iam.exceptions.NoSuchEntityException:
        arn = iam.create_role(RoleName=role.name, Path=role.iam_path, AssumeRolePolicyDocument=spec.trust)["Role"][
            "Arn"
        ]
    if not is_read_only:
        mine += [FINALIZER] if FINALIZER not in mine else []
        for step in steps(spec, current(iam, role.name)):
            _carry_out(iam, role.name, step)
    return str(arn)


def _apply_provider(api: KubernetesApi, iam: Any, item: dict[str, Any], is_read_only: bool) -> str:
    spec = item["spec"]
    arn = item.get("status", {}).get("ackResourceMetadata", {}).get("arn", "")
    if arn or is_read_only:
        return str(arn)
    # IAM takes providers without thumbprints (IAM API Reference, CreateOpenIDConnectProvider); moto asks for the list.
    made = iam.create_open_id_connect_provider(
        Url=spec["url"], ClientIDList=spec["clientIDs"], ThumbprintList=["9" * 40]
    )
    return str(made["OpenIDConnectProviderArn"])


def _apply_policy(api: KubernetesApi, iam: Any, item: dict[str, Any], is_read_only: bool) -> str:
    policy = read_policy(make_object(item, Origin("cluster", 0, ())))
    document = policy.document.text or "" if policy.document else ""
    arn = item.get("status", {}).get("ackResourceMetadata", {}).get("arn", "")
    if not arn:
        return str(
            iam.create_policy(PolicyName=policy.name, Path=policy.iam_path, PolicyDocument=document)["Policy"]["Arn"]
        )
    versions = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    default = next(version["VersionId"] for version in versions if version["IsDefaultVersion"])
    held = iam.get_policy_version(PolicyArn=arn, VersionId=default)["PolicyVersion"]["Document"]
    if not is_read_only and json.dumps(held, sort_keys=True) != json.dumps(json.loads(document), sort_keys=True):
        if len(versions) == 5:
            oldest = next(item["VersionId"] for item in reversed(versions) if not item["IsDefaultVersion"])
            iam.delete_policy_version(PolicyArn=arn, VersionId=oldest)
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=document, SetAsDefault=True)
    return str(arn)


def current(iam: Any, name: str) -> Current:
    """What IAM has for a role."""
    role = iam.get_role(RoleName=name)["Role"]
    names = iam.list_role_policies(RoleName=name)["PolicyNames"]
    inline = {key: json.dumps(iam.get_role_policy(RoleName=name, PolicyName=key)["PolicyDocument"]) for key in names}
    attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    boundary = role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", "")
    trust = json.dumps(role["AssumeRolePolicyDocument"])
    return Current(tuple(item["PolicyArn"] for item in attached), inline, boundary, trust)


def _carry_out(iam: Any, name: str, step: Step) -> None:
    calls = {
        "iam:AttachRolePolicy": lambda: iam.attach_role_policy(RoleName=name, PolicyArn=step.about),
        "iam:DetachRolePolicy": lambda: iam.detach_role_policy(RoleName=name, PolicyArn=step.about),
        "iam:PutRolePolicy": lambda: iam.put_role_policy(
            RoleName=name, PolicyName=step.about, PolicyDocument=step.document
        ),
        "iam:DeleteRolePolicy": lambda: iam.delete_role_policy(RoleName=name, PolicyName=step.about),
        "iam:PutRolePermissionsBoundary": lambda: iam.put_role_permissions_boundary(
            RoleName=name, PermissionsBoundary=step.about
        ),
        "iam:DeleteRolePermissionsBoundary": lambda: iam.delete_role_permissions_boundary(RoleName=name),
        "iam:UpdateAssumeRolePolicy": lambda: iam.update_assume_role_policy(
            RoleName=name, PolicyDocument=step.document
        ),
    }
    calls[step.operation]()


_NOT_MANAGED = "This resource already exists but is not managed by ACK."


def _condition(kind: str, status: str, reason: str = "", message: str = "") -> dict[str, str]:
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    told = {key: text for key, text in (("reason", reason), ("message", message)) if text}
    return {"type": kind, "status": status, **told, "lastTransitionTime": now}
