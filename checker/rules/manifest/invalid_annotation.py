"""An annotation of ACK's with a value that does not mean what it seems to.

What it does
    Checks the values of services.k8s.aws/ annotations on ACK objects:
    deletion-policy (`delete` or `retain`), adoption-policy (`adopt` or
    `adopt-or-create`), read-only (`true` or `false`), adoption-fields (a JSON
    object of strings), region, and `adopted`, which only the controller may
    set.

Why it matters
    A wrong adoption-policy is terminal. Any deletion-policy other than
    `delete` retains silently. `adopted: "true"` on a new object switches
    creation off, so the reverse proxy's role never comes to be. `read-only:
    "true"` makes the controller write nothing, while the object reports
    Synced.

Example
        services.k8s.aws/adoption-policy: adopt-or-update

Use instead
        services.k8s.aws/adoption-policy: adopt-or-create

Source
    ACK runtime, pkg/runtime/reconciler.go and
    pkg/runtime/adoption_reconciler.go, apis/core/v1alpha1/annotations.go.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from ...ack.kinds import BY_NAME, is_checked
from ...findings.place import at
from ...findings.problem import Problem
from ...iam.documents.holes import has_hole
from ...iam.expressions import expression
from ...inventory.objects import called
from ...project.project import DocumentFacts
from ..rule import About

ABOUT = About("invalid-annotation", "error")

_PREFIX = "services.k8s.aws/"
_ALLOWED = {
    "deletion-policy": ("delete", "retain"),
    "adoption-policy": ("adopt", "adopt-or-create"),
    "read-only": ("true", "false"),
}
_REGION = expression(r"[a-z]{2}(-[a-z]+)+-\d")


def check_document(document: DocumentFacts) -> Iterator[Problem]:
    for item in document.inventory.objects:
        if not is_checked(item.api_version, item.kind):
            continue
        for key, value in item.annotations.items():
            name = key.removeprefix(_PREFIX) if key.startswith(_PREFIX) else ""
            adoption = item.annotations.get(f"{_PREFIX}adoption-policy", "")
            if name == "adoption-fields" and (adoption == "adopt-or-create" or has_hole(adoption, item.holes)):
                # The controller falls back to the spec, or may: the rule ignored-annotation says so.
                continue
            flaw = _flaw(name, value, item.kind)
            if flaw is not None:
                wrong, why, hint = flaw
                place = at(item, ("metadata", "annotations", key))
                yield Problem(place, f"{called(item)}: {key} {wrong}", why, hint, item, value=value)


def _flaw(name: str, value: str, kind: str) -> tuple[str, str, str] | None:
    allowed = _ALLOWED.get(name)
    if allowed is not None:
        if (value.lower() if name == "read-only" else value) in allowed:
            return None
        why = "the object turns terminal" if name == "adoption-policy" else "the controller takes it for its opposite"
        return f"has the value {value!r}", why, f"write {' or '.join(allowed)}"
    if name == "region" and not _REGION.fullmatch(value):
        return (
            f"has the value {value!r}, which is no region",
            "every call of the controller fails",
            "write one like us-east-1",
        )
    if name == "adopted":
        return "is for the controller to set", "on a new object it switches creation off", "delete the annotation"
    if name == "adoption-fields" and not is_string_map(value):
        hint = f"write '{BY_NAME[kind].adoption_fields}'"
        return "is not a JSON object of strings", "the controller cannot find what to adopt", hint
    return None


def is_string_map(value: str) -> bool:
    """Whether an annotation is a JSON object of strings, as adoption-fields must be."""
    try:
        fields = json.loads(value)
    except (ValueError, RecursionError):
        return False
    return isinstance(fields, dict) and all(isinstance(item, str) for item in fields.values())
