"""Who may assume a role before and after, told by asking both trust policies about the same callers.

Callers are those that either policy names, and an example of each kind that it lets in by a pattern. Sources: see
`iam.trust` and `requirements.trust`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ..iam.decisions.conditions import Truth
from ..iam.decisions.principals import Caller, CallerKind
from ..iam.documents.context import Context
from ..iam.documents.document import Document, Statement
from ..iam.expressions import expression
from ..iam.proofs.trust import WEB_IDENTITY, issuer_of, may_assume, oidc_providers, other_subjects, token_context
from ..iam.values import NamedTuple
from ..inventory.objects import Role
from ..requirements.pods import ANY, PodCaller, pods_named
from ..requirements.ways import AUDIENCE, lets_in_pod


class TrustChange(NamedTuple):
    """Who is let in now and was not, who is shut out now and was not, and what cannot be told."""

    let_in: tuple[str, ...]
    shut_out: tuple[str, ...]
    unclear: tuple[str, ...]


def compare_trust(
    before: Role | None, after: Role | None, accounts: tuple[str, ...], values: Mapping[str, str]
) -> TrustChange:
    """Compares two trust policies; `accounts` are the service accounts (`NAMESPACE/NAME`) that work with the role.
    Strangers are asked about as well: in the cell's cluster, in another one, and without session tags."""
    texts = [role.trust.text if role and role.trust else None for role in (before, after)]
    if texts[0] == texts[1]:
        return TrustChange((), (), ())
    old, new = (role.trust.parsed.document if role and role.trust else None for role in (before, after))
    unread = [role for role, document in ((before, old), (after, new)) if role and document is None]
    if unread:
        return TrustChange((), (), ("a trust policy cannot be read, so who may assume the role cannot be compared",))
    let_in: list[str] = []
    shut_out: list[str] = []
    unclear: list[str] = []
    for name, was, now in _fewest(list(_asked(old, new, accounts, values))):
        if was is not True and now is True:
            let_in.append(name)
        elif was is True and now is False:
            shut_out.append(name)
        elif was is not now and now is None:
            unclear.append(f"whether {name} may assume it now")
        elif was is None and now is False:
            unclear.append(f"whether {name} could assume it before: now it cannot")
    return TrustChange(tuple(let_in), tuple(shut_out), tuple(unclear))


def _fewest(asked: list[tuple[str, Truth, Truth]]) -> list[tuple[str, Truth, Truth]]:
    """Without rows that another row with the same change covers: "any pod" covers every stranger, and a plain name the
    same one in another cluster or account, without session tags or with an odd audience; "another account" covers one
    that a policy names, and so does "another cluster"."""
    changes = {name: (was, now) for name, was, now in asked}
    through = " through EKS Pod Identity"

    def is_spoken_for(name: str, was: Truth, now: Truth) -> bool:
        plain = name
        for more in (_OTHER_ACCOUNT, _OTHER_CLUSTER, " without session tags"):
            plain = plain.replace(more, "")
        plain = re.sub(r" in (?:account \d+|cluster [\w-]+)(?= through)", "", plain)
        plain = plain.partition(" with the audience ")[0]
        stranger = re.sub(r" in account \d+(?= through)", _OTHER_ACCOUNT, name)
        stranger = re.sub(r" in cluster [\w-]+(?= through)", _OTHER_CLUSTER, stranger)
        if any(other != name and changes.get(other) == (was, now) for other in (plain, stranger)):
            return True
        is_stranger = name.startswith((f"{_ANYBODY} of", "service accounts "))
        return is_stranger and changes.get(name.replace(name.partition(through)[0], _ANYBODY)) == (was, now)

    return [row for row in asked if not is_spoken_for(*row)]


def _asked(
    one: Document | None, other: Document | None, accounts: tuple[str, ...], values: Mapping[str, str]
) -> Iterator[tuple[str, Truth, Truth]]:
    documents = [document for document in (one, other) if document is not None]
    for provider, subject in dict.fromkeys(item for document in documents for item in _tokens(document)):
        for audience in _audiences(documents, provider):
            answers = [_takes(document, provider, subject, audience) for document in (one, other)]
            if answers == [None, None] and _of_tokens(one, provider) != _of_tokens(other, provider):
                answers = [False, None]
            asked = "" if audience == AUDIENCE else f" with the audience {audience}"
            yield f"{_called(subject)} of {issuer_of(provider)}{asked}", answers[0], answers[1]
    for name, pod, its_values in _pods(documents, accounts, values):
        truths = [lets_in_pod(item, pod, its_values) if item else False for item in (one, other)]
        if truths == [None, None] and _of_pods(one) != _of_pods(other):
            truths = [False, None]
        yield f"{name} through EKS Pod Identity", truths[0], truths[1]
    for caller, action in dict.fromkeys(item for document in documents for item in _others(document)):
        truths = [may_assume(item, caller, action, Context()) if item else False for item in (one, other)]
        if truths == [None, None] and _written(one, caller) != _written(other, caller):
            # Conditional before and after, on different conditions.
            truths = [False, None]
        yield caller.arn, truths[0], truths[1]


_ANYBODY = "any pod"
_OTHER_CLUSTER, _OTHER_ACCOUNT = " in another cluster", " in another account"


def _pods(
    documents: list[Document], accounts: tuple[str, ...], values: Mapping[str, str]
) -> Iterator[tuple[str, PodCaller, Mapping[str, str]]]:
    """Whom to ask about, with a name and the values of the cell: pods that are known, those that a policy names,
    strangers; each also in another cluster than the cell's, in another account (aws:SourceAccount and aws:SourceArn say
    which), and by an association without session tags."""
    cluster = values.get("cluster", "")
    elsewhere = tuple(_elsewhere(documents, values)) if values.get("account") else ()
    known = [PodCaller(*account.partition("/")[::2], cluster) for account in accounts]
    for pod in dict.fromkeys((*known, *pods_named(documents, cluster))):
        yield _named(pod), pod, values
        yield f"{_named(pod)}{_OTHER_CLUSTER}", pod._replace(cluster="some-other-cluster"), values
        for where, account, its_cluster in elsewhere:
            yield f"{_named(pod)}{where}", pod._replace(cluster=its_cluster), {**values, "account": account}
        yield f"{_named(pod)} without session tags", pod._replace(has_tags=False), values


def _elsewhere(documents: list[Document], values: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """(words, account, cluster) of pods outside of the cell: of a stranger's account, and of those that conditions on
    aws:SourceAccount and aws:SourceArn speak of."""
    own, cluster = values.get("account", ""), values.get("cluster", "")
    yield _OTHER_ACCOUNT, "some-other-account", cluster
    sides = [set(_places(document, own, cluster)) for document in documents]
    # Those that one side alone names are what has changed; the others are asked as far as it goes.
    changed = sides[0] ^ sides[-1] if sides else set()
    everywhere = sorted(sides[0] & sides[-1]) if sides else []
    for account, its_cluster in [*sorted(changed)[:_MOST_CHANGED], *everywhere[:_MOST_ELSEWHERE]]:
        if account != own:
            yield f" in account {account}", account, its_cluster
        elif its_cluster != cluster:
            yield f" in cluster {its_cluster}", account, its_cluster


def _places(document: Document, own: str, cluster: str) -> Iterator[tuple[str, str]]:
    """(account, cluster) that conditions on where a call comes from speak of, or an example of each pattern."""
    for item in (item for statement in document.statements for item in statement.conditions):
        for value in item.values:
            if item.key.lower() == "aws:sourceaccount":
                yield _example(value, 12), cluster
            elif item.key.lower() == "aws:sourcearn":
                whole, field = _ACCOUNT.search(value), [*value.split(":", 5), *[""] * 5][4]
                account = whole[0] if whole else _example(field, 12) if field.strip("*?") else own
                named = value.partition(":cluster/")[2]
                yield account, _example(named, 0) if named else cluster


_ACCOUNT = expression(r"(?<!\d)\d{12}(?!\d)")
_MOST_CHANGED = 200
_MOST_ELSEWHERE = 20


def _example(pattern: str, length: int) -> str:
    """A text that the pattern matches, filled up to a length with zeros."""
    return pattern.replace("?", "0").replace("*", "0" * max(1, length - len(pattern.replace("*", ""))))


def _named(pod: PodCaller) -> str:
    """A service account as people read it; of a stranger only what a policy says of it."""
    if pod.namespace == ANY:
        return _ANYBODY if pod.name == ANY else f"service accounts {pod.name} of any namespace"
    return f"{_ANYBODY} of {pod.namespace}" if pod.name == ANY else f"{pod.namespace}/{pod.name}"


def _audiences(documents: list[Document], provider: str) -> tuple[str, ...]:
    """The audience of pods, and those that the policies ask for of this issuer's tokens."""
    key = f"{issuer_of(provider)}:aud".lower()
    named = (
        value
        for document in documents
        for statement in document.statements
        for item in statement.conditions
        if item.key.lower() == key
        for value in item.values
        if "*" not in value and "?" not in value
    )
    return tuple(dict.fromkeys((AUDIENCE, *named, "some-other-audience")))


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


def _takes(document: Document | None, provider: str, subject: str, audience: str) -> Truth:
    if document is None:
        return False
    context = token_context(document, issuer_of(provider), {"aud": audience, "sub": subject})
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
                is_saml = ":saml-provider/" in name
                yield Caller("Federated", name), "sts:AssumeRoleWithSAML" if is_saml else WEB_IDENTITY
            elif principal.kind in ("AWS", "*"):
                yield _aws(name), "sts:AssumeRole"


_POD_IDENTITY = "pods.eks.amazonaws.com"


def _aws(name: str) -> Caller:
    """An AWS principal as a caller; a user of an account that nobody has stands for everyone."""
    if name == "*":
        return Caller("user", "arn:aws:iam::999999999999:user/anybody")
    if name.isdigit():
        return Caller("root", f"arn:aws:iam::{name}:root")
    kind: CallerKind = "role" if ":role/" in name else "user" if ":user/" in name else "root"
    return Caller(kind, name)


_Written = set[tuple[object, ...]]
"""What statements say, whatever the order: where the answer hangs on a condition on both sides, what they say tells
whether it is another one."""


def _written(document: Document | None, caller: Caller) -> _Written:
    """What the statements that name a caller say."""
    return {
        _said(statement, ())
        for statement in (document.statements if document else ())
        if any(_aws(item.entry.text) == caller or item.entry.text == caller.arn for item in statement.principals)
    }


def _of_tokens(document: Document | None, provider: str) -> _Written:
    """What the statements on a provider's tokens say, without what each token is asked about."""
    asked = tuple(f"{issuer_of(provider)}:{name}".lower() for name in ("sub", "aud"))
    statements = document.statements if document else ()
    return {_said(item, asked) for item in statements if item.effect == "Deny" or provider in oidc_providers(item)}


def _of_pods(document: Document | None) -> _Written:
    """What the statements on EKS Pod Identity say, without what each pod is asked about."""
    return {
        _said(item, ("aws:sourceaccount", "aws:sourcearn", "aws:requesttag/"))
        for item in (document.statements if document else ())
        if item.effect == "Deny" or any(one.entry.text in (_POD_IDENTITY, "*") for one in item.principals)
    }


def _said(statement: Statement, but: tuple[str, ...]) -> tuple[object, ...]:
    conditions = [(item.operator, item.key.lower(), frozenset(item.values)) for item in statement.conditions]
    return (
        statement.effect,
        frozenset(entry.text.lower() for entry in statement.actions),
        frozenset(item for item in conditions if not item[1].startswith(but)),
    )
