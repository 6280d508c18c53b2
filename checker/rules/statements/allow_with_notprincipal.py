"""Allow together with NotPrincipal.

What it does
    Reports NotPrincipal in Allow statements of the resource policies of
    tables. In a trust policy AWS refuses it (invalid-policy-element).

Why it matters
    It names everyone except the listed principals, anonymous callers
    included, and AWS does not support it. Whom it lets in cannot be told.

Example
        {"Effect": "Allow", "NotPrincipal": {"AWS": "111122223333"},
         "Action": "dynamodb:GetItem", "Resource": "*"}

Use instead
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::444455556666:role/reader"},
         "Action": "dynamodb:GetItem", "Resource": "*"}

Source
    IAM User Guide, "AWS JSON policy elements: NotPrincipal" ("NotPrincipal
    must be used with "Effect":"Deny"").
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.problem import Problem
from ...project.project import DocumentFacts
from ..rule import About
from ._statements import problem_in, statements

ABOUT = About("allow-with-notprincipal", "error", rests_on=())


def check_document(document: DocumentFacts) -> Iterator[Problem]:
    for written in statements(document.inventory, "resource"):
        statement = written.statement
        if statement.effect == "Allow" and statement.not_principals:
            yield problem_in(
                written,
                (*statement.path, "NotPrincipal"),
                "Allow with NotPrincipal lets in everyone who is not listed",
                "AWS does not support it, and anyone else may be able to read the table",
                "name the principals that are meant under Principal",
                "NotPrincipal",
                "key",
            )
