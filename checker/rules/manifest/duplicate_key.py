"""A key that stands twice in the same YAML mapping.

What it does
    Reports the second of two equal keys in one mapping, anywhere in a document
    that holds an object this tool reads.

Why it matters
    Parsers keep the last one silently (strict ones refuse the file), so half
    of what was written, perhaps the half with the grant the reverse proxy
    needs, never takes effect.

Example
        inlinePolicies:
          auth-keys: '{…}'
          auth-keys: '{…}'

Use instead
        One key; two policies get two names.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.place import Place
from ...findings.problem import Problem, Related
from ...project.project import DocumentFacts
from ...text.yaml_nodes import end_of, start_of
from ..rule import About

ABOUT = About("duplicate-key", "error")


def check_document(document: DocumentFacts) -> Iterator[Problem]:
    for repeated in document.repeated:
        file, base = document.file, document.start
        first = Place(file, None, offset=base + start_of(repeated.first))
        start = start_of(repeated.key)
        yield Problem(
            Place(
                file,
                None,
                offset=base + start,
                length=end_of(repeated.key) - start,
                path=(*repeated.path, repeated.key.value),
            ),
            f"the key {repeated.key.value!r} stands twice in this mapping",
            "only the last one counts, so what the other says never takes effect",
            "keep one of them, or rename one",
            related=(Related(first, "first here"),),
            value=repeated.key.value,
        )
