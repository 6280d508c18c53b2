"""Policies over their quota: statements that differ in one element are joined, and what is said twice is said once.
Nothing that is granted changes; white space does not count, so no layout is touched.

Source: IAM User Guide, "IAM and AWS STS quotas": 6,144 characters for a managed policy, 10,240 for all inline policies
of a role, 2,048 for a trust policy, white space not counted.
"""

from __future__ import annotations

import json
from typing import Any

from ...findings.finding import Finding
from ...findings.place import at, inside
from ...iam.documents.document import parse
from ...inventory.objects import PolicyText
from ...rules.documents.oversized_policy import counted
from ..edits import patch
from ..edits.flow import document as laid_out
from ..edits.patch import Patch
from ..planning.plan import Candidates, NoPlan, Plan, Survey

RULES = ("oversized-policy",)


def plan(survey: Survey, finding: Finding) -> Candidates:
    """The documents in the field, joined as far as needed."""
    if finding.subject is not None and finding.subject.kind == "Table":
        yield NoPlan("statements of a table's policy are not joined: white space counts there, and principals differ")
        return
    limit = int(finding.value)
    texts = [
        text
        for text in survey.facts.project.inventory.texts
        if text.owner is finding.subject
        and at(text.owner, text.path).path[: len(finding.place.path)] == finding.place.path
        if text.text
    ]
    size = sum(counted(text.text or "") for text in texts)
    changes: list[Patch] = []
    for text in sorted(texts, key=lambda item: -counted(item.text or "")):
        before = text.parsed.document
        if before is None or size <= limit:
            continue
        data = json.loads(text.text or "")
        joined = _joined(data["Statement"] if isinstance(data["Statement"], list) else [data["Statement"]])
        after = parse(json.dumps({**data, "Statement": joined}), text.kind).document
        saved = counted(text.text or "") - counted(json.dumps({**data, "Statement": joined}))
        if after is not None and saved > 0 and text.kind != "trust":
            changes.append(_written(text, {**data, "Statement": joined}))
            size -= saved
    if size <= limit and changes:
        why = "statements that differ in their actions alone, or in their resources, grant the same as one"
        yield Plan(f"join statements, to {size:,} of {limit:,} characters", why, tuple(changes))
    else:
        yield NoPlan(f"joined, it has {size:,} characters of {limit:,}; move statements to a Policy of their own")


def _written(text: PolicyText, data: dict[str, Any]) -> Patch:
    is_wide = "\n" in (text.text or "").strip()
    if not is_wide:
        return patch.replace(inside(text, ("Statement",)), data["Statement"])
    return patch.retext(at(text.owner, text.path), 0, len((text.text or "").rstrip("\n")), laid_out(data))


def _joined(statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Merges statements that differ only in their actions, or only in their resources, until no such pair is left."""
    left = [_once(item) for item in statements]
    changed = True
    while changed:
        changed = False
        for earlier, statement in enumerate(left):
            for later in range(earlier + 1, len(left)):
                joined = _union(statement, left[later])
                if joined is not None:
                    left[earlier] = joined
                    del left[later]
                    changed = True
                    break
            if changed:
                break
    return left


def _union(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any] | None:
    for element in ("Action", "Resource"):
        rest_of_one, rest_of_other = (
            {key: _in_any_order(value) for key, value in item.items() if key not in (element, "Sid")}
            for item in (one, other)
        )
        if element in one and element in other and rest_of_one == rest_of_other:
            return {**one, element: list(dict.fromkeys([*_list(one[element]), *_list(other[element])]))}
    return None


def _in_any_order(value: Any) -> Any:
    """A list of strings as what it says: their order says nothing."""
    return sorted(value) if isinstance(value, list) and all(isinstance(item, str) for item in value) else value


def _once(statement: dict[str, Any]) -> dict[str, Any]:
    """The statement with each action and resource listed once; a list of one becomes its item."""
    compacted = dict(statement)
    for element in ("Action", "Resource"):
        if element in compacted:
            values = list(dict.fromkeys(_list(compacted[element])))
            compacted[element] = values[0] if len(values) == 1 else values
    return compacted


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
