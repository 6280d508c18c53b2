"""The `trust` of a requirement: may the service account that runs the proxy assume the role?

Sources: EKS User Guide, "IAM roles for service accounts" (audience sts.amazonaws.com, subject
system:serviceaccount:NAMESPACE:NAME) and "EKS Pod Identity" (principal pods.eks.amazonaws.com, sts:AssumeRole and
sts:TagSession, request tags).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from ..ack.limits import refusal
from ..iam.conditions import Truth, all_of, any_of
from ..iam.context import Context, look_up
from ..iam.document import Document
from ..iam.partitions import partition_of
from ..iam.principals import Caller
from ..iam.trust import WEB_IDENTITY, issuer_of, may_assume, token_context
from ..inventory import Object, Role, altered
from .layers import ignored_trust, refused_trust
from .model import Requirement, fill
from .pods import SERVICE, caller_of, request_of
from .pods import Caller as Pod
from .select import Selected

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


def check_trust(requirement: Requirement, selected: Selected, values: dict[str, str]) -> TrustCheck | None:
    """Puts the requirement's trust to a role; None when the requirement has none. `values` are the parameters.

    Where it is known how the service account gets the role, only that way counts.
    """
    trust = requirement.trust
    if trust is None:
        return None
    found = _check(trust.service_account, trust.via, selected, values)
    return found._replace(is_open=found.is_open and (found.truth is False or trust.when_unknown == "pass"))


def check_entry(selected: Selected, values: dict[str, str]) -> TrustCheck:
    """The same where no requirement says who must be let in: whoever is given the role, or anybody."""
    return _check("${namespace}/${serviceAccount}", ("irsa", "pod-identity"), selected, values)


def _check(wanted: str, via: tuple[Way, ...], selected: Selected, values: dict[str, str]) -> TrustCheck:
    role, giver = selected.role, selected.giver
    filled = fill(wanted, values)
    changed = changed_by(role, giver) or ignored_trust(role) or refusal(role.object)
    changed = changed or refused_trust(role, partition_of(values.get("region", "")))
    if changed:
        return TrustCheck(filled.text, None, changed)
    document = role.trust.parsed.document if role.trust else None
    if document is None:
        return TrustCheck(filled.text, None, "the role's trust policy cannot be read")
    if filled.unset:
        if any(_lets_in_some(document, way, values) for way in via):
            names = ", ".join(f"${{{name}}}" for name in filled.unset)
            return TrustCheck(filled.text, None, f"no service account is known to use the role ({names})", True)
        return TrustCheck(filled.text, False, "", True)
    taken = _WAYS.get(giver.kind) if giver else None
    ways = [way for way in via if taken is None or way == taken]
    if not ways:
        return TrustCheck(filled.text, False)
    answers = [lets_in(document, way, filled.text, values, giver) for way in ways]
    truth = any_of(answer.truth for answer in answers)
    reasons = [answer.reason for answer in answers if answer.reason and answer.truth is None]
    is_open = truth is None and all(answer.is_open for answer in answers if answer.truth is None)
    return TrustCheck(filled.text, truth, "; ".join(dict.fromkeys(reasons)) if truth is None else "", is_open)


def changed_by(role: Role, giver: Object | None) -> str:
    """What of kustomize keeps it from being told who may assume a role: a change of the role, or of the object that
    gives it to a service account; "" for nothing."""
    of_role = altered(role.object, "content", "namespace")
    return of_role or (altered(giver, "content", "name", "namespace") if giver is not None else "")


_WAYS: dict[str, Way] = {"ServiceAccount": "irsa", "PodIdentityAssociation": "pod-identity"}


def way_of(giver: Object) -> Way | None:
    """The way in which an object gives a role to a service account."""
    return _WAYS.get(giver.kind)


def lets_in(
    document: Document, way: Way, service_account: str, values: Mapping[str, str], giver: Object | None = None
) -> TrustCheck:
    """Whether a trust policy lets a service account (`NAMESPACE/NAME`) assume the role in one way. `values` are the
    cell's parameters, of which issuer, account, region and cluster count; `giver` is the object that gives the role to
    it, if there is one."""
    namespace, _, name = service_account.partition("/")
    if way == "irsa":
        answer = _through_irsa(document, namespace, name, values)
    else:
        association = giver if giver is not None and giver.kind == "PodIdentityAssociation" else None
        answer = _through_pod_identity(document, caller_of(namespace, name, association, values), values)
    return TrustCheck(service_account, *answer)


def _lets_in_some(document: Document, way: Way, values: Mapping[str, str]) -> bool:
    """Whether the trust policy lets any service account in, in one way; also where that cannot be told."""
    if way == "pod-identity":
        known = request_of(Pod("", "", values.get("cluster", "")), values)
        some = Context({key: item for key, item in known.values.items() if "kubernetes-" not in key})
        return may_assume(document, Caller("Service", SERVICE), "sts:AssumeRole", some) is not False
    issuer = values.get("oidcIssuer", "").removeprefix("https://").rstrip("/")
    caller = Caller("Federated", f"arn:*:iam::{values.get('account', '*')}:oidc-provider/{issuer or '*'}")
    context = token_context(document, issuer, {"aud": "sts.amazonaws.com"})
    return may_assume(document, caller, WEB_IDENTITY, context if issuer else Context()) is not False


class _Answer(NamedTuple):
    truth: Truth
    reason: str = ""
    is_open: bool = False


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
    if not issuer and len(set(federated)) == 1:
        # Whatever the cell's issuer is: by tokens of another one than the policy names nobody gets in.
        answer = _through_irsa(document, namespace, name, {**values, "oidcIssuer": federated[0]})
        if answer.truth is not True:
            return answer
    claims = {"aud": "sts.amazonaws.com", "sub": f"system:serviceaccount:{namespace}:{name}"}
    caller = Caller("Federated", f"arn:*:iam::{values.get('account', '*')}:oidc-provider/{issuer or '*'}")
    context = token_context(document, issuer, claims)
    truth = may_assume(document, caller, WEB_IDENTITY, context)
    if not issuer:
        return _Answer(None, "the cell's oidcIssuer is not given", is_open=True)
    return _Answer(truth, _hangs_on(document, context))


def _through_pod_identity(document: Document, pod: Pod, values: Mapping[str, str]) -> _Answer:
    context = request_of(pod, values)
    caller = Caller("Service", SERVICE)
    # Without session tags there is nothing to tag.
    actions = ("sts:AssumeRole", "sts:TagSession") if pod.has_tags else ("sts:AssumeRole",)
    truth = all_of(may_assume(document, caller, action, context) for action in actions)
    return _Answer(truth, _hangs_on(document, context))


def _hangs_on(document: Document, context: Context) -> str:
    """The keys that the trust policy asks for and of which nothing is known, as a reason."""
    keys = open_keys(document, context)
    if not keys:
        return "the trust policy has conditions that hang on more than the service account"
    return f"the trust policy asks for {', '.join(keys)}, of which nothing is known here"


def open_keys(document: Document, context: Context) -> tuple[str, ...]:
    """The condition keys of a document of which this context knows nothing."""
    keys = (item.key for statement in document.statements for item in statement.conditions)
    return tuple(dict.fromkeys(key for key in keys if look_up(context, key) is None))
