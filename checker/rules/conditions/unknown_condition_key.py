"""A condition key that the statement's requests never carry.

What it does
    Looks condition keys up in the Service Authorization Reference and the
    list of global keys: keys that nothing lists, and keys that none of the
    statement's actions knows. In trust policies keys that begin with another
    name than aws or sts are claims of tokens, and left alone.

Why it matters
    AWS accepts any key. In an Allow such a condition never holds, so the
    statement grants nothing (under a negated operator it always holds); in a
    Deny it is the other way round.

Example
        "Condition": {"StringEquals": {"aws:SourceVPCEndpoint": "vpce-1a2b3c4d"}}

Use instead
        "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1a2b3c4d"}}

Source
    Service Authorization Reference, table "Condition keys" of each service;
    IAM User Guide, "AWS global condition context keys".
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ...findings.problem import Problem
from ...iam.catalogue.condition_keys import carriers, claim_of, closest_key, find_key
from ...iam.documents.document import Condition
from ...project.project import DocumentFacts
from ..rule import About
from ..statements._statements import Written, action_strings, conditions, problem_in, statements

ABOUT = About("unknown-condition-key", "warning", precision="medium", rests_on=("Action", "NotAction"))


def check_document(document: DocumentFacts) -> Iterator[Problem]:
    for written in statements(document.inventory):
        for item, _ in conditions(written):
            wrong = _wrong(written, item)
            if wrong is not None:
                why = "AWS takes any key; one that requests do not carry is as good as absent in every request"
                suggest = partial(_meant, item.key)
                yield problem_in(written, item.path, wrong[0], why, wrong[1], item.key, "key", suggest)


def _meant(key: str) -> str:
    close = closest_key(key) if find_key(key) is None and not claim_of(key) else None
    return f'did you mean "{close}"?' if close else ""


def _wrong(written: Written, item: Condition) -> tuple[str, str] | None:
    is_claim = written.text.kind == "trust" and item.key.partition(":")[0].lower() not in ("aws", "sts")
    if "${" in item.key or is_claim:
        return None
    if claim_of(item.key):
        message = f"a pod's session has no {item.key}: it is a claim of another identity provider"
        return message, "use a key of the pod's own session, such as aws:PrincipalArn, or drop the statement"
    if find_key(item.key) is None:
        return f"there is no condition key {item.key}", "see the condition keys of the service"
    actions = action_strings(written)
    if written.text.kind != "trust" and carriers(actions, item.key) == ():
        listed = ", ".join(actions[:3])
        return f"requests for {listed} do not carry {item.key}", "use a key that the action has, or drop the condition"
    return None
