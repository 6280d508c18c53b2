"""A principal in a trust policy with an action that it cannot use.

What it does
    Reports Allow statements in which no action fits the kind of principal:
    OIDC providers assume roles with AssumeRoleWithWebIdentity, SAML providers
    with AssumeRoleWithSAML, services and AWS principals with AssumeRole. On
    roles that a Pod Identity association names, also reports the service
    eks.amazonaws.com, which is not the one that serves pods.

Why it matters
    AWS accepts the statement, and nobody can assume the role by it.

Example
        {"Effect": "Allow", "Principal": {"Federated": "arn:…:oidc-provider/…"},
         "Action": "sts:AssumeRole"}

Use instead
        {"Effect": "Allow", "Principal": {"Federated": "arn:…:oidc-provider/…"},
         "Action": "sts:AssumeRoleWithWebIdentity"}

Source
    Access Analyzer policy checks, "Mismatched action for principal"; EKS User
    Guide, "EKS Pod Identity" (principal pods.eks.amazonaws.com).
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.problem import Problem
from ...iam.documents.document import Principal
from ...inventory.names import role_of_pods
from ..facts import Facts
from ..rule import About
from ..statements._statements import Written, problem_in
from ._policies import allowing, allows

ABOUT = About("mismatched-principal", "error")


def check_project(facts: Facts) -> Iterator[Problem]:
    names = facts.names
    through_pods = {id(role.object) for item in names.inventory.associations for role in role_of_pods(names, item)}
    for written in allowing(facts.project.inventory):
        if written.statement.not_principals:
            continue
        for principal in written.statement.principals:
            wrong = _wrong(written, principal, id(written.text.owner) in through_pods)
            if wrong is not None:
                why = "AWS takes the statement, and nobody can assume the role by it"
                yield problem_in(written, principal.entry.path, wrong[0], why, wrong[1], principal.entry.text)


def _wrong(written: Written, principal: Principal, through_pods: bool) -> tuple[str, str] | None:
    name = principal.entry.text
    if through_pods and name == "eks.amazonaws.com":
        return (
            "eks.amazonaws.com runs clusters; pods get roles from pods.eks.amazonaws.com",
            'write "pods.eks.amazonaws.com"',
        )
    if principal.kind == "AWS" and ("-provider/" in name):
        return f"{name} is no AWS principal", 'write it under "Federated"'
    due = action_for(principal)
    if due is None or allows(written, due):
        return None
    actions = ", ".join(entry.text for entry in written.statement.actions)
    if not any(entry.text.lower().startswith("sts:assume") for entry in written.statement.actions):
        # A statement for TagSession or SetSourceIdentity alone goes with another one.
        return None
    return f"{name} cannot use {actions}: its action is {due}", f'write "Action": "{due}"'


def action_for(principal: Principal) -> str | None:
    """The action by which this kind of principal assumes a role; None for the others."""
    if principal.kind == "Federated":
        if ":saml-provider/" in principal.entry.text:
            return "sts:AssumeRoleWithSAML"
        return "sts:AssumeRoleWithWebIdentity"
    return "sts:AssumeRole" if principal.kind in ("Service", "AWS") else None
