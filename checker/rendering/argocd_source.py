"""Files beside what Argo CD deploys that change the source of an Application before it is rendered.

Argo CD merges `.argocd-source.yaml` and `.argocd-source-NAME.yaml` of the folder into the Application's source, as JSON
merge patches (RFC 7396: lists as a whole) that leave where it comes from alone. Argo CD Image Updater writes them, and
what the Application says of the same list is gone then. Source: argo-cd, reposerver/repository/repository.go,
mergeSourceParameters; argoproj/argo-cd issue 6665. NAME is `NAMESPACE_NAME` of Applications outside of Argo CD's own
namespace (argo-cd, "Applications in any namespace").
"""

from __future__ import annotations

import os
from typing import Any

from ..ack.objects import mapping, text
from ..text.documents import cut, parse_piece
from ..text.files import read_bytes
from ..text.nodes import TreeError, plain
from ..text.source import Source, decode
from ..text.yaml_nodes import YamlError
from .tree import Tree

_PLACE = ("chart", "path", "repoURL", "targetRevision", "ref")
_LARGEST = 1_000_000
_FOLLOWED = (*_PLACE, "helm", "kustomize")


def overridden(source: dict[str, Any], folder: str, metadata: dict[str, Any], tree: Tree) -> tuple[dict[str, Any], str]:
    """The source of the Application with this metadata as Argo CD renders it, and why that cannot be told ("" where it
    can). `folder` is the one that it deploys."""
    name, namespace = text(metadata.get("name")) or "", text(metadata.get("namespace")) or ""
    merged: Any = source
    names = dict.fromkeys(("", f"-{name}", f"-{namespace}_{name}"))
    for file in (f".argocd-source{name}.yaml" for name in names):
        path = tree.there(os.path.join(folder, file))
        if not os.path.isfile(path):
            continue
        patch = _read(path)
        if patch is None or not isinstance(patch.get("helm", {}), dict | None):
            return source, f"{file}, which changes what Argo CD renders, cannot be read"
        other = next((key for key in patch if key not in _FOLLOWED), None)
        if other is not None:
            return source, f"{file} has {other}, which is not followed"
        merged = _patched(merged, patch)
    kept = {key: source[key] for key in _PLACE if key in source}
    return {key: value for key, value in merged.items() if key not in _PLACE} | kept, ""


def _read(path: str) -> dict[str, Any] | None:
    """The only document of a file; {} where it is empty, None where it is no mapping or cannot be read."""
    try:
        if os.path.getsize(path) > _LARGEST:
            return None
        pieces = cut(Source(path, decode(read_bytes(path))))
        values = [plain(document.root) for piece in pieces for document in parse_piece(piece)]
    except (OSError, YamlError, TreeError, ValueError, RecursionError):
        return None
    value = values[0] if len(values) == 1 else None if values else {}
    return {} if values == [None] else value if isinstance(value, dict) else None


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
