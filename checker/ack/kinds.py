"""Which Kubernetes kinds bear on the question who may read the auth keys table.

Source: the CRDs of aws-controllers-k8s/iam-controller v1.8.1 and eks-controller; the EKS User Guide for the
annotation on service accounts.
"""

from __future__ import annotations

import re
from typing import Literal

IAM_GROUP = "iam.services.k8s.aws"
IAM = f"{IAM_GROUP}/v1alpha1"
EKS = "eks.services.k8s.aws/v1alpha1"
DYNAMODB = "dynamodb.services.k8s.aws/v1alpha1"
KMS = "kms.services.k8s.aws/v1alpha1"

READ = {
    (IAM, "Role"),
    (IAM, "Policy"),
    (IAM, "OpenIDConnectProvider"),
    (IAM, "InstanceProfile"),
    (EKS, "PodIdentityAssociation"),
}
"""ACK kinds that are read and checked field by field."""

RESOURCES = {(DYNAMODB, "Table"), (KMS, "Key")}
"""ACK kinds whose own policies bear on access; their other fields are not checked. Source: the controllers' Go types,
`TableSpec` (resourcePolicy since dynamodb-controller v1.6.0) and `KeySpec`."""

NAMESPACE = ("v1", "Namespace")
"""Its annotations say in which region and account the controllers make what stands in it."""

PLURALS = {"Role": "roles", "Policy": "policies", "OpenIDConnectProvider": "openidconnectproviders"}
"""What the API server calls the kinds that are applied, in the plural."""

KNOWN_IAM_KINDS = ("Role", "Policy", "OpenIDConnectProvider", "InstanceProfile", "Group", "User", "ServiceLinkedRole")

WORKLOADS = {
    ("v1", "Pod"): ("spec",),
    ("apps/v1", "Deployment"): ("spec", "template", "spec"),
    ("apps/v1", "StatefulSet"): ("spec", "template", "spec"),
    ("apps/v1", "DaemonSet"): ("spec", "template", "spec"),
    ("apps/v1", "ReplicaSet"): ("spec", "template", "spec"),
    ("batch/v1", "Job"): ("spec", "template", "spec"),
    ("batch/v1", "CronJob"): ("spec", "jobTemplate", "spec", "template", "spec"),
}
"""Kinds that run pods, and the route to their pod spec."""

ROLE_ARN_ANNOTATION = "eks.amazonaws.com/role-arn"

Standing = Literal["read", "passed-over", "unsupported"]


def standing(api_version: str, kind: str) -> Standing:
    """What becomes of an object of this kind: it is read, it is none of our business, or it is a kind of ours that no
    controller will act on (a version or kind that does not exist, or a group that only looks like ACK's)."""
    group, _, version = api_version.partition("/")
    if (
        (api_version, kind) in READ | RESOURCES
        or (api_version, kind) in (("v1", "ServiceAccount"), NAMESPACE)
        or (api_version, kind) in WORKLOADS
    ):
        return "read"
    if group == IAM_GROUP:
        known = version == "v1alpha1" and kind.removesuffix("List") in KNOWN_IAM_KINDS
        return "passed-over" if known else "unsupported"
    if group == "eks.services.k8s.aws" and kind == "PodIdentityAssociation":
        return "unsupported"
    looks_alike = re.fullmatch(r"(identitymanagement|iam)\.(services?|aws)\.?(k8s)?\.?(aws)?", group)
    return "unsupported" if looks_alike else "passed-over"
