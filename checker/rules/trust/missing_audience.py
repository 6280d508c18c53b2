"""A trust policy for IRSA that does not ask for the token's audience.

What it does
    Reports statements that let in tokens of an EKS cluster without a condition
    on their `aud`.

Why it matters
    Tokens of the cluster are also made for other systems. Without the
    condition such a token, handed out for something else, opens this role.

Example
        "Condition": {"StringEquals": {
          "…:sub": "system:serviceaccount:tenant-acme:reverse-proxy-acme"}}

Use instead
        "Condition": {"StringEquals": {"…:aud": "sts.amazonaws.com",
          "…:sub": "system:serviceaccount:tenant-acme:reverse-proxy-acme"}}

Source
    EKS User Guide, "Assign IAM roles to Kubernetes service accounts" (its
    trust policy states both claims).
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.problem import Problem
from ...iam.proofs.trust import issuer_of
from ...project.project import DocumentFacts
from ..rule import About
from ..statements._statements import problem_in
from ._policies import cluster_identities

ABOUT = About("missing-audience", "warning")


def check_document(document: DocumentFacts) -> Iterator[Problem]:
    for written, provider in cluster_identities(document.inventory):
        statement = written.statement
        # Whatever issuer an audience is asked of: one of another cluster is its own finding.
        if any(item.key.lower().endswith(":aud") for item in statement.conditions):
            continue
        path = (*statement.path, "Condition") if statement.conditions else (*statement.path, "Effect")
        wrong = "the token's audience is not asked for"
        why = "a token made for another system opens this role too"
        hint = f'add "{issuer_of(provider)}:aud": "sts.amazonaws.com" under StringEquals'
        yield problem_in(written, path, wrong, why, hint, "aud", "key")
