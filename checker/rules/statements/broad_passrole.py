"""iam:PassRole on every role.

What it does
    Reports an Allow of iam:PassRole on `*`, on all roles of an account, or on
    all of everything, without a condition on iam:PassedToService.

Why it matters
    Whoever may pass any role to a service can have the service act with the
    rights of the strongest one.

Example
        {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}

Use instead
        {"Effect": "Allow", "Action": "iam:PassRole",
         "Resource": "arn:aws:iam::111122223333:role/acme-exporter",
         "Condition": {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}}

Source
    IAM User Guide, "Grant a user permissions to pass a role to an AWS service";
    Access Analyzer policy checks, "Pass role with star in resource".
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.problem import Problem
from ...iam.expressions import expression
from ...project.project import DocumentFacts
from ..rule import About
from ._statements import problem_in, statements

ABOUT = About("broad-passrole", "warning", security_severity="6.5")

_ANY_ROLE = expression(r"\*|arn:[^:]*:iam::[^:]*:(role/)?\*")


def check_document(document: DocumentFacts) -> Iterator[Problem]:
    for written in statements(document.inventory, "identity"):
        statement = written.statement
        if statement.effect != "Allow" or statement.not_actions or statement.not_resources:
            continue
        if any(item.key.lower() == "iam:passedtoservice" for item in statement.conditions):
            continue
        named = next((item for item in statement.actions if item.text.lower() == "iam:passrole"), None)
        broad = next((item for item in statement.resources if _ANY_ROLE.fullmatch(item.text)), None)
        if named is not None and broad is not None:
            wrong = f"{named.text} is allowed on every role ({broad.text})"
            why = "who may pass any role to a service can have it act with the rights of the strongest"
            hint = "name the roles, and the service under iam:PassedToService"
            yield problem_in(written, broad.path, wrong, why, hint, broad.text)
