"""Who may assume a role: the trust policy, asked about one caller, or about everybody else.

Source: IAM User Guide, "IAM roles: Trust policy" (a trust policy must itself allow; an explicit Deny wins) and "AWS
JSON policy elements: Principal"; EKS User Guide, "IAM roles for service accounts": the token's subject is
system:serviceaccount:NAMESPACE:NAME, its audience sts.amazonaws.com, and it carries the claims of its own issuer only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from ..decisions.branches import branches
from ..decisions.clauses import Atom, PolicyQuestion, applies, covering
from ..decisions.combine import is_allowed, situation
from ..decisions.conditions import Truth
from ..decisions.evaluate import Request, evaluate
from ..decisions.policies import Attached, Layer
from ..decisions.principals import Caller
from ..documents.context import Context, Values, make_context
from ..documents.document import Condition, Document, Statement
from ..documents.operators import split_operator

WEB_IDENTITY = "sts:AssumeRoleWithWebIdentity"
_TRUTHS: dict[str, Truth] = {"allowed": True, "explicit-deny": False, "implicit-deny": False, "unknown": None}


def may_assume(document: Document, caller: Caller, action: str, context: Context) -> Truth:
    """Whether the trust policy lets a caller from outside (a federated identity, a service) use the action
    (`sts:AssumeRole…`): True, False or None (cannot tell).
    """
    return _TRUTHS[evaluate(Request(action, "*", context, caller), _layers(document)).outcome]


def issuer_of(provider: str) -> str:
    """The issuer behind the ARN of an OIDC provider, as condition keys name it: without https:// and a slash at the
    end, whatever the ARN has; "" for another ARN."""
    return provider.partition(":oidc-provider/")[2].removeprefix("https://").rstrip("/")


def oidc_providers(statement: Statement) -> tuple[str, ...]:
    """The ARNs of OIDC providers that a statement names as principals."""
    named = (principal.entry.text for principal in statement.principals if principal.kind == "Federated")
    return tuple(name for name in named if issuer_of(name))


def is_cluster(provider: str) -> bool:
    """Whether the provider is that of an EKS cluster, whose tokens are those of its service accounts."""
    return issuer_of(provider).startswith("oidc.eks.")


def token_context(document: Document, issuer: str, claims: Mapping[str, str]) -> Context:
    """What is known when a token of this issuer is presented: its claims, and that it has none of other issuers."""
    known: dict[str, str | Values] = {f"{issuer}:{name}": value for name, value in claims.items()}
    ours = {f"{issuer}:aud".lower(), f"{issuer}:sub".lower()}
    keys = {item.key for statement in document.statements for item in statement.conditions}
    foreign = tuple(key for key in keys if key.lower().endswith((":aud", ":sub")) and key.lower() not in ours)
    return make_context(known, foreign)


@lru_cache(maxsize=1024)
def other_subjects(document: Document, provider: str) -> tuple[str, ...]:
    """Subjects that the trust policy lets in by a pattern or by asking for no subject, each an example of its kind.

    Those it names literally are left out: they are intended. There are none where it cannot be told.
    """
    return () if names_its_callers(document, provider) else tuple(_let_in(document, provider))


def names_its_callers(document: Document, provider: str) -> bool:
    """Whether every statement that allows anything asks for subjects that it names literally: nobody else gets in with
    a token of this provider. Told without deciding anything, for what nearly all trust policies are."""
    subject = f"{issuer_of(provider)}:sub".lower()
    return not document.holes and all(
        statement.effect == "Deny"
        or any(
            item.key.lower() == subject
            and item.operator.lower() == "stringequals"
            and not any("${" in value for value in item.values)
            for item in statement.conditions
        )
        for statement in document.statements
    )


def _let_in(document: Document, provider: str) -> Iterator[str]:
    issuer = issuer_of(provider)
    subject = f"{issuer}:sub".lower()
    context = token_context(document, issuer, {"aud": "sts.amazonaws.com"})
    caller = Caller("Federated", provider)
    given = situation(_layers(document), caller, "")
    rows = covering(given.layers, PolicyQuestion(WEB_IDENTITY, context, caller, "*"))

    def judge(assumed: Mapping[Atom, bool]) -> Truth:
        return is_allowed(given, [(clause, applies(clause, covered, assumed)) for clause, covered in rows])

    named = {
        value
        for statement in document.statements
        for item in statement.conditions
        if item.key.lower() == subject
        for value in item.values
        if not _is_pattern(item) or ("*" not in value and "?" not in value)
    }
    atoms = [item for clause, _ in rows for item in clause.open]
    for case in branches(atoms, context, judge, frozenset({subject})) or ():
        values = case.examples.get(subject, ("",))
        # Names in Kubernetes are in lower case: in another spelling they are nobody's.
        can_be = not values or not values[0].lower().startswith(_OF_PODS) or values[0] == values[0].lower()
        if case.truth and values and can_be and not named.issuperset(values):
            yield values[0]


_OF_PODS = "system:serviceaccount:"


def _is_pattern(condition: Condition) -> bool:
    operator = split_operator(condition.operator)
    return operator is not None and operator.is_pattern


def _layers(document: Document) -> tuple[Layer, ...]:
    return (Layer("trust", (Attached("the trust policy", document),)),)
