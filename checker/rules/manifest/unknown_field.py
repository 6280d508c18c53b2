"""A field that the kind does not have.

What it does
    Reports fields of Role, Policy, OpenIDConnectProvider, InstanceProfile and
    PodIdentityAssociation that their CRDs do not know, and suggests the
    nearest one.

Why it matters
    The API server drops unknown fields, with a warning at most, unless the
    client asks it to refuse them, as newer versions of kubectl do. An
    `inlinePolicy` that should have been `inlinePolicies` means no policy at
    all, because ACK takes an absent list for an empty one and removes what is
    attached.

Example
        spec:
          inlinePolicy: {auth-keys: '{…}'}

Use instead
        spec:
          inlinePolicies: {auth-keys: '{…}'}

Source
    CRDs of iam-controller v1.8.1 (structural schemas: unlisted fields are
    pruned); kubernetes/enhancements, KEP-2885 (server-side field validation).
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.problem import Problem
from ...project.project import DocumentFacts
from ..rule import About
from ._fields import field_problems

ABOUT = About("unknown-field", "error", rests_on=())


def check_document(document: DocumentFacts) -> Iterator[Problem]:
    why = "the API server drops it unless the client asks it to refuse it; what it says never takes effect"
    yield from field_problems(document.inventory, lambda keyword: keyword == "additionalProperties", why)
