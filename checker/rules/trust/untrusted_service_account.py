"""A role whose trust policy does not let its service account assume it.

What it does
    Asks the trust policy whether a service account may assume the role
    through IRSA or EKS Pod Identity (principal, action, conditions on
    audience and subject): for every service account of the project that an
    annotation or an association gives a role, and for the one that a
    requirement names under `trust`.

Why it matters
    STS refuses the pod ("Not authorized to perform
    sts:AssumeRoleWithWebIdentity"), so the permissions of the role never come
    into play and the keys go stale.

Example
        "StringEquals": {"…:sub": "system:serviceaccount:tenant-acme:proxy"}

Use instead
        "StringEquals": {"…:sub": "system:serviceaccount:tenant-acme:reverse-proxy-acme"}

Source
    EKS User Guide, "IAM roles for service accounts" and "EKS Pod Identity".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...findings.place import Place, at, inside
from ...findings.problem import Problem, Related
from ...iam.decisions.conditions import condition_holds
from ...iam.documents.document import Condition
from ...iam.documents.paths import Path as InnerPath
from ...iam.proofs.trust import issuer_of, token_context
from ...iam.values import NamedTuple
from ...inventory.objects import Object, PolicyText, Role, called
from ...requirements.pods import caller_of, request_of
from ...requirements.select import User, users_of
from ...requirements.trust import changed_by, moved_by
from ...requirements.ways import Way, lets_in, way_of
from ..access._answers import how_to_build, why
from ..facts import Facts
from ..rule import About

ABOUT = About("untrusted-service-account", "error", asks_the_cell=True)


class RefusedCaller(NamedTuple):
    """A service account (`NAMESPACE/NAME`) that has or must have a role whose trust policy certainly refuses it."""

    role: Role
    service_account: str
    giver: Object | None
    ways: tuple[Way, ...]
    meaning: str


def check_project(facts: Facts) -> Iterator[Problem]:
    for item in refused(facts):
        yield _refused(item, facts)
    for outcome in facts.outcomes:
        for check in outcome.checks:
            trust = check.trust
            if trust is not None and trust.truth is None and not trust.is_open:
                who = "the pod that is to use it" if "${" in trust.service_account else trust.service_account
                message = f"cannot tell whether {who} can assume {called(check.role.object)}: {trust.reason}"
                readable = "make it readable: the trust policy, the service account, or oidcIssuer of the cell"
                hint = how_to_build(check.role.object, check.giver) or readable
                if "of which nothing is known" in trust.reason:
                    hint = "drop the condition, or check by hand that the call carries the key"
                yield _problem(check.role, trust.service_account, message, why(check), hint, check.giver, facts)


def refused(facts: Facts) -> Iterator[RefusedCaller]:
    """Every service account that a requirement names or an object of the project gives a role to, and that the role's
    trust policy shuts out."""
    judged: set[tuple[int, str]] = set()
    let_in: set[tuple[int, str, int]] = set()  # with the object that gives the role
    for outcome in facts.outcomes:
        for item in outcome.checks:
            trust = item.trust
            if trust is None:
                if item.entry.truth is True and item.giver is not None:
                    let_in.add((id(item.role.object), item.entry.service_account, id(item.giver)))
                continue
            judged.add((id(item.role.object), trust.service_account))
            if trust.truth is False:
                taken = way_of(item.giver) if item.giver is not None else None
                asked = outcome.requirement.trust.via if outcome.requirement.trust else ()
                ways = (taken,) if taken is not None else asked
                yield RefusedCaller(item.role, trust.service_account, item.giver, ways, why(item))
    for role, account, user in _given(facts):
        if (id(role.object), account) in judged or (id(role.object), account, id(user.giver)) in let_in:
            continue
        way = way_of(user.giver)
        if way is not None and _shuts_out(role, way, account, user, facts):
            meaning = "the pods that run as it get no credentials"
            yield RefusedCaller(role, account, user.giver, (way,), meaning)


def _given(facts: Facts) -> Iterator[tuple[Role, str, User]]:
    """The roles that objects of the project give to service accounts, where one of the two was asked about."""
    for user in users_of(facts.names):
        if len(user.roles) != 1 or not user.namespace:
            continue
        files = {user.giver.origin.file, user.roles[0].object.origin.file}
        if facts.files is None or not facts.files.isdisjoint(files):
            yield user.roles[0], f"{user.namespace}/{user.name}", user


def _shuts_out(role: Role, way: Way, account: str, user: User, facts: Facts) -> bool:
    """Whether the trust policy of the role that an object gives to a service account certainly refuses it."""
    document = role.trust.parsed.document if role.trust else None
    if document is None or changed_by(role, user.giver) or moved_by(role, user.giver):
        return False
    values = dict(facts.parameters)
    issuers = {
        issuer_of(principal.entry.text)
        for statement in document.statements
        for principal in statement.principals
        if principal.kind == "Federated"
    }
    if len(issuers) == 1:
        values.setdefault("oidcIssuer", issuers.pop())
    return lets_in(document, way, account, values, user.giver, user.hop).truth is False


def _refused(item: RefusedCaller, facts: Facts) -> Problem:
    account = item.service_account
    if "${" in account:
        message = f"no service account can assume {called(item.role.object)}"
        hint = "let the service account of its pods assume it (IRSA, or EKS Pod Identity)"
        return _problem(item.role, account, message, item.meaning, hint, item.giver, facts)
    message = f"service account {account} cannot assume {called(item.role.object)}"
    hint = f"let system:serviceaccount:{account.replace('/', ':')} assume it ({' or '.join(item.ways)})"
    if _asks_for_missing_tags(item):
        hint = (
            "the association switches session tags off, and the trust policy asks for them: switch them on, or ask less"
        )
    others = _others_named(item.role, account)
    if others and item.giver is not None and item.giver.namespace not in ("", item.role.object.namespace):
        # The role belongs to another tenant: letting this one in would be the wrong cure.
        field = "annotation" if item.giver.kind == "ServiceAccount" else "association"
        hint = f"give {account} a role of its own: the {field} names the one of {', '.join(others)}"
    return _problem(item.role, account, message, item.meaning, hint, item.giver, facts)


def _asks_for_missing_tags(item: RefusedCaller) -> bool:
    """Whether the association has no session tags, and the trust policy conditions on them."""
    if item.giver is None or item.giver.kind != "PodIdentityAssociation" or caller_of("", "", item.giver, {}).has_tags:
        return False
    document = item.role.trust.parsed.document if item.role.trust else None
    keys = (one.key.lower() for statement in (document.statements if document else ()) for one in statement.conditions)
    return any(key.startswith("aws:requesttag/") for key in keys)


def _others_named(role: Role, account: str) -> list[str]:
    """The other service accounts (`NAMESPACE/NAME`) and namespaces that the trust policy names."""
    document = role.trust.parsed.document if role.trust else None
    prefix, tag = "system:serviceaccount:", "aws:requesttag/kubernetes-namespace"
    named: set[str] = set()
    for statement in document.statements if document else ():
        for item in statement.conditions if statement.effect == "Allow" else ():
            is_namespace = item.key.lower() == tag
            named |= {
                value.removeprefix(prefix).replace(":", "/", 1)
                for value in item.values
                if is_namespace or value.startswith(prefix)
            }
    return sorted(named - {account, account.partition("/")[0]})


def is_of_another_tenant(role: Role, account: str) -> bool:
    """Whether the role lives in another namespace than the service account, and is trusted to others already."""
    namespace = account.partition("/")[0]
    return bool(_others_named(role, account)) and role.object.namespace not in ("", namespace)


def _problem(
    role: Role, account: str, message: str, meaning: str, hint: str, giver: Object | None, facts: Facts
) -> Problem:
    seen = (Related(at(giver, ("metadata", "name")), f"{called(giver)} uses the role"),) if giver else ()
    return Problem(
        place=_place(role, account, giver, facts),
        message=message,
        why=meaning,
        help=hint,
        subject=role.object,
        related=seen,
        value=account,
    )


def _place(role: Role, service_account: str, giver: Object | None, facts: Facts) -> Place:
    """The string in the trust policy that shuts the service account out: the wrong subject, audience, tag or account,
    or the principal; else the trust policy as a whole."""
    document = role.trust.parsed.document if role.trust else None
    way = way_of(giver) if giver is not None else None
    namespace, _, name = service_account.partition("/")
    for statement in document.statements if document and role.trust else ():
        if statement.effect != "Allow" or role.trust is None or document is None:
            continue
        kinds = {principal.kind for principal in statement.principals}
        if "Federated" in kinds and way != "pod-identity":
            issuer = next(
                (issuer_of(item.entry.text) for item in statement.principals if issuer_of(item.entry.text)), ""
            )
            subject = f"system:serviceaccount:{service_account.replace('/', ':')}"
            context = token_context(document, issuer, {"aud": "sts.amazonaws.com", "sub": subject})
        elif "Service" in kinds and way != "irsa":
            association = giver if giver is not None and giver.kind == "PodIdentityAssociation" else None
            context = request_of(caller_of(namespace, name, association, facts.parameters), facts.parameters)
        else:
            continue
        for truth in (False, None):
            for condition in statement.conditions:
                if "${" not in service_account and condition_holds(document, condition, context) is truth:
                    return inside(role.trust, _first_value(role.trust, condition))
        if statement.principals:
            return inside(role.trust, statement.principals[0].entry.path)
    return at(role.object, ("spec", "assumeRolePolicyDocument"), "key")


def _first_value(text: PolicyText, condition: Condition) -> InnerPath:
    """The route to the value of a condition: the string, or the first one of its list."""
    value: Any = text.data()
    for step in condition.path:
        value = value[step]
    return (*condition.path, 0) if isinstance(value, list) and value else condition.path
