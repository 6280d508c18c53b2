"""A trust policy for the tokens of another cluster.

What it does
    Compares the OIDC provider in Principal with the cell's oidcIssuer, where
    that is given, and the condition keys with the provider: an issuer of a
    rebuilt cluster, `https://` or a slash at the end, a key copied from
    another cell.

Why it matters
    STS refuses the pod's token ("No OpenIDConnect provider found", "Not
    authorized to perform sts:AssumeRoleWithWebIdentity"), so the role's
    permissions never come into play.

Example
        "Principal": {"Federated": "arn:…:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/NEW"},
        "Condition": {"StringEquals": {"oidc.eks.us-east-1.amazonaws.com/id/OLD:sub": "…"}}

Use instead
        "Condition": {"StringEquals": {"oidc.eks.us-east-1.amazonaws.com/id/NEW:sub": "…"}}

Source
    EKS User Guide, "IAM roles for service accounts" (the condition keys are
    the issuer without https://, a colon and the claim's name).
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.problem import Problem
from ...iam.proofs.trust import is_cluster, issuer_of, oidc_providers
from ...requirements.parameters import issuer_in
from ..facts import Facts
from ..rule import About
from ..statements._statements import Written, problem_in
from ._policies import allowing, web_identities

ABOUT = About("wrong-issuer", "error", asks_the_cell=True)

_WHY = "STS refuses the pod's token, so nothing that the role allows is within reach"


def check_project(facts: Facts) -> Iterator[Problem]:
    due = issuer_in(facts.parameters)
    served = {
        id(written.document)
        for written in allowing(facts.project.inventory)
        if due in map(issuer_of, oidc_providers(written.statement))
    }
    for written, provider in web_identities(facts.project.inventory):
        issuer = issuer_of(provider)
        entry = next(item.entry for item in written.statement.principals if item.entry.text == provider)
        if not provider.endswith(f":oidc-provider/{issuer}"):
            wrong = f"{provider} names the issuer with https:// or a slash at the end"
            yield problem_in(written, entry.path, wrong, _WHY, f"write …:oidc-provider/{issuer}", issuer)
        elif due and is_cluster(provider) and id(written.document) not in served:
            wrong = f"{issuer} is not the issuer of this cell"
            yield problem_in(written, entry.path, wrong, _WHY, f"write …:oidc-provider/{due}", issuer)
        yield from _keys(written, issuer)


def _keys(written: Written, issuer: str) -> Iterator[Problem]:
    """The first condition key of each issuer that is not the provider's."""
    seen: set[str] = set()
    for item in written.statement.conditions:
        named, _, claim = item.key.rpartition(":")
        if claim.lower() in ("sub", "aud") and named.lower() not in (issuer.lower(), *seen):
            seen.add(named.lower())
            wrong = f"{item.key} is no claim of a token of {issuer}"
            yield problem_in(written, item.path, wrong, _WHY, f'write "{issuer}:{claim}"', item.key, "key")
