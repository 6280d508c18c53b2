"""What the reverse proxy of an index is given, and does once a minute: it asks for its keys, and logs what comes of it.

Whether it gets them is decided by what IAM holds now: who may assume the role, and what its policies allow.
"""

from __future__ import annotations

import json
from typing import Any

from ..ack.kinds import ROLE_ARN_ANNOTATION
from ..iam.decisions.evaluate import Request, evaluate
from ..iam.decisions.policies import Attached, Layer
from ..iam.documents.context import make_context
from ..iam.documents.document import parse
from ..requirements.ways import Way, lets_in
from . import lines
from .names import POD_IDENTITY_URI, REGION, TABLE_ARN
from .world import ProxyWorld


def refresh(cell: ProxyWorld, index: str) -> str:
    """The line that the proxy logs when it asks for its keys now."""
    iam, name = cell.client("iam"), cell.role_of(index)
    way = _way(cell, index)
    if way is None:
        return lines.denied_as_node("GetItem")
    try:
        role = iam.get_role(RoleName=name)["Role"]
    except iam.exceptions.NoSuchEntityException:
        return lines.ASSUME_DENIED
    providers = [item["Arn"] for item in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]]
    issuer = cell.issuer.removeprefix("https://")
    if way == "irsa" and not any(item.endswith(f":oidc-provider/{issuer}") for item in providers):
        return lines.no_provider(cell.issuer)
    trust = parse(json.dumps(role["AssumeRolePolicyDocument"]), "trust").document
    values = {"oidcIssuer": cell.issuer, "account": cell.target(index).parameters["account"]}
    if trust is None or lets_in(trust, way, f"tenant-{index}/reverse-proxy-{index}", values).truth is not True:
        return lines.ASSUME_DENIED
    layers = _layers(iam, name, role)
    for operation, resource in (("GetItem", TABLE_ARN), ("Query", cell.queried.get(index, TABLE_ARN))):
        if evaluate(Request(f"dynamodb:{operation}", resource), layers).outcome != "allowed":
            return lines.denied(index, operation, resource)
    through = make_context({"kms:ViaService": f"dynamodb.{REGION}.amazonaws.com"})
    if evaluate(Request("kms:Decrypt", cell.key_arn, through), layers).outcome != "allowed":
        return lines.key_denied(cell.key_arn)
    return lines.REFRESHED


def injected(cell: ProxyWorld, index: str) -> list[dict[str, str]]:
    """The environment variables that the EKS webhook gives the proxy, from what it finds now."""
    namespace, name = f"tenant-{index}", f"reverse-proxy-{index}"
    account = cell.kubernetes.get("ServiceAccount", namespace, name)
    has_association = any(
        (item["namespace"], item["serviceAccount"]) == (namespace, name) for item in cell.aws.associations
    )
    if has_association:
        mounted = "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token"
        variables = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": POD_IDENTITY_URI}
        variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = mounted
    else:
        role = account["metadata"].get("annotations", {}).get(ROLE_ARN_ANNOTATION, "")
        mounted = "/var/run/secrets/eks.amazonaws.com/serviceaccount/token"
        variables = {"AWS_ROLE_ARN": role, "AWS_WEB_IDENTITY_TOKEN_FILE": mounted} if role else {}
    return [{"name": key, "value": value} for key, value in variables.items()]


def _way(cell: ProxyWorld, index: str) -> Way | None:
    if any(item["namespace"] == f"tenant-{index}" for item in cell.aws.associations):
        return "pod-identity"
    account = cell.kubernetes.get("ServiceAccount", f"tenant-{index}", f"reverse-proxy-{index}")
    arn = account["metadata"].get("annotations", {}).get(ROLE_ARN_ANNOTATION, "")
    return "irsa" if arn.endswith(f":role/{cell.role_of(index)}") else None


def _layers(iam: Any, name: str, role: dict[str, Any]) -> tuple[Layer, ...]:
    documents = [
        iam.get_role_policy(RoleName=name, PolicyName=item)["PolicyDocument"]
        for item in iam.list_role_policies(RoleName=name)["PolicyNames"]
    ]
    attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    documents += [_managed(iam, item["PolicyArn"]) for item in attached]
    layers = [Layer("identity", _parsed(documents))]
    boundary = role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    if boundary:
        layers.append(Layer("boundary", _parsed([_managed(iam, boundary)])))
    return tuple(layers)


def _managed(iam: Any, arn: str) -> Any:
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    return iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]


def _parsed(documents: list[Any]) -> tuple[Attached, ...]:
    return tuple(Attached(str(number), parse(json.dumps(item)).document) for number, item in enumerate(documents))
