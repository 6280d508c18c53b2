"""A policy document without a Version.

What it does
    Reports documents that have no Version element. They are read as
    2008-10-17, the first version of the policy language.

Why it matters
    That version has no policy variables: `${aws:PrincipalTag/team}` is taken
    letter by letter, and a condition or resource with it matches nothing.

Example
        {"Statement": [{"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "*"}]}

Use instead
        {"Version": "2012-10-17", "Statement": [ … ]}

Source
    IAM User Guide, "IAM JSON policy elements: Version"; Access Analyzer policy
    checks, "Missing version".
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.place import inside
from ...findings.problem import Problem
from ...inventory.objects import called
from ...project.project import DocumentFacts
from ..rule import About

ABOUT = About("missing-version", "warning", rests_on=())


def check_document(document: DocumentFacts) -> Iterator[Problem]:
    for text in document.inventory.texts:
        if text.parsed.document is None or not text.text or "Version" in text.data():
            continue
        yield Problem(
            inside(text, ("Statement",), "key"),
            f"{called(text.owner)}: the document has no Version, so it is read as 2008-10-17",
            "in that version policy variables are plain text",
            'write "Version": "2012-10-17" in front of the Statement',
            text.owner,
            value=".".join(map(str, text.path)),
        )
