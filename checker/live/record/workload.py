"""What runs a pod, by its metadata."""

from __future__ import annotations

from typing import Any

from ...ack.objects import mapping, sequence, string_map, text
from ...iam.expressions import expression

_HASHED = expression(r"-(?=[a-z]*[0-9])[bcdfghjklmnpqrstvwxz2456789]{1,10}$")
"""What the Deployment controller puts behind its name: only these letters and digits (apimachinery, `SafeEncodeString`
in pkg/util/rand)."""


def workload_of(metadata: dict[str, Any]) -> str:
    """The name of what runs a pod: the owner's, without the hash that a Deployment gives its ReplicaSets."""
    name = text(metadata.get("name")) or ""
    owner = next((mapping(entry) for entry in sequence(metadata.get("ownerReferences"))), {})
    owner_name = text(owner.get("name")) or ""
    if not owner_name:
        return name
    if owner.get("kind") != "ReplicaSet":
        return owner_name
    stamp = string_map(metadata.get("labels")).get("pod-template-hash", "")
    if stamp and owner_name.endswith(f"-{stamp}"):
        return owner_name.removesuffix(f"-{stamp}")
    return _HASHED.sub("", owner_name)
