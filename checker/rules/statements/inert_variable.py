"""A policy variable in a document of a version without variables.

What it does
    Reports `${aws:…}` in resources and conditions of documents whose Version
    is not "2012-10-17"; without a Version it is "2008-10-17".

Why it matters
    Under the old version `${aws:PrincipalTag/tenant}` is that very text, and
    no resource and no value is called so: the statement has no effect.

Example
        {"Statement": [{"Effect": "Allow", "Action": "dynamodb:GetItem",
          "Resource": "arn:aws:dynamodb:us-east-1:111122223333:table/${aws:PrincipalTag/tenant}"}]}

Use instead
        {"Version": "2012-10-17", "Statement": […]}

Source
    IAM User Guide, "IAM policy elements: Variables and tags" ("You must
    include the Version element and set it to 2012-10-17").
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.problem import Problem
from ...iam.documents.paths import Path
from ...iam.expressions import expression
from ...project.project import DocumentFacts
from ..rule import About
from ._statements import Written, problem_in, statements

ABOUT = About("inert-variable", "error")

_VARIABLE = expression(r"\$\{[\w-]+:[^{}]*+\}")


def check_document(document: DocumentFacts) -> Iterator[Problem]:
    for written in statements(document.inventory):
        if written.document.has_variables:
            continue
        for path, text in _texts(written):
            variable = _VARIABLE.search(text)
            if variable is not None:
                wrong = f"{variable[0]} is no variable in a document of Version {written.document.version}"
                why = "it is compared letter by letter, and nothing is called so"
                yield problem_in(written, path, wrong, why, 'add "Version": "2012-10-17"', variable[0])


def _texts(written: Written) -> Iterator[tuple[Path, str]]:
    yield from ((entry.path, entry.text) for entry in written.statement.resources)
    yield from ((item.path, value) for item in written.statement.conditions for value in item.values)
