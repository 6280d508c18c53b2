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
from typing import NamedTuple

from ..iam.trust import issuer_of
from ..inventory import Object, Role
from ..requirements.select import users_of
from ..requirements.trust import Way, changed_by, lets_in, way_of
from .grants import why
from .problem import Facts, Place, Problem, Related, at, called, inside

ID = "untrusted-service-account"
SEVERITY = "error"
ASKS_THE_CELL = True


class Refused(NamedTuple):
    """A service account (`NAMESPACE/NAME`) that is given a role, or must have it, and is not let in, for certain."""

    role: Role
    service_account: str
    giver: Object | None
    ways: tuple[Way, ...]
    meaning: str


def check(facts: Facts) -> Iterator[Problem]:
    for item in refused(facts):
        yield _refused(item)
    for outcome in facts.outcomes:
        for made in outcome.checks:
            trust = made.trust
            if trust is not None and trust.truth is None:
                message = (
                    f"cannot tell whether {trust.service_account} can assume {called(made.role.object)}: {trust.reason}"
                )
                hint = "make it readable: the trust policy, the service account, or oidcIssuer of the cell"
                yield _problem(made.role, trust.service_account, message, why(made), hint, made.giver)


def refused(facts: Facts) -> Iterator[Refused]:
    """Every service account that a requirement names or an object of the project gives a role to, and that the role's
    trust policy shuts out."""
    judged: set[tuple[int, str]] = set()
    for outcome in facts.outcomes:
        for item in outcome.checks:
            trust = item.trust
            if trust is None:
                continue
            judged.add((id(item.role.object), trust.service_account))
            if trust.truth is False:
                ways = outcome.requirement.trust.via if outcome.requirement.trust else ()
                yield Refused(item.role, trust.service_account, item.giver, ways, why(item))
    for role, account, giver in _given(facts):
        if (id(role.object), account) not in judged:
            way = way_of(giver)
            meaning = "the pods that run as it get no credentials"
            yield Refused(role, account, giver, (way,) if way else (), meaning)


def _given(facts: Facts) -> Iterator[tuple[Role, str, Object]]:
    """The roles that objects of the project give to service accounts they do not trust, for certain."""
    for user in users_of(facts.names):
        way = way_of(user.giver)
        for role in user.roles if way is not None and len(user.roles) == 1 and user.namespace else ():
            document = role.trust.parsed.document if role.trust else None
            if document is None or way is None or changed_by(role, user.giver):
                continue
            values = dict(facts.parameters)
            issuers = {
                issuer_of(principal.entry.text)
                for statement in document.statements
                for principal in statement.principals
                if principal.kind == "Federated"
            }
            if len(issuers) == 1:
                values.setdefault("oidcIssuer", issuers.pop())
            account = f"{user.namespace}/{user.name}"
            if lets_in(document, way, account, values).truth is False:
                yield role, account, user.giver


def _refused(item: Refused) -> Problem:
    account = item.service_account
    message = f"service account {account} cannot assume {called(item.role.object)}"
    hint = f"let system:serviceaccount:{account.replace('/', ':')} assume it ({' or '.join(item.ways)})"
    return _problem(item.role, account, message, item.meaning, hint, item.giver)


def _problem(role: Role, account: str, message: str, meaning: str, hint: str, giver: Object | None) -> Problem:
    seen = (Related(at(giver, ("metadata", "name")), f"{called(giver)} uses the role"),) if giver else ()
    return Problem(_place(role, account), message, meaning, hint, role.object, seen, account)


def _place(role: Role, service_account: str) -> Place:
    """The subject that the trust policy names where it is another one, else the trust policy as a whole."""
    subject = f"system:serviceaccount:{service_account.replace('/', ':')}"
    document = role.trust.parsed.document if role.trust else None
    for statement in document.statements if document else ():
        for condition in statement.conditions:
            if condition.key.endswith(":sub") and subject not in condition.values and role.trust:
                return inside(role.trust, condition.path)
    return at(role.object, ("spec", "assumeRolePolicyDocument"), "key")
