"""Patches: for which objects one is, and which of their fields it touches.

Source: kustomize, "patches": a patch is a JSON 6902 list (`op`, `path`) or a fragment of an object, in place or in a
file; `target` says which objects it is for, and without one the fragment's own apiVersion, kind and name do.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

from ..ack.applied import DECIDING
from ..ack.objects import mapping, text
from ..text.documents import cut, parse_piece
from ..text.files import is_manifest
from ..text.nodes import TreeError, plain
from ..text.source import Source
from ..text.yaml_nodes import YamlError
from .model import KustomizePatch, PatchTarget

_OF_ACK = ("services.k8s.aws", "eks.amazonaws.com", "kustomize.toolkit.fluxcd.io")


def patches_in(field: str, entry: Any, path: str, file: str, offset: int) -> Iterator[KustomizePatch]:
    """The changes that one entry of `patches` (or its older forms) makes."""
    patch = entry if field == "patchesStrategicMerge" else mapping(entry).get("patch")
    target = mapping(mapping(entry).get("target")) if isinstance(entry, dict) else {}
    keys = ("group", "kind", "name", "labelSelector")
    named = PatchTarget(*(text(target.get(key)) or "" for key in keys)) if target else None
    if path and ("://" in path or not is_manifest(path.replace(os.sep, "/").removeprefix("./"))):
        yield KustomizePatch(f"the patch {path}, which is not read here,", file, offset, named or PatchTarget())
        return
    if path:
        # What stands in a file of its own is read with the file: a fragment is recognised there as an object.
        yield KustomizePatch(f"the patch {path}", file, offset, named or _NOBODY)
        return
    contents = _contents(patch)
    for content in contents if contents else [None]:
        yield KustomizePatch("a patch", file, offset, named or _own_target(content), fields_of(content))


_NOBODY = PatchTarget("-", "-", "-")
"""Nothing: who is meant stands in the fragment itself."""


def fragment(data: Mapping[str, Any], file: str, offset: int) -> KustomizePatch:
    """A fragment of an object in a file that is used as a patch."""
    return KustomizePatch(f"the patch {os.path.basename(file)}", file, offset, _own_target(data), fields_of(data))


def fields_of_annotations(annotations: Mapping[str, str]) -> tuple[str, ...]:
    """The annotations that mean something to ACK, EKS or Flux, or to whoever applies the object, as fields."""
    return tuple(
        f"metadata/annotations/{key}" for key in annotations if key.split("/")[0].endswith(_OF_ACK) or key in DECIDING
    )


def _contents(given: Any) -> list[Any]:
    """The documents of a patch that stands in place; None for what cannot be read."""
    if not isinstance(given, str):
        return [given]
    documents: list[Any] = []
    for piece in cut(Source("patch", given)):
        try:
            documents += [plain(document.root) for document in parse_piece(piece)]
        except (YamlError, TreeError):
            documents.append(None)
    return documents


def _own_target(content: Any) -> PatchTarget:
    value = mapping(content)
    metadata = mapping(value.get("metadata"))
    group, slash, _ = (text(value.get("apiVersion")) or "").partition("/")
    parts = (group if slash else "", text(value.get("kind")) or "", text(metadata.get("name")) or "")
    return PatchTarget(*parts)


def fields_of(content: Any) -> tuple[str, ...]:
    """The fields a patch touches; () where it may touch any."""
    if isinstance(content, list):
        paths = [text(mapping(item).get(key)) for item in content for key in ("path", "from") if key in mapping(item)]
        routes = [(path or "").strip("/").replace("~1", "/") for path in paths]
        return tuple(routes) if content and all(routes) else ()
    if not isinstance(content, dict) or "$patch" in content:
        return ()
    metadata = mapping(content.get("metadata"))
    if metadata.keys() - {"name", "namespace", "labels", "annotations"}:
        return ()
    return tuple(_below(content))


def _below(content: dict[str, Any]) -> Iterator[str]:
    for key, value in content.items():
        if key == "metadata" and isinstance(value, dict):
            for name, item in value.items():
                if name in ("labels", "annotations") and isinstance(item, dict):
                    yield from (f"metadata/{name}/{entry}" for entry in item)
                elif name not in ("name", "namespace"):
                    yield f"metadata/{name}"
        elif key == "spec" and isinstance(value, dict):
            yield from ("spec" if name.startswith("$") else f"spec/{name}" for name in value)
        elif key not in ("apiVersion", "kind", "metadata"):
            yield key
