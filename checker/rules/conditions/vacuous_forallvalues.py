"""ForAllValues in an Allow whose requests may lack the key.

What it does
    Reports ForAllValues in Allow statements where some of the actions do not
    carry the key at all, or the key is a global one that requests may lack,
    and no `Null` condition asks for it. aws:TagKeys is left out: there the
    empty list is what is meant.

Why it matters
    ForAllValues holds for an absent key. `ForAllValues:StringEquals` on
    dynamodb:LeadingKeys does not restrain Scan, which has no leading key: it
    reads the whole table.

Example
        {"Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:Scan"], "Resource": "…",
         "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": "acme"}}}

Use instead
        {"Effect": "Allow", "Action": ["dynamodb:GetItem"], "Resource": "…",
         "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": "acme"}}}

Source
    IAM User Guide, "Multivalued context keys" (ForAllValues returns true for
    an empty set); DynamoDB Developer Guide, "Using IAM policy conditions for
    fine-grained access control".
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.problem import Problem
from ...iam.catalogue.catalogue import expand
from ...iam.catalogue.condition_keys import carriers, find_key
from ...project.project import DocumentFacts
from ..rule import About
from ..statements._statements import action_strings, condition_text, conditions, problem_in, statements

ABOUT = About("vacuous-forallvalues", "warning", rests_on=("Condition",))


def check_document(document: DocumentFacts) -> Iterator[Problem]:
    for written in statements(document.inventory, "identity", "resource"):
        if written.statement.effect != "Allow":
            continue
        asked_for = {item.key.lower() for item, operator in conditions(written) if operator.family == "null"}
        for item, operator in conditions(written):
            key = item.key.lower()
            if operator.sets != "forallvalues" or key in asked_for or key == "aws:tagkeys" or find_key(key) is None:
                continue
            without = _without(action_strings(written), item.key)
            if key.startswith("aws:"):
                wrong = f"{item.operator} on {item.key} also holds for requests without the key"
                why = "ForAllValues holds when the key is absent, so such requests are allowed without any condition"
                hint = f'write "ForAnyValue{item.operator[12:]}", or add "Null": {{"{item.key}": "false"}}'
                yield problem_in(written, item.path, wrong, why, hint, condition_text(item), "key")
                continue
            if without:
                shown = ", ".join(without[:3]) + (", …" if len(without) > 3 else "")
                wrong = f"{item.operator} on {item.key} does not restrain {shown}: their requests lack the key"
                why = "ForAllValues holds when the key is absent, so these actions are allowed without any condition"
                hint = "take these actions into a statement of their own"
                yield problem_in(written, item.path, wrong, why, hint, condition_text(item), "key")


def _without(patterns: tuple[str, ...], key: str) -> list[str]:
    """The listed actions whose requests never carry the key."""
    carrying = carriers(patterns, key)
    if not carrying:
        return []
    return [action for pattern in patterns for action in expand(pattern) if action not in carrying]
