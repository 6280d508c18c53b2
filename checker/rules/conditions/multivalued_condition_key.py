"""A key with several values under an operator for one.

What it does
    Reports keys that hold lists (dynamodb:LeadingKeys, aws:TagKeys, …) under
    an operator without ForAllValues or ForAnyValue.

Why it matters
    What the comparison then does is documented nowhere, and Access Analyzer
    calls it an error. checker counts it as "cannot tell".

Example
        "StringEquals": {"dynamodb:LeadingKeys": "${aws:PrincipalTag/tenant}"}

Use instead
        "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": "${aws:PrincipalTag/tenant}"}

Source
    IAM User Guide, "Multivalued context keys"; Access Analyzer policy checks
    ("Missing qualifier").
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.problem import Problem
from ...iam.catalogue.condition_keys import find_key
from ...project.project import DocumentFacts
from ..rule import About
from ..statements._statements import condition_text, conditions, problem_in, statements

ABOUT = About("multivalued-condition-key", "warning", rests_on=())


def check_document(document: DocumentFacts) -> Iterator[Problem]:
    for written in statements(document.inventory):
        for item, operator in conditions(written):
            key = find_key(item.key)
            if key is None or not key.is_list or operator.sets or operator.family == "null":
                continue
            wrong = f"{item.key} has several values, and {item.operator} compares one"
            why = "what AWS makes of it is not documented, so whether the statement applies cannot be told"
            limits = key.name == "aws:TagKeys" or key.name.startswith("dynamodb:")
            prefix = "ForAllValues" if limits and written.statement.effect == "Allow" else "ForAnyValue"
            yield problem_in(
                written, item.path, wrong, why, f'write "{prefix}:{item.operator}"', condition_text(item), "key"
            )
