"""Which files a kustomization uses as patches: their objects are fragments, complete only once kustomize has merged
them.

Source: the kustomization API (`patches[].path`, `patchesStrategicMerge[]`, `patchesJson6902[].path`).
"""

from __future__ import annotations

import os

from ..text.documents import cut, parse_piece
from ..text.nodes import TreeError, plain
from ..text.source import Source
from ..text.yaml_nodes import YamlError
from .objects import mapping, sequence, text

KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")


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
