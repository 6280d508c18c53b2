"""A trust policy that names an OIDC provider in another account.

What it does
    Compares the account in the provider's ARN with the cell's account.

Why it matters
    STS looks for the provider in the account of the role. With one in another
    account the pod's token is refused.

Example
        "Federated": "arn:aws:iam::444455556666:oidc-provider/oidc.eks.…/id/EXAMPLE"

Use instead
        "Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.…/id/EXAMPLE"

Source
    IAM User Guide, "Create a role for OpenID Connect federation" (the provider
    and the role are in one account); EKS User Guide, "Cross-account IAM
    permissions".
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.problem import Problem
from ...iam.decisions.principals import account_of
from ..facts import Facts
from ..rule import About
from ..statements._statements import problem_in
from ._policies import web_identities

ABOUT = About("foreign-provider", "error", asks_the_cell=True)


def check_project(facts: Facts) -> Iterator[Problem]:
    due = facts.parameters.get("account", "")
    for written, provider in web_identities(facts.project.inventory) if due else ():
        account = account_of(provider)
        if account and account != due:
            entry = next(item.entry for item in written.statement.principals if item.entry.text == provider)
            wrong = f"the OIDC provider is in account {account}, the cell in {due}"
            why = "STS looks for the provider in the role's own account, and refuses the token"
            hint = f"write {provider.replace(account, due, 1)}, and create the provider there"
            yield problem_in(written, entry.path, wrong, why, hint, provider)
