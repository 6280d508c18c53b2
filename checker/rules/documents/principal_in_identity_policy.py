"""A Principal in a policy that is attached to a role.

What it does
    Reports `Principal` and `NotPrincipal` in inline policies, Policy objects
    and session policies.

Why it matters
    In an identity policy the role itself is the principal, and AWS refuses the
    document. Usually a trust policy was pasted into the wrong field.

Example
        inlinePolicies:
          keys: |
            {"Statement": [{"Effect": "Allow", "Principal": "*",
              "Action": "dynamodb:GetItem", "Resource": "…"}]}

Use instead
        The same without Principal; who may assume the role stands in
        assumeRolePolicyDocument.

Source
    IAM User Guide, "AWS JSON policy elements: Principal".
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.problem import Problem
from ...project.project import DocumentFacts
from ..rule import About
from ._problems import document_problems

ABOUT = About("principal-in-identity-policy", "error")


def check_document(document: DocumentFacts) -> Iterator[Problem]:
    why = "AWS refuses the document, and the role does not get the access in it"
    yield from document_problems(document.inventory, "principal", why)
