"""A document that cannot be parsed as YAML.

What it does
    Reports text that is no YAML (or JSON) at the place where parsing stops,
    and aliases that contain themselves. Documents that cannot hold an object
    this tool reads are not parsed at all.

Why it matters
    kubectl refuses the whole file. A role in it is neither created nor
    corrected, and nothing can be said about its access.

Example
        spec:
          name: acme-reverse-proxy
           path: /

Use instead
        spec:
          name: acme-reverse-proxy
          path: /
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.place import Place
from ...findings.problem import Problem
from ...project.project import DocumentFacts
from ..rule import About

ABOUT = About("invalid-yaml", "error")


def check_document(document: DocumentFacts) -> Iterator[Problem]:
    for broken in (item for item in document.broken if not item.is_limit):
        yield Problem(
            Place(broken.source.name, None, offset=broken.offset),
            f"this is not YAML: {broken.message}",
            "kubectl refuses the file, so no role in it can be checked or applied",
            "mend the text here or just before",
            value=broken.message,
        )
