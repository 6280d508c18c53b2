"""A policy document that is not JSON.

What it does
    Reports the first syntax error in a policy document (trust policy, inline
    policy, policyDocument, session policy), at the very character: the
    trailing comma, the missing quote, the comment.

Why it matters
    AWS answers MalformedPolicyDocument, which is terminal for ACK: the role
    keeps its old policies, or none, until the document is mended.

Example
        "Action": ["dynamodb:GetItem", "dynamodb:Query",]

Use instead
        "Action": ["dynamodb:GetItem", "dynamodb:Query"]

Source
    IAM User Guide, "Grammar of the IAM JSON policy language"; iam-controller,
    generator.yaml (terminal codes).
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.place import inside_at
from ...findings.problem import Problem
from ...inventory.objects import called
from ...project.project import DocumentFacts
from ..rule import About

ABOUT = About("invalid-policy-json", "error")


def check_document(document: DocumentFacts) -> Iterator[Problem]:
    for text in document.inventory.texts:
        for problem in text.parsed.problems:
            if problem.code == "syntax":
                yield Problem(
                    inside_at(text, problem.offset or 0),
                    f"{called(text.owner)}: the policy document is not JSON: {problem.message}",
                    "AWS refuses the document, and the role does not get the access in it",
                    problem.hint,
                    text.owner,
                    value=problem.message,
                )
