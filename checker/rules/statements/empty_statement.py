"""A policy document without statements, or a condition without values.

What it does
    Reports documents without any statement, and condition keys with an empty
    list to compare with.

Why it matters
    A document without statements grants nothing and takes up one of the few
    places a role has. An empty list under an operator holds only where the
    key is absent, which nobody expects.

Example
        {"Version": "2012-10-17", "Statement": []}

Use instead
        Remove the document, or write the statement it is for.

Source
    IAM User Guide, "Multivalued context keys" (empty lists); Access Analyzer
    policy checks, "Empty array condition" and "Missing statement".
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.place import inside
from ...findings.problem import Problem
from ...inventory.objects import called
from ...project.project import DocumentFacts
from ..rule import About
from ._statements import problem_in, statements

ABOUT = About("empty-statement", "warning")


def check_document(document: DocumentFacts) -> Iterator[Problem]:
    for text in document.inventory.texts:
        policy = text.parsed.document
        if policy is not None and not policy.statements:
            wrong = f"{called(text.owner)}: the policy document has no statements"
            why = "it grants nothing"
            hint = "remove it, or write the statement it is for"
            yield Problem(inside(text, ("Statement",), "key"), wrong, why, hint, text.owner, value="Statement")
    for written in statements(document.inventory):
        for item in written.statement.conditions:
            if not item.values:
                wrong = f"{item.operator} on {item.key} has nothing to compare with"
                why = "an empty list holds only where the key is absent"
                yield problem_in(written, item.path, wrong, why, "write the values, or drop it", item.key, "key")
