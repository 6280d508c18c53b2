"""From source texts to a project: documents, the inventory in them, and what could not be read.

Pure: texts come in, values go out. Every document is either parsed, passed over because it cannot concern us,
skipped with a reason, or a problem with a place; none is lost.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import NamedTuple

from yaml.nodes import Node

from .ack.build import build
from .ack.kinds import text_can_concern
from .ack.kustomize import inline_patches
from .ack.objects import Sighting, sightings
from .ack.placeholders import find_breaking
from .inventory import Inventory, Object, Origin
from .text.documents import Document, Piece, cut, parse_piece
from .text.nodes import Path, Repeated, TreeError, repeated_keys
from .text.source import Source
from .text.yaml_nodes import LimitError, YamlError, start_of


class Broken(NamedTuple):
    """Text that could not be parsed: what is wrong and where (offset into the source). With `is_limit`, it was not even
    tried, since there is too much of it."""

    source: Source
    message: str
    offset: int
    is_limit: bool = False


class Skipped(NamedTuple):
    """A document, or an object in one, that was recognised and left out. `detail` is the text that gave it away."""

    file: str
    reason: str
    detail: str
    offset: int
    origin: Origin | None
    path: Path
    inner_offset: int | None


class Unsupported(NamedTuple):
    """An object of a kind that only looks as if a controller would act on it."""

    object: Object


class Project(NamedTuple):
    """Everything that was read. `documents` holds, by (file, number), those with an object of ours."""

    inventory: Inventory
    documents: dict[tuple[str, int], Document]
    sources: dict[str, Source]
    document_count: int
    passed_over: int
    broken: tuple[Broken, ...]
    repeated: tuple[tuple[str, int, Repeated], ...]
    skipped: tuple[Skipped, ...]
    unsupported: tuple[Unsupported, ...]


class _Reader:
    """Gathers what the sources hold, one at a time."""

    def __init__(self, patches: frozenset[str]) -> None:
        self.patches = patches
        self.objects: list[Object] = []
        self.unread: list[Object] = []
        self.documents: dict[tuple[str, int], Document] = {}
        self.sources: dict[str, Source] = {}
        self.number = 0
        self.passed_over = 0
        self.broken: list[Broken] = []
        self.repeated: list[tuple[str, int, Repeated]] = []
        self.skipped: list[Skipped] = []
        self.unsupported: list[Unsupported] = []

    def read(self, source: Source) -> None:
        if source.refused:
            self.sources[source.name] = source
            self.number += 1
            self.broken.append(Broken(source, source.refused, 0, is_limit=True))
        for piece in cut(source):
            if not text_can_concern(piece.text):
                self.number += 1
                self.passed_over += 1
                continue
            self.sources[source.name] = source
            try:
                parsed = parse_piece(piece)
            except YamlError as error:
                self.number += 1
                self._unparsed(piece, error)
                continue
            for document in parsed:
                self._document(document)

    def _unparsed(self, piece: Piece, error: YamlError) -> None:
        is_limit = isinstance(error, LimitError)
        template = None if is_limit else find_breaking(piece.text)
        if template is not None:
            reason, detail, offset = template
            self.skipped.append(Skipped(piece.source.name, reason, detail, piece.start + offset, None, (), None))
        else:
            self.broken.append(Broken(piece.source, error.message, piece.start + error.offset, is_limit))

    def _document(self, document: Document) -> None:
        file, number = document.piece.source.name, self.number
        self.number += 1
        try:
            seen = list(sightings(document, number))
            patches = [] if seen else inline_patches(document)
        except TreeError as error:
            offset = document.piece.start + start_of(error.node)
            self.broken.append(Broken(document.piece.source, error.message, offset))
            return
        if not seen:
            self._kustomization(document, patches)
            self.passed_over += 1
            return
        self.documents[file, number] = document
        if os.path.abspath(file) in self.patches:
            for sighting in seen:
                detail = f"a kustomize patch changes {sighting.object.kind} {sighting.object.name}"
                start = document.piece.start + start_of(sighting.node)
                self.skipped.append(Skipped(file, "kustomize-patch", detail, start, None, (), None))
            return
        self.repeated += ((file, number, repeated) for repeated in repeated_keys(document.root))
        for sighting in seen:
            self._object(sighting)

    def _kustomization(self, document: Document, patches: list[Node]) -> None:
        for patch in patches:
            start = document.piece.start + start_of(patch)
            detail = "a kustomize patch changes objects of the ACK IAM controller"
            self.skipped.append(Skipped(document.piece.source.name, "kustomize-patch", detail, start, None, (), None))

    def _object(self, sighting: Sighting) -> None:
        found = sighting.placeholder
        if not sighting.supported:
            self.unsupported.append(Unsupported(sighting.object))
        elif found is not None:
            origin = sighting.object.origin
            offset = self.documents[origin.file, origin.document].piece.start + start_of(sighting.node)
            inner = None if found.in_key else found.offset
            self.unread.append(sighting.object)
            self.skipped.append(Skipped(origin.file, found.reason, found.text, offset, origin, found.path, inner))
        else:
            self.objects.append(sighting.object)


def load(
    sources: Iterable[Source],
    background: Iterable[Source] = (),
    *,
    passed_over: int = 0,
    patches: frozenset[str] = frozenset(),
) -> Project:
    """Reads the sources. Those in `background` take part in the inventory, but their documents are not counted.

    `passed_over` counts documents already ruled out by a scan of bytes; `patches` names (by absolute
    path) the files that are kustomize patches, whose objects are fragments.
    """
    reader = _Reader(patches)
    for source in sources:
        reader.read(source)
    counted, passed_over = reader.number + passed_over, reader.passed_over + passed_over
    for source in background:
        reader.read(source)
    return Project(
        build(reader.objects, reader.unread),
        reader.documents,
        reader.sources,
        counted,
        passed_over,
        tuple(reader.broken),
        tuple(reader.repeated),
        tuple(reader.skipped),
        tuple(reader.unsupported),
    )
