"""A wildcard where it is no wildcard.

What it does
    Reports `*` and `?` in values under StringEquals and StringNotEquals,
    which compare letter by letter.

Why it matters
    The condition asks for a value that really contains a star. In an Allow it
    never holds; in a trust policy nobody can assume the role.

Example
        "StringEquals": {"…:sub": "system:serviceaccount:tenant-acme:*"}

Use instead
        "StringLike": {"…:sub": "system:serviceaccount:tenant-acme:*"}

Source
    IAM User Guide, "String condition operators" (StringEquals: exact matching;
    StringLike: case-sensitive matching with wildcards).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...findings.problem import Problem
from ...iam.expressions import expression
from ...project.project import DocumentFacts
from ..rule import About
from ._statements import conditions, problem_in, statements

ABOUT = About("literal-wildcard", "warning", rests_on=("Condition",))

_VARIABLE = expression(r"\$\{[^{}]*+\}")


def check_document(document: DocumentFacts) -> Iterator[Problem]:
    for written in statements(document.inventory):
        for item, operator in conditions(written):
            if operator.family != "text" or operator.is_pattern:
                continue
            for value in item.values:
                if re.search(r"[*?]", _VARIABLE.sub("", value)):
                    wrong = f"{item.operator} takes {value!r} letter by letter, wildcards and all"
                    why = "no request has such a value, so the condition never holds (negated: always)"
                    hint = f'write "{_with_wildcards(item.operator)}", or the whole value'
                    yield problem_in(written, item.path, wrong, why, hint, value)


def _with_wildcards(operator: str) -> str:
    return re.sub("(?i)Equals(IgnoreCase)?", "Like", operator)
