"""A reference that names nothing.

What it does
    Reports entries of `policyRefs` (and `permissionsBoundaryRef`, `roleRef`)
    without `from`, and `from` without a name.

Why it matters
    An entry without `from` is skipped silently: `policyRefs: [{}]` counts as a
    list without policies, and the controller detaches everything the role has.
    An empty name is an error that stops the role's reconciliation.

Example
        policyRefs:
          - {}

Use instead
        policyRefs:
          - from:
              name: auth-keys-read

Source
    iam-controller, pkg/resource/role/references.go
    (resolveReferenceForPolicies).
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.place import at
from ...findings.problem import Problem
from ...iam.documents.paths import Path
from ...inventory.objects import Object, called
from ...project.project import DocumentFacts
from ..rule import About

ABOUT = About("empty-reference", "error")


def check_document(document: DocumentFacts) -> Iterator[Problem]:
    for item in document.inventory.objects:
        for path, entry in _entries(item):
            if not isinstance(entry, dict):
                continue
            source = entry.get("from")
            if source is None:
                wrong, why = "has no from", "the controller skips it silently, and detaches what it should have kept"
            elif isinstance(source, dict) and not source.get("name"):
                wrong, why = "names nothing", "the controller stops here, and no grant of the role arrives"
            else:
                continue
            shown = f"{path[1]}[{path[2]}]" if len(path) > 2 else path[1]
            yield Problem(
                at(item, path),
                f"{called(item)}: {shown} {wrong}",
                why,
                "write from: {name: …}, or delete the entry",
                item,
            )


def _entries(item: Object) -> Iterator[tuple[Path, object]]:
    spec = item.data.get("spec")
    if isinstance(spec, dict):
        refs = spec.get("policyRefs")
        yield from (
            (("spec", "policyRefs", nth), entry) for nth, entry in enumerate(refs if isinstance(refs, list) else [])
        )
        for name in ("permissionsBoundaryRef", "roleRef", "targetRoleRef"):
            if name in spec:
                yield ("spec", name), spec[name]
