"""What the kustomizations of a cell take in from outside of the folders that were read, as a part of the material."""

from __future__ import annotations

from ..project.file_facts import FileFacts
from ..project.followed import HERE, Reader, deployed_elsewhere, follow
from .prepared import Material


def with_taken_in(
    material: Material, reader: Reader = HERE, known: tuple[FileFacts, ...] = (), *, is_passed: bool = True
) -> Material:
    """The material with what its kustomizations take in. Who passes a folder of overlays asks about what these take in;
    where files were passed (not `is_passed`), it is background, as is what the background takes in. It belongs to the
    cells whose kustomizations take it in."""
    if is_passed:
        read, besides = follow(material.names, material.files, reader, known)
        material = material._replace(
            files=material.files + besides,
            file_count=material.file_count + len(read.names),
            passed_over=material.passed_over + read.passed_over,
            unreadable=tuple(dict.fromkeys((*material.unreadable, *read.unreadable))),
            names=(*material.names, *read.names),
        )
    read, besides = follow(material.names, (*material.files, *material.background), reader, known)
    material = material._replace(
        background=material.background + besides,
        unreadable=tuple(dict.fromkeys((*material.unreadable, *read.unreadable))),
        names=(*material.names, *read.names),
    )
    if reader is not HERE:
        return material
    left_out = deployed_elsewhere(material.names, (*material.files, *material.background))
    return material._replace(left_out=tuple(dict.fromkeys((*material.left_out, *left_out))))
