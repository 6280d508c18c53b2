"""Which files a kustomization uses as patches: their objects are fragments, complete only once kustomize has merged
them.

Source: the kustomization API (`patches[].path`, `patchesStrategicMerge[]`, `patchesJson6902[].path`).
"""

from __future__ import annotations

import os

from yaml.nodes import Node, ScalarNode

from ..text.documents import Document, cut, parse_piece
from ..text.nodes import TreeError, find, plain
from ..text.source import Source
from ..text.yaml_nodes import YamlError
from .kinds import IAM_GROUP
from .objects import mapping, sequence, text


def patch_files(source: Source) -> tuple[str, ...]:
    """The patch files a kustomization names, as absolute paths. A broken kustomization names none."""
    folder = os.path.dirname(source.name)
    named: list[str] = []
    for piece in cut(source):
        try:
            values = [mapping(plain(document.root)) for document in parse_piece(piece)]
        except (YamlError, TreeError):
            continue
        for value in values:
            for field in ("patches", "patchesJson6902"):
                paths = (text(mapping(entry).get("path")) for entry in sequence(value.get(field)))
                named += [path for path in paths if path]
            # An entry with a line break is an inline patch, not a path.
            merges = sequence(value.get("patchesStrategicMerge"))
            named += [entry for entry in merges if isinstance(entry, str) and "\n" not in entry]
    return tuple(os.path.abspath(os.path.join(folder, path)) for path in named)


def inline_patches(document: Document) -> list[Node]:
    """The patches that a kustomization states in place, as far as they name the ACK IAM group (in the patch or its
    target). Nothing for a document that is no kustomization. Raises TreeError."""
    version = find(document.root, ("apiVersion",))
    if not isinstance(version, ScalarNode) or not version.value.startswith("kustomize.config.k8s.io/"):
        return []
    value = mapping(plain(document.root))
    named = [
        ("patches", place)
        for place, entry in enumerate(sequence(value.get("patches")))
        if isinstance(entry, dict) and "path" not in entry and IAM_GROUP in str(entry)
    ]
    named += [
        ("patchesStrategicMerge", place)
        for place, entry in enumerate(sequence(value.get("patchesStrategicMerge")))
        if isinstance(entry, str) and "\n" in entry and IAM_GROUP in entry
    ]
    return [find(document.root, path) for path in named]
