"""What the stand-in for the ACK controller asks and tells IAM about a role."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from ...ack.role_calls import OWN_TAGS, Current, IamCall

_SETTINGS = {"description": "Description", "maxSessionDuration": "MaxSessionDuration"}


def with_text(iam: Any) -> None:
    """Has the client give policy documents as IAM sends them, escaped text, which botocore would read as JSON: the
    controller compares inline documents as text."""
    from botocore.handlers import json_decode_policies

    iam.meta.events.unregister("after-call.iam", json_decode_policies)


def current(iam: Any, name: str) -> Current:
    """What IAM has for a role; `iam` is a client made `with_text`."""
    role = iam.get_role(RoleName=name)["Role"]
    names = iam.list_role_policies(RoleName=name)["PolicyNames"]
    inline = {key: unquote(iam.get_role_policy(RoleName=name, PolicyName=key)["PolicyDocument"]) for key in names}
    attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    return Current(
        attached=tuple(item["PolicyArn"] for item in attached),
        inline=inline,
        boundary=role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""),
        trust=unquote(role["AssumeRolePolicyDocument"]),
        tags={entry["Key"]: entry["Value"] for entry in role.get("Tags") or ()},
        settings={key: str(role.get(field, "")) for key, field in (*_SETTINGS.items(), ("path", "Path"))},
    )


def settings(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of UpdateRole, and of CreateRole besides others, that a spec gives."""
    return {field: spec[key] for key, field in _SETTINGS.items() if spec.get(key)}


def own_tags(namespace: str) -> list[dict[str, str]]:
    """The controller's own tags."""
    return [{"Key": key, "Value": value} for key, value in zip(OWN_TAGS, ("iam-v1.8.1", namespace), strict=True)]


def tags(spec: Mapping[str, Any], namespace: str) -> list[dict[str, str]]:
    """The tags of a new role: what the spec gives wins over the controller's own."""
    stated = [{"Key": entry["key"], "Value": entry.get("value", "")} for entry in spec.get("tags") or ()]
    return [*stated, *(own for own in own_tags(namespace) if own["Key"] not in {entry["Key"] for entry in stated})]


def carry_out(iam: Any, name: str, step: IamCall, spec: Mapping[str, Any]) -> None:
    """One call."""
    role = {"RoleName": name}
    calls = {
        "iam:AttachRolePolicy": lambda: iam.attach_role_policy(**role, PolicyArn=step.about),
        "iam:DetachRolePolicy": lambda: iam.detach_role_policy(**role, PolicyArn=step.about),
        "iam:PutRolePolicy": lambda: iam.put_role_policy(**role, PolicyName=step.about, PolicyDocument=step.document),
        "iam:DeleteRolePolicy": lambda: iam.delete_role_policy(**role, PolicyName=step.about),
        "iam:TagRole": lambda: iam.tag_role(**role, Tags=[{"Key": step.about, "Value": step.document}]),
        "iam:UntagRole": lambda: iam.untag_role(**role, TagKeys=[step.about]),
        "iam:PutRolePermissionsBoundary": lambda: iam.put_role_permissions_boundary(
            **role, PermissionsBoundary=step.about
        ),
        "iam:DeleteRolePermissionsBoundary": lambda: iam.delete_role_permissions_boundary(**role),
        "iam:UpdateAssumeRolePolicy": lambda: iam.update_assume_role_policy(**role, PolicyDocument=step.document),
        "iam:UpdateRole": lambda: iam.update_role(**role, **settings(spec)),
        "iam:DeleteRole": lambda: iam.delete_role(**role),
    }
    calls[step.operation]()
