"""From source texts to a project: documents, the inventory in them, and what could not be read.

Pure: texts come in, values go out. Every document is either parsed, passed over because it cannot concern us,
skipped with a reason, or a problem with a place; none is lost.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from ..ack.build import build
from ..ack.embedded import embedded
from ..ack.kinds import KUSTOMIZATIONS, names_a_group, text_can_concern
from ..ack.objects import Sighting, sightings
from ..ack.placeholders import find_breaking, find_in_comments
from ..inventory.objects import Inventory, Object, Origin
from ..kustomize.effects import Effects, apply
from ..kustomize.model import Kustomization, Patch
from ..kustomize.patches import fragment
from ..kustomize.read import kustomizations
from ..text.documents import Document, Piece, cut, parse_piece
from ..text.nodes import Path, Repeated, TreeError, plain, repeated_keys
from ..text.source import Source
from ..text.yaml_nodes import LimitError, YamlError, start_of


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


class Change(NamedTuple):
    """A change that a kustomization makes to objects, and that is not worked out: `by` names the kustomization, `what`
    the change, which stands in `file` at `offset`; `is_name` where it is one of their names alone."""

    by: str
    what: str
    file: str
    offset: int
    objects: tuple[Object, ...]
    is_name: bool


class Unlisted(NamedTuple):
    """An object in a file that the kustomization beside it does not take in."""

    object: Object
    kustomization: str


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
    changes: tuple[Change, ...] = ()
    unlisted: tuple[Unlisted, ...] = ()
    kustomizations: tuple[Kustomization, ...] = ()


_DROPPED = "kubectl reads nothing behind `...` but what begins with `---`, so this document is lost; write `---` here"


class _Reader:
    """Gathers what the sources hold, one at a time; then, what kustomizations make of it."""

    def __init__(self) -> None:
        self.kustomizations: list[Kustomization] = []
        self.seen: list[tuple[Document, int, list[Sighting]]] = []
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
        self._real = lru_cache(maxsize=4096)(os.path.realpath)

    def read(self, source: Source) -> None:
        if source.refused:
            self.sources[source.name] = source
            self.number += 1
            self.broken.append(Broken(source, source.refused, 0, is_limit=True))
        is_kustomization = os.path.basename(source.name) in KUSTOMIZATIONS
        for piece in cut(source):
            if not is_kustomization and not text_can_concern(piece.text):
                self.number += 1
                self.passed_over += 1
                continue
            self.sources[source.name] = source
            if piece.is_dropped:
                self.broken.append(Broken(source, _DROPPED, piece.start))
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
        is_kustomization = os.path.basename(piece.source.name) in KUSTOMIZATIONS
        if template is not None and not (is_kustomization or names_a_group(piece.text)):
            # A chart is full of service accounts; one that names no role is none of our business.
            self.passed_over += 1
        elif template is not None:
            reason, detail, offset = template
            self.skipped.append(
                Skipped(
                    file=piece.source.name,
                    reason=reason,
                    detail=detail,
                    offset=piece.start + offset,
                    origin=None,
                    path=(),
                    inner_offset=None,
                )
            )
        else:
            self.broken.append(Broken(piece.source, error.message, piece.start + error.offset, is_limit))

    def _document(self, document: Document) -> None:
        file, number = document.piece.source.name, self.number
        self.number += 1
        try:
            found = kustomizations(document, self._real)
            # What stands inside of a patch, or of a chart's values, is no object yet.
            seen = [] if found else list(sightings(document, number))
        except TreeError as error:
            offset = document.piece.start + start_of(error.node)
            self.broken.append(Broken(document.piece.source, error.message, offset))
            return
        self.kustomizations += found
        if not seen:
            self.passed_over += 1
            if not found and (overlay := find_in_comments(document.root, document.piece)) and "overlay" in overlay.text:
                self.skipped.append(
                    Skipped(
                        file=file,
                        reason="ytt",
                        detail=overlay.text,
                        offset=document.piece.start,
                        origin=None,
                        path=(),
                        inner_offset=None,
                    )
                )
            for item in embedded(document):
                self.skipped.append(
                    Skipped(
                        file=file,
                        reason="embedded",
                        detail=f"a {item.kind} as text",
                        offset=item.offset,
                        origin=None,
                        path=(),
                        inner_offset=None,
                    )
                )
            return
        self.documents[file, number] = document
        self.seen.append((document, number, seen))

    def finish(self) -> Effects:
        """Takes in all objects that were seen, those in patches as fragments; kustomizations then change them."""
        patches = {path for item in self.kustomizations for path in item.patch_files}
        built = {path for item in self.kustomizations for path in item.builds}
        fragments: dict[str, list[Patch]] = {}
        for document, number, seen in self.seen:
            file = document.piece.source.name
            path = self._real(file)
            if path in patches:
                for sighting in seen:
                    fragments.setdefault(path, []).append(self._fragment(sighting, document))
            if path not in patches or path in built:
                self.repeated += ((file, number, repeated) for repeated in repeated_keys(document.root))
                for sighting in seen:
                    self._object(sighting)
        texts = {self._real(name): source.text for name, source in self.sources.items()}
        self.kustomizations = [
            one._replace(
                patches=(*one.patches, *(patch for path in one.patch_files for patch in fragments.get(path, ()))),
                keeps_references=any("policyRefs" in texts.get(path, "") for path in one.configurations),
            )
            for one in self.kustomizations
        ]
        return apply(self.kustomizations, self.objects)

    def _fragment(self, sighting: Sighting, document: Document) -> Patch:
        file, item = document.piece.source.name, sighting.object
        start = document.piece.start + start_of(sighting.node)
        detail = f"a kustomize patch changes {item.kind} {item.name}"
        self.skipped.append(
            Skipped(
                file=file,
                reason="kustomize-patch",
                detail=detail,
                offset=start,
                origin=None,
                path=(),
                inner_offset=None,
            )
        )
        # The object is without nulls, which in a patch take fields away.
        data = plain(sighting.node)
        return fragment(data if isinstance(data, dict) else item.data, file, start)

    def _object(self, sighting: Sighting) -> None:
        found = sighting.placeholder
        if not sighting.supported:
            self.unsupported.append(Unsupported(sighting.object))
        elif found is not None:
            origin = sighting.object.origin
            offset = self.documents[origin.file, origin.document].piece.start + start_of(sighting.node)
            inner = None if found.in_key else found.offset
            self.unread.append(sighting.object)
            if sighting.object.kind == "ServiceAccount" and not names_a_group(str(sighting.object.data)):
                return
            self.skipped.append(
                Skipped(
                    file=origin.file,
                    reason=found.reason,
                    detail=found.text,
                    offset=offset,
                    origin=origin,
                    path=found.path,
                    inner_offset=inner,
                )
            )
        else:
            self.objects.append(sighting.object)


def load(
    sources: Iterable[Source],
    background: Iterable[Source] = (),
    *,
    passed_over: int = 0,
) -> Project:
    """Reads the sources. Those in `background` take part in the inventory, but their documents are not counted.

    `passed_over` counts documents already ruled out by a scan of bytes.
    """
    reader = _Reader()
    for source in sources:
        reader.read(source)
    counted, passed_over = reader.number + passed_over, reader.passed_over + passed_over
    for source in background:
        reader.read(source)
    effects = reader.finish()
    changes = tuple(_changes(effects))
    skipped = [*reader.skipped, *_not_worked_out(changes, reader.skipped)]
    return Project(
        inventory=build(effects.objects, reader.unread),
        documents=reader.documents,
        sources=reader.sources,
        document_count=counted,
        passed_over=passed_over,
        broken=tuple(reader.broken),
        repeated=tuple(reader.repeated),
        skipped=tuple(skipped),
        unsupported=tuple(reader.unsupported),
        changes=changes,
        unlisted=tuple(
            Unlisted(item, effects.unlisted[item.origin.file].file)
            for item in effects.objects
            if item.origin.file in effects.unlisted
        ),
        kustomizations=tuple(reader.kustomizations),
    )


def _not_worked_out(changes: tuple[Change, ...], known: list[Skipped]) -> Iterator[Skipped]:
    """What kustomizations change, as something that was not checked; patches in files of their own are known."""
    seen = {(item.file, item.offset) for item in known}
    for change in changes:
        if (change.file, change.offset) not in seen:
            seen.add((change.file, change.offset))
            reason = "kustomize-name" if change.is_name else "kustomize-patch"
            detail = f"{change.what} of {change.by}"
            yield Skipped(
                file=change.file,
                reason=reason,
                detail=detail,
                offset=change.offset,
                origin=None,
                path=(),
                inner_offset=None,
            )


def _changes(effects: Effects) -> Iterator[Change]:
    for one, patch, objects in effects.changes:
        yield Change(by=one.what, what=patch.what, file=patch.file, offset=patch.offset, objects=objects, is_name=False)
    for one, what, offset, objects in effects.renamed:
        yield Change(by=one.what, what=what, file=one.file, offset=offset, objects=objects, is_name=True)
