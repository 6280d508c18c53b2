"""Objects that are not there and have to be: the role of a service account, the cluster's OIDC provider.

Source: EKS User Guide, "IAM roles for service accounts" and "Create an IAM OIDC provider for your cluster"; the CRDs of
iam-controller v1.8.1 (OpenIDConnectProvider: url, clientIDs; thumbprints are optional since IAM trusts the CAs).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from ...ack.kinds import IAM
from ...ack.objects import mapping
from ...iam.arns import parse_arn, role_name
from ...iam.proofs.trust import WEB_IDENTITY
from ...iam.values import NamedTuple
from ...requirements.model import Access, Requirement, fill
from ...requirements.parameters import issuer_in
from ...runbook.case.case import Case
from ..edits.flow import document
from ..planning.plan import Plan


class Built(NamedTuple):
    """A new object, and what it is."""

    item: dict[str, Any]
    title: str

    def plan(self, danger: str) -> Plan:
        """The object as a plan, to ask whether it is admitted."""
        return Plan(self.title, "", (), danger)


def missing_role(case: Case, requirements: Iterable[Requirement]) -> Built | str:
    """A Role that the service account can assume and that may do what is required, and no more; or why none can be
    made."""
    named = role_name(case.arn)
    grants: list[dict[str, Any] | None] = [
        _grant(access, case) for requirement in requirements for access in requirement.require
    ]
    issuer = issuer_in(case.parameters)
    grants += [_decrypt(case)] if _uses_own_key(case) else []
    if named is None or not grants or None in grants:
        return "the role's ARN and all that the requirements ask have to be known to make a Role"
    if not case.uses_pod_identity and not issuer:
        return "the cluster's OIDC issuer has to be known to make a Role; give --cluster"
    if case.uses_pod_identity:
        trust: dict[str, Any] = {
            "Effect": "Allow",
            "Principal": {"Service": "pods.eks.amazonaws.com"},
            "Action": ["sts:AssumeRole", "sts:TagSession"],
        }
    else:
        trust = {
            "Effect": "Allow",
            "Principal": {"Federated": f"arn:{named.partition}:iam::{named.account}:oidc-provider/{issuer}"},
            "Action": WEB_IDENTITY,
            "Condition": {"StringEquals": {f"{issuer}:aud": "sts.amazonaws.com", f"{issuer}:sub": case.subject}},
        }
    arn = parse_arn(case.arn)
    path = arn.resource.removeprefix("role").rpartition("/")[0] + "/" if arn else "/"
    spec: dict[str, Any] = {"name": named.name}
    spec |= {"path": path} if path != "/" else {}
    spec["assumeRolePolicyDocument"] = document({"Version": "2012-10-17", "Statement": [trust]}) + "\n"
    spec["inlinePolicies"] = {"auth-keys": document({"Version": "2012-10-17", "Statement": grants}) + "\n"}
    # IAM takes more characters than Kubernetes does (RFC 1123).
    name = re.sub(r"[^a-z0-9]+", "-", named.name.lower()).strip("-")
    metadata = {"name": name, "namespace": case.namespace}
    item = {"apiVersion": IAM, "kind": "Role", "metadata": metadata, "spec": spec}
    return Built(item, f"make the role {named.name} anew, with what the reverse proxy needs and no more")


def _grant(access: Access, case: Case) -> dict[str, Any] | None:
    """A statement for one entry of a requirement; None where a parameter has no value."""
    filled = [fill(resource, dict(case.parameters)) for resource in access.resources]
    if any(item.unset for item in filled):
        return None
    resources = [item.text for item in filled]
    return {
        "Effect": "Allow",
        "Action": list(access.actions),
        "Resource": resources if len(resources) > 1 else resources[0],
    }


def _uses_own_key(case: Case) -> bool:
    key = mapping(case.value("key"))
    return bool(key.get("arn")) and key.get("manager") != "AWS"


def _decrypt(case: Case) -> dict[str, Any]:
    """The table's key, through DynamoDB only (DynamoDB Developer Guide, "Encryption at rest: How it works")."""
    arn = str(mapping(case.value("key"))["arn"])
    through = {"StringEquals": {"kms:ViaService": f"dynamodb.{arn.split(':')[3]}.amazonaws.com"}}
    return {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": arn, "Condition": through}


def missing_provider(case: Case) -> Built | str | None:
    """The cluster's OIDC provider as an object in the controller's namespace, which outlives every tenant; or why it
    cannot be made; None where it is there, or was not read, or the issuer is not known."""
    issuer = case.parameters.get("oidcIssuer", "")
    provider = case.value("oidc-provider")
    if not issuer or provider is None or provider["arn"]:
        return None
    controllers = case.value("ack-controller") or [{}]
    namespace = mapping(mapping(controllers[0]).get("metadata")).get("namespace", "")
    if not namespace:
        return "the OIDC provider is missing, and the namespace of the ACK controller, where it belongs, is not known"
    url = issuer if issuer.startswith("https://") else f"https://{issuer}"
    name = "oidc-" + url.rstrip("/").rpartition("/")[2].lower()
    metadata = {"name": name, "namespace": namespace, "annotations": {"services.k8s.aws/deletion-policy": "retain"}}
    spec = {"url": url, "clientIDs": ["sts.amazonaws.com"]}
    item = {"apiVersion": IAM, "kind": "OpenIDConnectProvider", "metadata": metadata, "spec": spec}
    return Built(item, f"make the OIDC provider of the cluster, {url}")
