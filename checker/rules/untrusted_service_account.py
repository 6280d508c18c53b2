"""A role whose trust policy does not let the proxy's service account assume it.

What it does
    Where a requirement has `trust`, asks the role's trust policy whether that
    service account may assume the role through IRSA or EKS Pod Identity: the
    principal, the action, and the conditions on audience and subject.

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

from ..inventory import Role
from .grants import why
from .problem import Facts, Place, Problem, Related, at, called, inside

ID = "untrusted-service-account"
SEVERITY = "error"


def check(facts: Facts) -> Iterator[Problem]:
    for outcome in facts.outcomes:
        for item in outcome.checks:
            trust = item.trust
            if trust is None or trust.truth:
                continue
            role = item.role
            if trust.truth is False:
                message = f"service account {trust.service_account} cannot assume {called(role.object)}"
                ways = " or ".join(outcome.requirement.trust.via) if outcome.requirement.trust else ""
                hint = f"let system:serviceaccount:{trust.service_account.replace('/', ':')} assume it ({ways})"
            else:
                message = (
                    f"cannot tell whether {trust.service_account} can assume {called(role.object)}: {trust.reason}"
                )
                hint = "make it readable: the trust policy, the service account, or oidcIssuer of the cell"
            place, giver = _place(role, trust.service_account), item.giver
            seen = (Related(at(giver, ("metadata", "name")), f"{called(giver)} uses the role"),) if giver else ()
            yield Problem(place, message, why(item), hint, role.object, seen, trust.service_account)


def _place(role: Role, service_account: str) -> Place:
    """The subject that the trust policy names where it is another one, else the trust policy as a whole."""
    subject = f"system:serviceaccount:{service_account.replace('/', ':')}"
    document = role.trust.parsed.document if role.trust else None
    for statement in document.statements if document else ():
        for condition in statement.conditions:
            if condition.key.endswith(":sub") and subject not in condition.values and role.trust:
                return inside(role.trust, condition.path)
    return at(role.object, ("spec", "assumeRolePolicyDocument"), "key")
