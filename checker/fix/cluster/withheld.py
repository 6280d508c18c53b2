"""Why there is no manifest to be applied."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...ack.cleaning import gitops_owner
from ...ack.controller import standstill
from ...ack.objects import make_object, mapping
from ...iam.values import NamedTuple
from ...inventory.objects import Origin


class Withheld(NamedTuple):
    """Why there is no manifest, and what to do instead. `is_waiting`: what is declared is right, and only has to
    arrive in IAM."""

    reason: str
    help: str = ""
    is_waiting: bool = False


def withheld_for(item: Mapping[str, Any]) -> Withheld | None:
    """Why an edit of this live object would be lost or have no effect; None where nothing speaks against it."""
    metadata = mapping(item.get("metadata"))
    name = f"{item.get('kind')} {metadata.get('namespace', '')}/{metadata.get('name', '')}"
    why = standstill(make_object({**item, "status": {}, "spec": {}}, Origin("cluster", 0, ())))
    if metadata.get("deletionTimestamp"):
        return Withheld(
            f"{name} is being deleted; an edit would not survive", "find out who deleted it, and apply it anew"
        )
    if why:
        return Withheld(f"{name}: {why}", "take the annotation off first, if the controller is to write again")
    owner = gitops_owner(item)
    if owner:
        return Withheld(
            f"{name} is applied by {owner}, which would undo an edit in the cluster",
            "edit it in Git: run again with --manifests DIR",
        )
    return None
