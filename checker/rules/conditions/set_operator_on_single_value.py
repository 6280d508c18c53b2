"""ForAllValues or ForAnyValue on a key that has one value.

What it does
    Reports set operators on keys that hold a single value, the claims `sub`
    and `aud` of web identity tokens among them.

Why it matters
    ForAllValues holds when the key is absent: in a trust policy that opens
    the role to tokens without the claim. ForAnyValue does what the plain
    operator does and suggests otherwise.

Example
        "ForAllValues:StringLike": {"…:sub": "system:serviceaccount:tenant-acme:*"}

Use instead
        "StringLike": {"…:sub": "system:serviceaccount:tenant-acme:*"}

Source
    IAM User Guide, "Multivalued context keys" ("Do not use ForAllValues with
    single-valued keys"); Access Analyzer policy checks, "ForAllValues with
    single valued key" and "ForAnyValue with single valued key".
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.problem import Problem
from ...iam.catalogue.condition_keys import find_key
from ...project.project import DocumentFacts
from ..rule import About
from ..statements._statements import condition_text, conditions, problem_in, statements

ABOUT = About("set-operator-on-single-value", "warning", rests_on=("Condition",))


def check_document(document: DocumentFacts) -> Iterator[Problem]:
    for written in statements(document.inventory):
        for item, operator in conditions(written):
            if not operator.sets or not _is_single(item.key, written.text.kind):
                continue
            wrong = f"{item.operator} on {item.key}, which has one value"
            opens = operator.sets == "forallvalues" and written.statement.effect == "Allow"
            why = (
                "it also holds when the key is absent, so it allows more than it says"
                if opens
                else "it misleads readers"
            )
            plain = item.operator.partition(":")[2]
            yield problem_in(written, item.path, wrong, why, f'write "{plain}"', condition_text(item), "key")


def _is_single(key: str, kind: str) -> bool:
    if kind == "trust" and key.lower().endswith((":sub", ":aud")):
        return True
    known = find_key(key)
    return known is not None and not known.is_list
