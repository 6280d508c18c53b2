"""A trust policy that lets in more than it should: any pod of the cluster, or anyone at all.

What it does
    Looks for service accounts that could assume the role beside those the
    trust policy names: no condition on the token's `sub`, a pattern over
    namespaces, or `*` as principal without any condition. For OIDC providers
    that are no cluster (GitHub and the like): a `sub` that anybody's token has.

Why it matters
    Every pod of the cluster can then take the role and read the keys, from a
    namespace that has nothing to do with the index.

Example
        "Condition": {"StringEquals": {"…:aud": "sts.amazonaws.com"}}

Use instead
        "Condition": {"StringEquals": {"…:aud": "sts.amazonaws.com",
          "…:sub": "system:serviceaccount:tenant-acme:reverse-proxy-acme"}}

Source
    EKS User Guide, "IAM roles for service accounts"; EKS Best Practices
    Guide, "Scope the IAM role trust policy for IRSA"; IAM User Guide, "AWS
    JSON policy elements: Principal" (the star).
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.problem import Problem
from ...iam.decisions.principals import Caller
from ...iam.proofs.trust import (
    WEB_IDENTITY,
    is_cluster,
    issuer_of,
    may_assume,
    names_its_callers,
    other_subjects,
    token_context,
)
from ...project.project import DocumentFacts
from ..rule import About
from ..statements._statements import Written, problem_in
from ._policies import allowing, subject_text, web_identities

ABOUT = About("open-trust", "error", security_severity="9.5")

_WHY = "a pod that has nothing to do with this role can take it, and has its access"


def check_document(document: DocumentFacts) -> Iterator[Problem]:
    for written in allowing(document.inventory):
        yield from _anyone(written)
    for written, provider in web_identities(document.inventory):
        who = _who_else(written, provider)
        if who is not None:
            due = "system:serviceaccount:NAMESPACE:NAME" if is_cluster(provider) else "…"
            hint = f'write "StringEquals": {{"{issuer_of(provider)}:sub": "{due}"}}'
            path = subject_path(written, provider)
            yield problem_in(
                written, path, f"{who} can assume the role", _WHY, hint, subject_text(written, provider), "key"
            )


_ELSEWHERE = "system:serviceaccount:some-other-namespace:some-other-account"
_ANY_SUBJECTS = ("some-other-subject", "repo:some-other-owner/some-other-repository:ref:refs/heads/main")


def _who_else(written: Written, provider: str) -> str | None:
    """Who is let in without being named; None for nobody."""
    if names_its_callers(written.document, provider):
        return None
    if not is_cluster(provider):
        everybody = any(_lets_in(written, provider, subject) for subject in _ANY_SUBJECTS)
        return f"anyone who gets a token from {issuer_of(provider)}" if everybody else None
    if _lets_in(written, provider, _ELSEWHERE):
        return "any pod of the cluster"
    far = [item for item in other_subjects(written.document, provider) if is_far(written, provider, item)]
    return f"a pod that runs as {_elsewhere(far[0])}" if far else None


def _elsewhere(example: str) -> str:
    """The example with a namespace and a name that can exist."""
    prefix, marker, rest = example.partition("system:serviceaccount:")
    namespace, _, name = rest.partition(":")
    return f"{prefix}{marker}{namespace}x:{name or 'x'}" if marker else example


def subject_path(written: Written, provider: str) -> tuple[str | int, ...]:
    """The condition on the subject, else the Condition element, else the statement."""
    statement = written.statement
    for item in statement.conditions:
        if item.key.lower() == f"{issuer_of(provider)}:sub".lower():
            return item.path
    return (*statement.path, "Condition") if statement.conditions else (*statement.path, "Effect")


def is_far(written: Written, provider: str, example: str) -> bool:
    """Whether the namespace of the service account is left open, and not only its name."""
    prefix, _, rest = example.partition("system:serviceaccount:")
    return bool(prefix) or not rest or _lets_in(written, provider, _elsewhere(example))


def _lets_in(written: Written, provider: str, subject: str) -> bool:
    claims = {"aud": "sts.amazonaws.com", "sub": subject}
    context = token_context(written.document, issuer_of(provider), claims)
    return may_assume(written.document, Caller("Federated", provider), WEB_IDENTITY, context) is True


def _anyone(written: Written) -> Iterator[Problem]:
    for principal in written.statement.principals:
        is_everyone = principal.entry.text == "*" and principal.kind in ("*", "AWS")
        if is_everyone and not written.statement.conditions and not written.statement.not_principals:
            wrong = "anyone, in any AWS account, can assume the role"
            hint = 'name the principal: {"Service": "pods.eks.amazonaws.com"}, or the cluster\'s OIDC provider'
            yield problem_in(written, principal.entry.path, wrong, _WHY, hint, "*")
