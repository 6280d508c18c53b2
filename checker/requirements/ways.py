"""Whether a trust policy lets a service account in, through IRSA or EKS Pod Identity.

Sources: EKS User Guide, "IAM roles for service accounts" (audience sts.amazonaws.com, subject
system:serviceaccount:NAMESPACE:NAME) and "EKS Pod Identity" (principal pods.eks.amazonaws.com, sts:AssumeRole and
sts:TagSession, request tags).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Literal

from ..iam.decisions.conditions import Truth, all_of, any_of
from ..iam.decisions.principals import Caller
from ..iam.documents.context import Context, look_up
from ..iam.documents.document import Document
from ..iam.proofs.trust import WEB_IDENTITY, issuer_of, may_assume, oidc_providers, token_context
from ..iam.values import NamedTuple
from ..inventory.objects import Object
from .parameters import issuer_in
from .pods import SERVICE, PodCaller, caller_of, pods_named, request_of
from .select import Hop

Way = Literal["irsa", "pod-identity"]


class TrustCheck(NamedTuple):
    """Whether the service account (`NAMESPACE/NAME`) may assume the role; None with a `reason` when it cannot be told.

    With `is_open`, nobody knows which service account or which cluster it is to be: then False says that none can, and
    None that some may, which the requirement takes.
    """

    service_account: str
    truth: Truth
    reason: str = ""
    is_open: bool = False


_WAYS: dict[str, Way] = {"ServiceAccount": "irsa", "PodIdentityAssociation": "pod-identity"}


def way_of(giver: Object) -> Way | None:
    """The way in which an object gives a role to a service account."""
    return _WAYS.get(giver.kind)


def lets_in(
    document: Document,
    way: Way,
    service_account: str,
    values: Mapping[str, str],
    giver: Object | None = None,
    hop: Hop | None = None,
) -> TrustCheck:
    """Whether a trust policy lets a service account (`NAMESPACE/NAME`) assume the role in one way. `values` are the
    cell's parameters, of which issuer, account, region and cluster count; `giver` is the object that gives the role to
    it, `hop` the role that assumes this one for the pod, if there are such."""
    namespace, _, name = service_account.partition("/")
    if way == "irsa":
        answer = _through_irsa(document, namespace, name, values, audience_of(giver))
    else:
        association = giver if giver is not None and giver.kind == "PodIdentityAssociation" else None
        pod = caller_of(namespace, name, association, values)
        answer = _through_hop(document, hop, pod, values) if hop else _through_pod_identity(document, pod, values)
    return TrustCheck(service_account, *answer)


def lets_in_pod(document: Document, pod: PodCaller, values: Mapping[str, str]) -> Truth:
    """Whether a trust policy lets EKS Pod Identity assume the role for this pod."""
    return _through_pod_identity(document, pod, values).truth


AUDIENCE = "sts.amazonaws.com"
_AUDIENCE_ANNOTATION = "eks.amazonaws.com/audience"


def audience_of(giver: Object | None) -> str:
    """The audience of the token that the webhook gives to pods of a service account (amazon-eks-pod-identity-webhook,
    README: the annotation, else sts.amazonaws.com)."""
    return (giver.annotations.get(_AUDIENCE_ANNOTATION) if giver is not None else None) or AUDIENCE


def _through_hop(document: Document, hop: Hop, pod: PodCaller, values: Mapping[str, str]) -> _Answer:
    """A target role is assumed by the association's first role, which EKS Pod Identity assumes (EKS API,
    CreatePodIdentityAssociation, targetRoleArn)."""
    if not hop.arn:
        return _Answer(None, "which role assumes this one for the pod is not known")
    own = may_assume(document, Caller("role", hop.arn), "sts:AssumeRole", Context())
    trust = hop.role.trust.parsed.document if hop.role is not None and hop.role.trust else None
    first = _through_pod_identity(trust, pod, values).truth if trust is not None else None
    truth = all_of((own, first))
    if truth is not None:
        return _Answer(truth)
    what = "trusts it" if own is None else "may be assumed for the pod"
    return _Answer(None, f"whether {hop.arn}, which assumes this role for the pod, {what} cannot be told")


def lets_in_some(document: Document, way: Way, values: Mapping[str, str]) -> Truth:
    """Whether the trust policy lets any service account in, in one way: one that it names, or one that fits its
    patterns; None where that cannot be told."""
    if way == "pod-identity":
        pods = list(pods_named([document], values.get("cluster", "")))
        tagged = any_of(lets_in_pod(document, pod, values) for pod in pods)
        untagged = any_of(lets_in_pod(document, pod._replace(has_tags=False), values) for pod in pods)
        # An association that nobody here knows may have its session tags switched off.
        return None if tagged is False and untagged is not False else tagged
    issuer = issuer_in(values)
    providers = {name for item in document.statements for name in oidc_providers(item)}
    issuers = [name for name in map(issuer_of, sorted(providers)) if not issuer or name == issuer]
    return any_of(
        _through_irsa(document, namespace, name, {**values, "oidcIssuer": candidate}, AUDIENCE).truth
        for candidate in issuers
        for namespace, name in _subjects(document, candidate)
    )


def _subjects(document: Document, issuer: str) -> Iterator[tuple[str, str]]:
    """Service accounts (namespace, name) to ask about: each that is named, an example of each pattern, a stranger."""
    yield "any", "any"
    for statement in document.statements:
        for item in statement.conditions:
            if item.key.lower() == f"{issuer}:sub".lower():
                for value in item.values[:_MOST_SUBJECTS]:
                    parts = value.replace("*", "x").replace("?", "x").split(":")
                    if len(parts) == 4 and parts[:2] == ["system", "serviceaccount"]:
                        yield parts[2], parts[3]


_MOST_SUBJECTS = 50


class _Answer(NamedTuple):
    truth: Truth
    reason: str = ""
    is_open: bool = False


def _through_irsa(document: Document, namespace: str, name: str, values: Mapping[str, str], audience: str) -> _Answer:
    return _with_token(document, namespace, name, issuer_in(values), values.get("account", "*"), audience)


@lru_cache(maxsize=8_192)
def _with_token(document: Document, namespace: str, name: str, issuer: str, account: str, audience: str) -> _Answer:
    """The answer for a service account that presents its token; several rules ask it of the same one."""
    federated = [
        issuer_of(principal.entry.text)
        for statement in document.statements
        for principal in statement.principals
        if principal.kind == "Federated"
    ]
    if not issuer and not any(federated):
        return _Answer(False)
    if not issuer and len(set(federated)) == 1:
        # Whatever the cell's issuer is, only tokens of the one that the policy names let anybody in.
        answer = _with_token(document, namespace, name, issuer_in({"oidcIssuer": federated[0]}), account, audience)
        if answer.truth is not True:
            return answer
    claims = {"aud": audience, "sub": f"system:serviceaccount:{namespace}:{name}"}
    caller = Caller("Federated", f"arn:*:iam::{account}:oidc-provider/{issuer or '*'}")
    context = token_context(document, issuer, claims)
    truth = may_assume(document, caller, WEB_IDENTITY, context)
    if not issuer:
        return _Answer(None, "the cell's oidcIssuer is not given", is_open=True)
    return _Answer(truth, _hangs_on(document, context))


def _through_pod_identity(document: Document, pod: PodCaller, values: Mapping[str, str]) -> _Answer:
    context = request_of(pod, values)
    caller = Caller("Service", SERVICE)
    # Without session tags there is nothing to tag.
    actions = ("sts:AssumeRole", "sts:TagSession") if pod.has_tags else ("sts:AssumeRole",)
    truth = all_of(may_assume(document, caller, action, context) for action in actions)
    return _Answer(truth, _hangs_on(document, context))


def _hangs_on(document: Document, context: Context) -> str:
    """The keys that the trust policy asks for and of which nothing is known, as a reason."""
    keys = open_keys(document, context)
    named = [principal.entry.text for statement in document.statements for principal in statement.principals]
    if not keys and "*" in named:
        return "a statement names everybody (*), and whether that takes in tokens and services is documented nowhere"
    if not keys:
        return "the trust policy has conditions that hang on more than the service account"
    return f"the trust policy asks for {', '.join(keys)}, of which nothing is known here"


def open_keys(document: Document, context: Context) -> tuple[str, ...]:
    """The condition keys of a document of which this context knows nothing."""
    keys = (item.key for statement in document.statements for item in statement.conditions)
    return tuple(dict.fromkeys(key for key in keys if look_up(context, key) is None))
