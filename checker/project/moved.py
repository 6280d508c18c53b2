"""Which objects are in Namespaces that kustomize, Flux or Argo CD put into an account."""

from __future__ import annotations

import os
from collections.abc import Iterable

from ..inventory.objects import Moved
from ..kustomize.accounts import accounts_of_namespaces
from ..kustomize.model import Kustomization
from ..kustomize.reach import Reach
from ..text.source import Source


def moved(
    kustomizations: tuple[Kustomization, ...], built: frozenset[int], sources: Iterable[Source]
) -> tuple[Moved, ...]:
    """The annotations that kustomizations give to Namespaces. Without a name these may be those of what they reach,
    and, unless they were `built` (by identity), of what no kustomization takes in."""
    sources = tuple(sources) if kustomizations else ()
    texts = {one.name: one.text for one in sources if "owner-account-id" in one.text or "team-id" in one.text}
    texts |= {os.path.realpath(name): text for name, text in texts.items()}
    moving = list(accounts_of_namespaces(kustomizations, texts)) if texts else []
    if not moving:
        return ()
    shown = {os.path.realpath(one.name): one.name for one in sources}
    reach = Reach(kustomizations, shown)
    deployed = {path for one in kustomizations if one.is_deployer for path in reach.reached(one)}
    free = shown.keys() - reach.listed - deployed

    def files(one: Kustomization) -> frozenset[str]:
        paths = reach.reached(one) if id(one) in built else reach.reached(one) | free
        return frozenset(shown[path] for path in paths)

    return tuple(Moved(one.by.what, one.annotations, one.names, files(one.by)) for one in moving)
