"""The `trust` of a requirement: may the service account that runs the proxy assume the role?

Sources: EKS User Guide, "IAM roles for service accounts" (audience sts.amazonaws.com, subject
system:serviceaccount:NAMESPACE:NAME) and "EKS Pod Identity" (principal pods.eks.amazonaws.com, sts:AssumeRole and
sts:TagSession, request tags).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from ..iam.conditions import Truth, any_of
from ..iam.context import Values, make_context
from ..iam.document import Document
from ..iam.principals import Caller
from ..iam.trust import WEB_IDENTITY, issuer_of, may_assume, token_context
from ..inventory import Object, Role, altered
from .layers import ignored_trust
from .model import Requirement, fill
from .select import Selected

Way = Literal["irsa", "pod-identity"]


class TrustCheck(NamedTuple):
    """Whether the service account (`NAMESPACE/NAME`) may assume the role; None with a `reason` when it cannot be
    told.
    """

    service_account: str
    truth: Truth
    reason: str = ""


def check_trust(requirement: Requirement, selected: Selected, values: dict[str, str]) -> TrustCheck | None:
    """Puts the requirement's trust to a role; None when the requirement has none. `values` are the parameters.

    Where it is known how the service account gets the role, only that way counts.
    """
    role = selected.role
    trust = requirement.trust
    if trust is None:
        return None
    filled = fill(trust.service_account, values)
    if filled.unset:
        names = ", ".join(f"${{{name}}}" for name in filled.unset)
        return TrustCheck(filled.text, None, f"no service account is known to use the role ({names})")
    changed = changed_by(role, selected.giver) or ignored_trust(role)
    if changed:
        return TrustCheck(filled.text, None, changed)
    document = role.trust.parsed.document if role.trust else None
    if document is None:
        return TrustCheck(filled.text, None, "the role's trust policy cannot be read")
    taken = _WAYS.get(selected.giver.kind) if selected.giver else None
    ways = [way for way in trust.via if taken is None or way == taken]
    if not ways:
        return TrustCheck(filled.text, False)
    answers = [lets_in(document, way, filled.text, values) for way in ways]
    truth = any_of(answer.truth for answer in answers)
    reasons = [answer.reason for answer in answers if answer.reason and answer.truth is None]
    return TrustCheck(filled.text, truth, "; ".join(dict.fromkeys(reasons)) if truth is None else "")


def changed_by(role: Role, giver: Object | None) -> str:
    """What of kustomize keeps it from being told who may assume a role: a change of the role, or of the object that
    gives it to a service account; "" for nothing."""
    of_role = altered(role.object, "content", "namespace")
    return of_role or (altered(giver, "content", "name", "namespace") if giver is not None else "")


_WAYS: dict[str, Way] = {"ServiceAccount": "irsa", "PodIdentityAssociation": "pod-identity"}


def way_of(giver: Object) -> Way | None:
    """The way in which an object gives a role to a service account."""
    return _WAYS.get(giver.kind)


def lets_in(document: Document, way: Way, service_account: str, values: Mapping[str, str]) -> TrustCheck:
    """Whether a trust policy lets a service account (`NAMESPACE/NAME`) assume the role in one way. `values` are the
    cell's parameters, of which the issuer, the account and the cluster's name count.
    """
    namespace, _, name = service_account.partition("/")
    answer = _through_irsa if way == "irsa" else _through_pod_identity
    truth, reason = answer(document, namespace, name, values)
    return TrustCheck(service_account, truth, reason)


class _Answer(NamedTuple):
    truth: Truth
    reason: str = ""


def _through_irsa(document: Document, namespace: str, name: str, values: Mapping[str, str]) -> _Answer:
    issuer = values.get("oidcIssuer", "").removeprefix("https://").rstrip("/")
    federated = [
        issuer_of(principal.entry.text)
        for statement in document.statements
        for principal in statement.principals
        if principal.kind == "Federated"
    ]
    if not issuer and not any(federated):
        return _Answer(False)
    claims = {"aud": "sts.amazonaws.com", "sub": f"system:serviceaccount:{namespace}:{name}"}
    caller = Caller("Federated", f"arn:*:iam::{values.get('account', '*')}:oidc-provider/{issuer or '*'}")
    truth = may_assume(document, caller, WEB_IDENTITY, token_context(document, issuer, claims))
    if not issuer:
        return _Answer(None, "the cell's oidcIssuer is not given")
    return _Answer(truth, "the trust policy has conditions that hang on more than the service account")


def _through_pod_identity(document: Document, namespace: str, name: str, values: Mapping[str, str]) -> _Answer:
    known: dict[str, str | Values] = {
        "aws:RequestTag/kubernetes-namespace": namespace,
        "aws:RequestTag/kubernetes-service-account": name,
    }
    if "account" in values:
        known["aws:SourceAccount"] = values["account"]
    if "cluster" in values:
        known["aws:RequestTag/eks-cluster-name"] = values["cluster"]
    context = make_context(known)
    caller = Caller("Service", "pods.eks.amazonaws.com")
    truths = [may_assume(document, caller, action, context) for action in ("sts:AssumeRole", "sts:TagSession")]
    truth = False if False in truths else None if None in truths else True
    return _Answer(truth, "the trust policy has conditions that hang on more than the service account")
