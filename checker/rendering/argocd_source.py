"""Files beside what Argo CD deploys that change the source of an Application before it is rendered.

Argo CD merges `.argocd-source.yaml` and `.argocd-source-NAME.yaml` of the folder into the Application's source, as JSON
merge patches (RFC 7396: lists as a whole) that leave where it comes from alone. Argo CD Image Updater writes them, and
what the Application says of the same list is gone then. Source: argo-cd, reposerver/repository/repository.go,
mergeSourceParameters; argoproj/argo-cd issue 6665.
"""

from __future__ import annotations

import os
from typing import Any

import yaml

from ..ack.objects import mapping
from .tree import Tree

_PLACE = ("chart", "path", "repoURL", "targetRevision")


def overridden(source: dict[str, Any], folder: str, name: str, tree: Tree) -> tuple[dict[str, Any], str]:
    """The source of the Application of that name as Argo CD renders it, and why that cannot be told ("" where it
    can). `folder` is the one that it deploys."""
    merged: Any = source
    for file in (".argocd-source.yaml", f".argocd-source-{name}.yaml"):
        path = tree.there(os.path.join(folder, file))
        if not os.path.isfile(path):
            continue
        try:
            with open(path, encoding="utf-8") as opened:
                patch = yaml.safe_load(opened)
        except (OSError, UnicodeDecodeError, yaml.YAMLError, ValueError, RecursionError):
            return source, f"{file}, which changes what Argo CD renders, cannot be read"
        merged = _patched(merged, patch)
    if not isinstance(merged, dict):
        return source, f"{file} leaves nothing of the Application's source"
    kept = {key: source[key] for key in _PLACE if key in source}
    return {key: value for key, value in merged.items() if key not in _PLACE} | kept, ""


def _patched(value: Any, patch: Any) -> Any:
    if not isinstance(patch, dict):
        return patch
    merged = dict(mapping(value))
    for key, change in patch.items():
        if change is None:
            merged.pop(key, None)
        else:
            merged[key] = _patched(merged.get(key), change)
    return merged
