"""Whether the role's trust policy lets the pod in, and if not, what stands in the way.

Source: EKS User Guide, "IAM roles for service accounts" (subject and audience of the token) and "EKS Pod Identity"
(sts:AssumeRole and sts:TagSession for pods.eks.amazonaws.com).
"""

from __future__ import annotations

from typing import Literal

from ...ack.objects import mapping, sequence
from ...iam.decisions.conditions import Truth
from ...iam.decisions.principals import Caller
from ...iam.documents.document import Document, parse
from ...iam.proofs.trust import WEB_IDENTITY, issuer_of, may_assume, token_context
from ...iam.values import NamedTuple
from ...live.record.effective_role import environment
from ...requirements.parameters import issuer_in
from ...requirements.ways import lets_in
from ..case.access import View
from ..case.case import Case
from .refusals import Source

Blocker = Literal["", "issuer", "subject", "audience", "principal", "tag-session", "first role", "condition"]


class Trusting(NamedTuple):
    """Whether the pod may assume the role; if not, what is in the way, and what the trust policy says there."""

    truth: Truth
    blocker: Blocker
    stated: tuple[str, ...]


def trusting(case: Case) -> Trusting | None:
    """Whether the trust policy in IAM lets the pod in. None where the policy, the pod or the issuer is not known."""
    return _judged(case, mapping(case.value("role")).get("trust"))


LETS_IN: dict[Source, str] = {
    "object": "the ACK Role in the cluster lets the pod in", "manifests": "the manifests let the pod in",
}  # fmt: skip
"""Where a trust policy that lets the pod in stands, as a sentence."""


def trust_arrives(case: Case) -> Source | None:
    """What has a trust policy that lets the pod in; None where neither does."""
    views: tuple[tuple[View | None, Source], ...] = ((case.declared, "object"), (case.in_git, "manifests"))
    for view, source in views:
        verdict = _judged(case, view.source.role.trust.text) if view and view.source.role.trust else None
        if verdict is not None and verdict.truth is True:
            return source
    return None


def trusting_next(case: Case) -> Trusting | None:
    """Whether the trust policy of the Role object lets the pod in: what the controller makes of the role."""
    trust = case.declared.source.role.trust if case.declared else None
    return _judged(case, trust.text) if trust is not None else None


def _judged(case: Case, trust: str | None) -> Trusting | None:
    document = parse(trust, "trust").document if trust else None
    if document is None or not case.account_name:
        return None
    if case.uses_pod_identity:
        return _pod_identity(case, document)
    issuer = issuer_in(case.parameters)
    return _irsa(case, document, issuer) if issuer else None


def audience_of(case: Case) -> str:
    """The audience of the token that the pod presents; the webhook's default is sts.amazonaws.com."""
    token = environment(case.container or {}).get("AWS_WEB_IDENTITY_TOKEN_FILE", "")
    if token.startswith("/var/run/secrets/kubernetes.io/"):
        return "that of the API server"
    volumes = sequence(mapping(mapping(case.pod).get("spec")).get("volumes"))
    named = {entry.get("name"): entry.get("audience") for entry in volumes if isinstance(entry, dict)}
    return str(named.get("aws-iam-token") or named.get("aws-token") or "sts.amazonaws.com")


def _irsa(case: Case, document: Document, issuer: str) -> Trusting:
    provider = f"arn:*:iam::{case.parameters.get('roleAccount', '*')}:oidc-provider/{issuer}"
    caller = Caller("Federated", provider)
    claims = {"aud": audience_of(case), "sub": case.subject}

    def asked(*names: str) -> Truth:
        known = {name: claims[name] for name in names}
        return may_assume(document, caller, WEB_IDENTITY, token_context(document, issuer, known))

    truth = asked("aud", "sub")
    if truth is not False:
        return Trusting(truth, "", ())
    named = [issuer_of(item.entry.text) for statement in document.statements for item in statement.principals]
    if issuer not in named:
        return Trusting(False, "issuer", tuple(filter(None, named)))
    # With one claim left open the answer is no longer "no": that claim is what the policy refuses.
    if asked("aud") is not False:
        return Trusting(False, "subject", _values(document, f"{issuer}:sub"))
    if asked("sub") is not False:
        return Trusting(False, "audience", _values(document, f"{issuer}:aud"))
    return Trusting(False, "principal", ())


def _pod_identity(case: Case, document: Document) -> Trusting:
    association = mapping(case.value("association"))
    if association.get("targetRoleArn"):
        # EKS assumes the first role, which assumes the target role: the target trusts the first role, not EKS.
        first = Caller("role", str(association.get("roleArn", "")))
        truth = may_assume(document, first, "sts:AssumeRole", token_context(document, "", {}))
        return Trusting(truth, "" if truth is not False else "first role", (first.arn,))
    values = {**case.parameters, "account": case.parameters.get("roleAccount", case.parameters.get("account", ""))}
    answer = lets_in(document, "pod-identity", f"{case.namespace}/{case.account_name}", values)
    if answer.truth is not False:
        return Trusting(answer.truth, "", ())
    caller = Caller("Service", "pods.eks.amazonaws.com")
    anywhere = token_context(document, "", {})
    if may_assume(document, caller, "sts:AssumeRole", anywhere) is False:
        return Trusting(False, "principal", ())
    if may_assume(document, caller, "sts:TagSession", anywhere) is False:
        return Trusting(False, "tag-session", ())
    return Trusting(False, "condition", ())


def _values(document: Document, key: str) -> tuple[str, ...]:
    return tuple(
        value
        for statement in document.statements
        for condition in statement.conditions
        if condition.key.lower() == key.lower()
        for value in condition.values
    )
