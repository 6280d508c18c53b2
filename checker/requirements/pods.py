"""What is known of the call with which EKS Pod Identity assumes a role for a pod.

Sources: EKS User Guide, "Create IAM role with trust policy required by EKS Pod Identity" (the request tags may be asked
for in the trust policy) and "Grant pods access to AWS resources based on tags" (the six tags; disableSessionTags, which
a session policy on the association requires, leaves them out; no others can be added); IAM User Guide, "AWS global
condition context keys" (aws:PrincipalOrgID is there for members of an organization, which no service is); on
aws:SourceArn, which is the cluster's ARN, and
aws:SourceAccount, its account: terraform-aws-modules/terraform-aws-eks-pod-identity#11.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ..ack.objects import mapping, text
from ..iam.documents.context import Context, Values, make_context
from ..iam.documents.document import Document
from ..iam.documents.regions import partition_of
from ..iam.values import NamedTuple
from ..inventory.objects import Object

SERVICE = "pods.eks.amazonaws.com"

SESSION_TAGS = (
    "eks-cluster-arn", "eks-cluster-name", "kubernetes-namespace", "kubernetes-service-account", "kubernetes-pod-name",
    "kubernetes-pod-uid",
)  # fmt: skip
"""Tags that EKS Pod Identity puts on the session; a session tag wins over the role's tag of the same key."""


class PodCaller(NamedTuple):
    """On whose behalf the role is assumed: a service account of a cluster ("" where it is not known), with or without
    session tags."""

    namespace: str
    name: str
    cluster: str = ""
    has_tags: bool = True


def caller_of(namespace: str, name: str, association: Object | None, values: Mapping[str, str]) -> PodCaller:
    """The service account that an association gives a role to; without an association, as by one with session tags."""
    spec = mapping(association.data.get("spec")) if association is not None else {}
    cluster = text(spec.get("clusterName")) or ("" if spec.get("clusterRef") else values.get("cluster", ""))
    return PodCaller(namespace, name, cluster, not (spec.get("disableSessionTags") is True or spec.get("policy")))


def request_of(caller: PodCaller, values: Mapping[str, str]) -> Context:
    """The condition context of the call, as far as it is known. `values` are the cell's parameters."""
    region, account = values.get("region", ""), values.get("account", "")
    known: dict[str, str | Values] = {
        "aws:SecureTransport": "true",
        "aws:PrincipalIsAWSService": "true",
        "aws:PrincipalServiceName": SERVICE,
    }
    if account:
        known["aws:SourceAccount"] = account
    arn = ""
    if region and account and caller.cluster:
        arn = f"arn:{partition_of(region)}:eks:{region}:{account}:cluster/{caller.cluster}"
        known["aws:SourceArn"] = arn
    tags = {"kubernetes-namespace": caller.namespace, "kubernetes-service-account": caller.name}
    tags |= {"eks-cluster-name": caller.cluster} if caller.cluster else {}
    tags |= {"eks-cluster-arn": arn} if arn else {}
    if not caller.has_tags:
        return make_context(known, ("aws:TagKeys", *_OF_AN_ORGANIZATION), complete=(_TAG,))
    known |= {f"{_TAG}{name}": value for name, value in tags.items()}
    known["aws:TagKeys"] = SESSION_TAGS
    others = {f"{_TAG}{name}": "*" for name in SESSION_TAGS if name not in tags}
    return make_context(known, _OF_AN_ORGANIZATION, shapes=others, complete=(_TAG,))


_TAG = "aws:RequestTag/"
_OF_AN_ORGANIZATION = ("aws:PrincipalOrgID", "aws:PrincipalOrgPaths")


ANY = "any"
"""Stands for namespaces and service accounts that no policy names: associations are often made outside of manifests."""

_MOST_EXAMPLES = 20


def pods_named(documents: Iterable[Document], cluster: str) -> Iterator[PodCaller]:
    """Callers to ask about: strangers, and one for each namespace and name that a condition on the request tags names,
    or lets in by a pattern."""
    names: dict[str, dict[str, None]] = {"kubernetes-namespace": {ANY: None}, "kubernetes-service-account": {ANY: None}}
    for item in (item for document in documents for statement in document.statements for item in statement.conditions):
        tag = item.key.lower().removeprefix("aws:requesttag/")
        if tag in names and len(names[tag]) < _MOST_EXAMPLES:
            names[tag] |= dict.fromkeys(value.replace("*", "x").replace("?", "x") for value in item.values)
    for namespace in names["kubernetes-namespace"]:
        yield from (PodCaller(namespace, name, cluster) for name in names["kubernetes-service-account"])
