"""A field whose value has the wrong type, form or range.

What it does
    Checks types, lengths, patterns and ranges of the ACK kinds' fields: a list
    where a list is due, 3600 to 43200 seconds, names, descriptions and tags of
    the characters that AWS takes, tag keys that stand once (IAM ignores their
    case), annotations that are strings. A field of the spec that states null
    (`policies:` with nothing behind it) is no list and no string either:
    client-side apply drops it, server-side apply (Flux, Argo CD, kubectl apply
    --server-side) is refused.

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
    botocore's service models of IAM and EKS (checker/ack/limits.json); IAM API
    Reference, TagRole (duplicate keys); CRDs of iam-controller v1.8.1, which
    state types only; kube-apiserver 1.20.2 and 1.36.2 (nulls under server-side
    apply: 422, asked by the tests).
"""

from __future__ import annotations

from collections.abc import Iterator

from ...ack.kinds import is_checked
from ...ack.limits import refused_fields
from ...findings.place import at
from ...findings.problem import Problem
from ...iam.documents.paths import Path, show_path
from ...inventory.objects import Origin, called
from ...project.project import DocumentFacts
from ..rule import About
from ._fields import field_problems

ABOUT = About("invalid-field", "error")


def check_document(document: DocumentFacts) -> Iterator[Problem]:
    why = "the API server or AWS refuses it, and then nothing of the object is applied"
    reported: set[tuple[Origin, Path]] = set()
    elsewhere = ("additionalProperties", "required")
    for problem in field_problems(document.inventory, lambda keyword: keyword not in elsewhere, why):
        if problem.subject is not None:
            reported.add((problem.subject.origin, problem.place.path))
        yield problem
    for item in document.inventory.objects:
        for limit in refused_fields(item) if is_checked(item.api_version, item.kind) else ():
            place = at(item, limit.path, "key" if limit.at_key else "value")
            if (item.origin, place.path) not in reported:
                message = f"{called(item)}: {show_path(limit.path)} {limit.message}"
                why = "AWS refuses the call that carries it, and what the controller would do after it is not done"
                yield Problem(place, message, why, limit.hint, item, value=limit.message)
    for item in document.inventory.objects:
        for path in item.nulls:
            if path[:1] == ("spec",):
                message = f"{called(item)}: {show_path(path)} states null"
                why = "server-side apply refuses the object (422), and client-side apply drops the field"
                yield Problem(
                    at(item, path, "key"), message, why, "delete the line, or give it a value", item, value="null"
                )
