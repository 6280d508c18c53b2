"""Objects of Flux and Argo CD that are changed before they deploy anything: by a patch of a kustomization that takes in
their file, or of another of their kind. What they then deploy, and how, is not known from what is written.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from .effects import may_be
from .model import Kustomization, KustomizePatch, PatchTarget
from .reach import Reach

_HARMLESS = (
    "metadata/labels", "spec/interval", "spec/retryInterval", "spec/timeout", "spec/prune", "spec/wait", "spec/force",
    "spec/dependsOn", "spec/healthChecks", "spec/decryption", "spec/serviceAccountName", "spec/sourceRef/kind",
    "spec/postBuild", "spec/deletionPolicy", "spec/healthCheckExprs",
)  # fmt: skip
"""Fields that bear on when something is deployed, and by whom, and not on what; variables are left open elsewhere."""


def changed_by_others(found: Iterable[Kustomization]) -> dict[int, KustomizePatch]:
    """By the identity of each such object, what it may change of all that it deploys."""
    known = tuple(found)
    deployers = [one for one in known if one.below is not None and not one.keeps_references]
    patching = [one for one in known if any(map(_is_for_a_deployer, one.patches))]
    if not deployers or not patching:
        return {}
    paths = {id(one): os.path.join(one.folder, os.path.basename(one.file)) for one in deployers}
    reach = Reach(known, paths.values())
    changed: dict[int, KustomizePatch] = {}
    for other in patching:
        taken_in = reach.reached(other)
        for one in deployers:
            patch = next((patch for patch in other.patches if _is_for_a_deployer(patch) and _names(patch, one)), None)
            if patch is not None and one is not other and paths[id(one)] in taken_in:
                what = f"a patch in {other.what}"
                changed.setdefault(id(one), KustomizePatch(what, patch.file, patch.offset, PatchTarget()))
    return changed


def _names(patch: KustomizePatch, one: Kustomization) -> bool:
    """Whether the target of a patch may have the name of such an object (`Flux Kustomization NAMESPACE/NAME`)."""
    return may_be(patch.target.name, one.what.rpartition(" ")[2].rpartition("/")[2])


def _is_for_a_deployer(patch: KustomizePatch) -> bool:
    kind = patch.target.kind
    is_meant = bool(kind) and any(may_be(kind, name) for name in ("Kustomization", "Application", "ApplicationSet"))
    return is_meant and not (patch.fields and all(map(_is_harmless, patch.fields)))


def _is_harmless(field: str) -> bool:
    if field.startswith("metadata/annotations/"):
        return "toolkit.fluxcd.io" not in field
    return any(field == name or field.startswith(f"{name}/") for name in _HARMLESS)
