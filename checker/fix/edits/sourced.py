"""Patches of what kustomize builds as patches of the file that the text comes from."""

from __future__ import annotations

from ...findings.place import Place
from ...project.project import Project
from ...text.nodes import find
from .patch import Patch


def at_its_source(patch: Patch, project: Project) -> Patch:
    """The patch; of a field that a patch of kustomize has written, in a file of its own, the patch of that."""
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
