"""A key that stands twice in the same object of a policy document.

What it does
    Reports repeated keys inside policy documents, such as two `Action` keys in
    one statement or the same condition operator twice.

Why it matters
    IAM does not allow duplicate keys, and JSON readers that do keep only one
    of them, so a review sees grants that are not there.

Example
        {"Effect": "Allow", "Action": "dynamodb:GetItem",
         "Action": "dynamodb:Query", "Resource": "…"}

Use instead
        {"Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:Query"],
         "Resource": "…"}

Source
    IAM User Guide, "Grammar of the IAM JSON policy language".
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.problem import Problem
from ...project.project import DocumentFacts
from ..rule import About
from ._problems import document_problems

ABOUT = About("duplicate-policy-key", "error", rests_on=())


def check_document(document: DocumentFacts) -> Iterator[Problem]:
    why = "only one of them counts, so one of the grants is not there"
    yield from document_problems(document.inventory, "duplicate-key", why)
