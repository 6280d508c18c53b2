"""A Null condition that says nothing, or something impossible.

What it does
    Reports Null with other values than true and false, with both of them, and
    Null "true" beside an operator that needs the same key to be there.

Why it matters
    Null asks whether a key is absent ("true") or present ("false"). With a
    value of another kind it never holds; with both it always does; a key that
    is absent cannot equal anything at the same time.

Example
        "Condition": {"Null": {"aws:SourceVpce": "true"},
          "StringEquals": {"aws:SourceVpce": "vpce-1a2b3c4d"}}

Use instead
        "Condition": {"StringEqualsIfExists": {"aws:SourceVpce": "vpce-1a2b3c4d"}}

Source
    IAM User Guide, "Condition operator to check existence of condition keys".
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.problem import Problem
from ...iam.documents.document import Condition
from ...project.project import DocumentFacts
from ..rule import About
from ..statements._statements import Written, condition_text, conditions, problem_in, statements

ABOUT = About("null-misuse", "warning", rests_on=("Condition",))


def check_document(document: DocumentFacts) -> Iterator[Problem]:
    for written in statements(document.inventory):
        for item, operator in conditions(written):
            if operator.family != "null":
                continue
            wrong = _wrong(written, item)
            if wrong is not None:
                why = "the condition does not restrict the statement in the way it seems to"
                yield problem_in(written, item.path, wrong[0], why, wrong[1], condition_text(item), "key")


def _wrong(written: Written, item: Condition) -> tuple[str, str] | None:
    values = {value.lower() for value in item.values}
    if values - {"true", "false"}:
        return f"Null on {item.key} takes true or false", 'write "true" (absent) or "false" (present)'
    if len(values) == 2:
        return f"Null on {item.key} with both true and false always holds", "keep one of them, or drop it"
    if values == {"true"}:
        for condition, operator in conditions(written):
            needs_it = operator.family != "null" and not (operator.negated or operator.if_exists)
            if condition.key.lower() == item.key.lower() and needs_it and operator.sets != "forallvalues":
                wrong = f"{item.key} must be absent and {condition.operator} to something: that never holds"
                return wrong, f'write "{condition.operator}IfExists", or drop the Null condition'
    return None
