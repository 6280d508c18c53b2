"""A field whose value has the wrong type, form or range.

What it does
    Checks types, lengths, patterns and ranges of the ACK kinds' fields: a list
    where a list is due, 3600 to 43200 seconds, names of allowed characters,
    annotations that are strings.

Why it matters
    A wrong type is refused by the API server. Lengths and patterns are checked
    by AWS alone, when the controller calls it: the Role then stops reconciling
    (ACK.Terminal), including the policies the reverse proxy needs.

Example
        maxSessionDuration: 60
        policies: arn:aws:iam::111122223333:policy/auth-keys-read

Use instead
        maxSessionDuration: 3600
        policies: [arn:aws:iam::111122223333:policy/auth-keys-read]

Source
    IAM API Reference (limits of CreateRole, CreatePolicy); CRDs of
    iam-controller v1.8.1, which state types only.
"""

from __future__ import annotations

from collections.abc import Iterator

from .fields import field_problems
from .problem import Facts, Problem

ID = "invalid-field"
SEVERITY = "error"


def check(facts: Facts) -> Iterator[Problem]:
    why = "the API server or AWS refuses it, and then nothing of the object is applied"
    yield from field_problems(facts, lambda keyword: keyword not in ("additionalProperties", "required"), why)
