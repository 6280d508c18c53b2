"""A required field that is not there.

What it does
    Reports missing required fields: a Role's name and
    assumeRolePolicyDocument, a Policy's name and policyDocument, and so on. An
    object with the annotation services.k8s.aws/adoption-policy may leave its
    spec out.

Why it matters
    The API server refuses the object, so the role of the reverse proxy is
    never created or never updated.

Example
        kind: Role
        spec:
          name: acme-reverse-proxy

Use instead
        kind: Role
        spec:
          name: acme-reverse-proxy
          assumeRolePolicyDocument: |
            {"Version": "2012-10-17", "Statement": […]}

Source
    CRDs of iam-controller v1.8.1 (`required`).
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.problem import Problem
from ...project.project import DocumentFacts
from ..rule import About
from ._fields import field_problems

ABOUT = About("missing-field", "error", rests_on=())


def check_document(document: DocumentFacts) -> Iterator[Problem]:
    why = "the API server refuses the object, so the role stays as it is"
    yield from field_problems(document.inventory, lambda keyword: keyword == "required", why)
