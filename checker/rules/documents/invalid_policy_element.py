"""An element of a policy document that does not exist, is missing, or has the wrong type.

What it does
    Checks every policy document against IAM's grammar: element names and their
    case, Effect, Action or NotAction, Resource or NotResource where they
    belong, condition operators, versions, ARNs as resources.

Why it matters
    AWS refuses the whole document (MalformedPolicyDocument), which is terminal
    for ACK: the role does not get the access.

Example
        {"effect": "Allow", "Actions": ["dynamodb:GetItem"], "Resource": "table/auth-keys"}

Use instead
        {"Effect": "Allow", "Action": ["dynamodb:GetItem"],
         "Resource": "arn:aws:dynamodb:us-east-1:111122223333:table/auth-keys"}

Source
    IAM User Guide, "Grammar of the IAM JSON policy language" and "IAM JSON
    policy element reference".
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.problem import Problem
from ...project.project import DocumentFacts
from ..rule import About
from ._problems import document_problems

ABOUT = About("invalid-policy-element", "error")


def check_document(document: DocumentFacts) -> Iterator[Problem]:
    why = "AWS refuses the document, and the role does not get the access in it"
    yield from document_problems(document.inventory, "element", why)
