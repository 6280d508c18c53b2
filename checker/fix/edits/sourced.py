"""Translates patches of what kustomize builds into patches of the file that the text comes from."""

from __future__ import annotations

from ...findings.place import Place
from ...project.project import Project
from ...text.nodes import find
from .patch import Patch


def at_its_source(patch: Patch, project: Project) -> Patch:
    """The patch; for a field that a kustomize patch file has written, the same patch of that file."""
    place = patch.place
    if place.document is not None or place.offset is None:
        return patch
    for (file, number), document in project.documents.items():
        if file != place.file or not document.piece.start <= place.offset < document.piece.start + len(
            document.piece.text
        ):
            continue
        node = find(document.root, place.path)
        if node is not document.root and node is not find(document.root, place.path[:-1]):
            return patch._replace(place=Place(file, number, place.path, place.part, place.inner, place.inner_offset))
    return patch
