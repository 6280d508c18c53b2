"""Which Kubernetes kinds bear on the question who may read the auth keys table.

Source: the CRDs of aws-controllers-k8s/iam-controller v1.8.1 and eks-controller; the EKS User Guide for the
annotation on service accounts.
"""

from __future__ import annotations

import re
from typing import Literal

from ..iam.values import NamedTuple

IAM_GROUP = "iam.services.k8s.aws"
IAM = f"{IAM_GROUP}/v1alpha1"
EKS = "eks.services.k8s.aws/v1alpha1"
DYNAMODB = "dynamodb.services.k8s.aws/v1alpha1"
KMS = "kms.services.k8s.aws/v1alpha1"
ACK = "services.k8s.aws/v1alpha1"


class Kind(NamedTuple):
    """A kind of ACK's that bears on access.

    `plural` is what the API server calls it. `own_fields` are fields of its spec by which it is known where a template
    engine has yet to fill in the group; with `is_known_by_kind`, having a spec is enough. `pushed` are the fields that
    access depends on and that its controller sends to AWS, `watched` others in which a patch may change access.
    `adopted_by` are the keys of services.k8s.aws/adoption-fields that its controller asks for (each resource.go,
    `PopulateResourceFromAnnotation`). With `is_checked`, all of its fields are checked, by its definition in
    checker/schemas/ack.json; of the others only the policies are.
    """

    api_version: str
    name: str
    plural: str
    own_fields: tuple[str, ...]
    pushed: tuple[str, ...] = ()
    watched: tuple[str, ...] = ()
    adopted_by: tuple[str, ...] = ("arn",)
    is_known_by_kind: bool = True
    is_checked: bool = True

    @property
    def group(self) -> str:
        return self.api_version.partition("/")[0]

    @property
    def adoption_fields(self) -> str:
        """What to write into services.k8s.aws/adoption-fields."""
        return f"{{{', '.join(f'{chr(34)}{key}{chr(34)}: {chr(34)}…{chr(34)}' for key in self.adopted_by)}}}"

    @property
    def resource(self) -> str:
        """What kubectl calls it for certain: `roles.iam.services.k8s.aws`."""
        return f"{self.plural}.{self.group}"


KINDS = (
    Kind(
        IAM,
        "Role",
        "roles",
        own_fields=("assumeRolePolicyDocument", "inlinePolicies", "policies", "policyRefs", "permissionsBoundary",
                    "permissionsBoundaryRef"),
        adopted_by=("name",),
    ),
    Kind(IAM, "Policy", "policies", own_fields=("policyDocument",), pushed=("policyDocument",)),
    Kind(IAM, "OpenIDConnectProvider", "openidconnectproviders", own_fields=("thumbprints", "clientIDs")),
    Kind(IAM, "InstanceProfile", "instanceprofiles", own_fields=("role", "roleRef"), adopted_by=("name",)),
    Kind(
        EKS,
        "PodIdentityAssociation",
        "podidentityassociations",
        own_fields=("clusterName", "clusterRef", "serviceAccount", "roleARN", "roleRef"),
        pushed=("roleARN", "roleRef", "policy", "serviceAccount"),
        adopted_by=("clusterName", "associationID"),
    ),
    # Tables and keys are of many makers, so that their kind alone says nothing. Source: the controllers' Go types,
    # `TableSpec` (resourcePolicy since dynamodb-controller v1.6.0) and `KeySpec`.
    Kind(
        DYNAMODB,
        "Table",
        "tables",
        own_fields=("tableName", "resourcePolicy", "attributeDefinitions", "keySchema"),
        pushed=("resourcePolicy",),
        watched=("sseSpecification", "tableName"),
        is_known_by_kind=False,
        is_checked=False,
    ),
    Kind(
        ACK,
        "IAMRoleSelector",
        "iamroleselectors",
        own_fields=("arn", "namespaceSelector", "resourceTypeSelector"),
        is_checked=False,
    ),
    Kind(
        KMS,
        "Key",
        "keys",
        own_fields=("policy", "keySpec", "keyUsage"),
        pushed=("policy",),
        is_known_by_kind=False,
        is_checked=False,
    ),
)  # fmt: skip

BY_NAME = {kind.name: kind for kind in KINDS}
_BY_VERSION = {(kind.api_version, kind.name): kind for kind in KINDS}

KNOWN_IAM_KINDS = (
    *(kind.name for kind in KINDS if kind.api_version == IAM), "Group", "User", "ServiceLinkedRole",
)  # fmt: skip
"""All kinds of the ACK IAM controller."""

NAMESPACE = ("v1", "Namespace")
"""Its annotations say in which region and account the controllers make what stands in it."""

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


def known_kind(api_version: str, kind: str) -> Kind | None:
    """The kind of ACK's that these two stand for, if it bears on access."""
    return _BY_VERSION.get((api_version, kind))


def is_checked(api_version: str, kind: str) -> bool:
    """Whether all fields of such an object are checked."""
    known = known_kind(api_version, kind)
    return known is not None and known.is_checked


def standing(api_version: str, kind: str) -> Standing:
    """What becomes of an object of this kind: it is read, it is none of our business, or it is a kind of ours that no
    controller will act on (a version or kind that does not exist, or a group that only looks like ACK's)."""
    group, _, version = api_version.partition("/")
    if (
        known_kind(api_version, kind) is not None
        or (api_version, kind) in (("v1", "ServiceAccount"), NAMESPACE)
        or (api_version, kind) in WORKLOADS
    ):
        return "read"
    if group == IAM_GROUP:
        known = version == "v1alpha1" and kind.removesuffix("List") in KNOWN_IAM_KINDS
        return "passed-over" if known else "unsupported"
    if kind in BY_NAME and BY_NAME[kind].group == group:
        return "unsupported"
    looks_alike = re.fullmatch(r"(identitymanagement|iam)\.(services?|aws)\.?(k8s)?\.?(aws)?", group)
    return "unsupported" if looks_alike else "passed-over"
