"""A trust policy that lets several service accounts of a namespace assume the role by a pattern.

What it does
    Looks for service accounts that a pattern on the token's `sub` lets in
    beside those named letter by letter, within a namespace.

Why it matters
    Whoever may create a service account of a fitting name in that namespace
    has the role. That may be meant; then it is worth saying so.

Example
        "StringLike": {"…:sub": "system:serviceaccount:tenant-acme:*"}

Use instead
        "StringEquals": {"…:sub": "system:serviceaccount:tenant-acme:reverse-proxy-acme"}

Source
    EKS User Guide, "IAM roles for service accounts"; EKS Best Practices
    Guide, "Scope the IAM role trust policy for IRSA".
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.problem import Problem
from ...iam.proofs.trust import issuer_of, other_subjects
from ...project.project import DocumentFacts
from ..rule import About
from ..statements._statements import problem_in
from ._policies import cluster_identities, subject_text
from .open_trust import is_far, subject_path

ABOUT = About("wide-subject", "warning")


def check_document(document: DocumentFacts) -> Iterator[Problem]:
    for written, provider in cluster_identities(document.inventory):
        examples = other_subjects(written.document, provider)
        if not examples or any(is_far(written, provider, item) for item in examples):
            continue
        namespace = examples[0].split(":")[2]
        wrong = f"every service account of {namespace} that fits the pattern can assume the role"
        why = "whoever may create such a service account there has the access of the role"
        hint = f'write "StringEquals": {{"{issuer_of(provider)}:sub": "system:serviceaccount:{namespace}:NAME"}}'
        yield problem_in(
            written, subject_path(written, provider), wrong, why, hint, subject_text(written, provider), "key"
        )
