"""Who may assume a role before and after, told by asking both trust policies about the same callers.

Callers are those that either policy names, and an example of each kind that it lets in by a pattern. Sources: see
`iam.trust` and `requirements.trust`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ..iam.conditions import Truth
from ..iam.context import Context
from ..iam.document import Document
from ..iam.principals import Caller, CallerKind
from ..iam.trust import WEB_IDENTITY, issuer_of, may_assume, oidc_providers, other_subjects, token_context
from ..inventory import Role
from ..requirements.trust import lets_in


class TrustChange(NamedTuple):
    """Who is let in now and was not, who is shut out now and was not, and what cannot be told."""

    let_in: tuple[str, ...]
    shut_out: tuple[str, ...]
    unclear: tuple[str, ...]


def compare_trust(
    before: Role | None, after: Role | None, accounts: tuple[str, ...], values: Mapping[str, str]
) -> TrustChange:
    """Compares two trust policies; `accounts` are the service accounts (`NAMESPACE/NAME`) that work with the role."""
    texts = [role.trust.text if role and role.trust else None for role in (before, after)]
    if texts[0] == texts[1]:
        return TrustChange((), (), ())
    one, other = (role.trust.parsed.document if role and role.trust else None for role in (before, after))
    unread = [role for role, document in ((before, one), (after, other)) if role and document is None]
    if unread:
        return TrustChange((), (), ("a trust policy cannot be read, so who may assume the role cannot be compared",))
    let_in: list[str] = []
    shut_out: list[str] = []
    unclear: list[str] = []
    asked = list(_asked(one, other, accounts, values))
    if any(name.startswith(f"{_ANYBODY} through") and was is not True and now is True for name, was, now in asked):
        # Whom one example stands for, the others stand for as well.
        asked = [row for row in asked if not row[0].startswith((f"{_ANYBODY} of", "service accounts "))]
    for name, was, now in asked:
        if was is not True and now is True:
            let_in.append(name)
        elif was is True and now is False:
            shut_out.append(name)
        elif was is not now and now is None:
            unclear.append(f"whether {name} may assume it now")
    return TrustChange(tuple(let_in), tuple(shut_out), tuple(unclear))


def _asked(
    one: Document | None, other: Document | None, accounts: tuple[str, ...], values: Mapping[str, str]
) -> Iterator[tuple[str, Truth, Truth]]:
    documents = [document for document in (one, other) if document is not None]
    for provider, subject in dict.fromkeys(item for document in documents for item in _tokens(document)):
        answers = [_takes(document, provider, subject) for document in (one, other)]
        yield f"{_called(subject)} of {issuer_of(provider)}", answers[0], answers[1]
    for account in dict.fromkeys((*accounts, *_pods(documents))):
        truths = [lets_in(item, "pod-identity", account, values).truth if item else False for item in (one, other)]
        yield f"{_named(account)} through EKS Pod Identity", truths[0], truths[1]
    for caller, action in dict.fromkeys(item for document in documents for item in _others(document)):
        truths = [may_assume(item, caller, action, Context()) if item else False for item in (one, other)]
        if truths == [None, None] and _written(one, caller) != _written(other, caller):
            # Under conditions before and after, and not the same ones.
            truths = [False, None]
        yield caller.arn, truths[0], truths[1]


_ANYBODY = "any pod"
_ANY = "any"
"""Stands for namespaces and service accounts that no policy names: associations are often made outside of manifests."""


def _named(account: str) -> str:
    """A service account as people read it; of a stranger only what a policy says of it."""
    namespace, _, name = account.partition("/")
    if namespace == _ANY:
        return _ANYBODY if name == _ANY else f"service accounts {name} of any namespace"
    return f"{_ANYBODY} of {namespace}" if name == _ANY else account


def _pods(documents: list[Document]) -> Iterator[str]:
    """Service accounts to ask about beside those that are known: strangers always, and one for each namespace and name
    that a condition on the request tags names, or lets in by a pattern."""
    found: dict[str, dict[str, None]] = {
        "kubernetes-namespace": {_ANY: None},
        "kubernetes-service-account": {_ANY: None},
    }
    for item in (item for document in documents for statement in document.statements for item in statement.conditions):
        tag = item.key.lower().removeprefix("aws:requesttag/")
        if tag in found and len(found[tag]) < _MOST_EXAMPLES:
            found[tag] |= dict.fromkeys(value.replace("*", "x").replace("?", "x") for value in item.values)
    for namespace in found["kubernetes-namespace"]:
        yield from (f"{namespace}/{name}" for name in found["kubernetes-service-account"])


_MOST_EXAMPLES = 20


def _called(subject: str) -> str:
    """A subject as people read it; an example that a pattern gave may be unfinished."""
    namespace, colon, name = subject.removeprefix("system:serviceaccount:").partition(":")
    if not subject.startswith("system:serviceaccount:") or not colon:
        return f"tokens such as {subject or 'any'}"
    return f"{namespace}/{name}" if namespace and name else f"service accounts such as {namespace or 'x'}/{name or 'x'}"


def _tokens(document: Document) -> Iterator[tuple[str, str]]:
    """(provider, subject) of the tokens that a trust policy speaks of, or lets in without naming them."""
    for statement in document.statements:
        for provider in oidc_providers(statement):
            key = f"{issuer_of(provider)}:sub".lower()
            for item in statement.conditions:
                if item.key.lower() == key:
                    yield from ((provider, value) for value in item.values if not {"*", "?"} & set(value))
            yield from ((provider, subject) for subject in other_subjects(document, provider))


def _takes(document: Document | None, provider: str, subject: str) -> Truth:
    if document is None:
        return False
    context = token_context(document, issuer_of(provider), {"aud": "sts.amazonaws.com", "sub": subject})
    return may_assume(document, Caller("Federated", provider), WEB_IDENTITY, context)


def _others(document: Document) -> Iterator[tuple[Caller, str]]:
    """Callers other than service accounts that statements name, and how they would assume the role."""
    for statement in document.statements:
        providers = set(oidc_providers(statement))
        for principal in statement.principals:
            name = principal.entry.text
            if principal.kind == "Service" and name != _POD_IDENTITY:
                yield Caller("Service", name), "sts:AssumeRole"
            elif principal.kind == "Federated" and name not in providers:
                yield Caller("Federated", name), "sts:AssumeRoleWithSAML"
            elif principal.kind in ("AWS", "*"):
                yield _aws(name), "sts:AssumeRole"


_POD_IDENTITY = "pods.eks.amazonaws.com"


def _aws(name: str) -> Caller:
    """An AWS principal as a caller; everyone is represented by a user of an account of nobody's."""
    if name == "*":
        return Caller("user", "arn:aws:iam::999999999999:user/anybody")
    if name.isdigit():
        return Caller("root", f"arn:aws:iam::{name}:root")
    kind: CallerKind = "role" if ":role/" in name else "user" if ":user/" in name else "root"
    return Caller(kind, name)


def _written(document: Document | None, caller: Caller) -> set[tuple[object, ...]]:
    """What the statements that name a caller say, whatever the order."""
    return {
        (
            statement.effect,
            frozenset(entry.text.lower() for entry in statement.actions),
            frozenset((item.operator, item.key.lower(), frozenset(item.values)) for item in statement.conditions),
        )
        for statement in (document.statements if document else ())
        if any(_aws(item.entry.text) == caller or item.entry.text == caller.arn for item in statement.principals)
    }
