"""What is known of one file by itself: its documents, the objects in them, and what of it could not be read.

A function of the file's name and text: no other file bears on it, so it is made once, however often the project is
judged. Every document is either parsed, passed over because it cannot concern us, skipped with a reason, or a problem
with a place; none is lost.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple

from ..ack.embedded import embedded
from ..ack.kinds import KUSTOMIZATIONS, names_a_group, text_can_concern
from ..ack.objects import Sighting, sightings
from ..ack.placeholders import find_breaking, find_in_comments
from ..inventory.objects import Origin
from ..kustomize.model import Kustomization
from ..kustomize.read import kustomizations
from ..text.documents import Piece, YamlDocument, cut, parse_piece
from ..text.nodes import Path, TreeError
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
    origin: Origin | None = None
    path: Path = ()
    inner_offset: int | None = None


class SeenDocument(NamedTuple):
    """A document with objects of ours; `number` counts the documents of the file."""

    document: YamlDocument
    number: int
    sightings: tuple[Sighting, ...]


class FileFacts(NamedTuple):
    """One file. `is_ours`: something in it was worth parsing. `document_count` counts all its documents, `passed_over`
    those that hold nothing for us."""

    source: Source
    is_ours: bool = False
    document_count: int = 0
    passed_over: int = 0
    seen: tuple[SeenDocument, ...] = ()
    kustomizations: tuple[Kustomization, ...] = ()
    broken: tuple[Broken, ...] = ()
    skipped: tuple[Skipped, ...] = ()


Real = Callable[[str], str]
"""The real path of a file, through links: patches and kustomizations name files by several paths."""


def facts_of(sources: Iterable[Source]) -> tuple[FileFacts, ...]:
    """The facts of each of these files."""
    real = lru_cache(maxsize=4096)(os.path.realpath)
    return tuple(_facts_of(source, real) for source in sources)


def _facts_of(source: Source, real: Real) -> FileFacts:
    found = FileFacts(source)
    if source.refused:
        refused = Broken(source, source.refused, 0, is_limit=True)
        found = found._replace(is_ours=True, document_count=1, broken=(refused,))
    is_kustomization = os.path.basename(source.name) in KUSTOMIZATIONS
    for piece in cut(source):
        if not is_kustomization and not text_can_concern(piece.text):
            found = _passed_over(found)
            continue
        found = found._replace(is_ours=True)
        if piece.is_dropped:
            found = found._replace(broken=(*found.broken, Broken(source, _DROPPED, piece.start)))
        try:
            parsed = parse_piece(piece)
        except YamlError as error:
            found = _unparsed(found, piece, error, is_kustomization=is_kustomization)
            continue
        for document in parsed:
            found = _with_document(found, document, real)
    return found


_DROPPED = "kubectl reads nothing behind `...` but what begins with `---`, so this document is lost; write `---` here"


def _passed_over(found: FileFacts) -> FileFacts:
    return found._replace(document_count=found.document_count + 1, passed_over=found.passed_over + 1)


def _unparsed(found: FileFacts, piece: Piece, error: YamlError, *, is_kustomization: bool) -> FileFacts:
    is_limit = isinstance(error, LimitError)
    template = None if is_limit else find_breaking(piece.text)
    if template is not None and not (is_kustomization or names_a_group(piece.text)):
        # A chart is full of service accounts; one that names no role is none of our business.
        return _passed_over(found)
    found = found._replace(document_count=found.document_count + 1)
    if template is None:
        broken = Broken(piece.source, error.message, piece.start + error.offset, is_limit)
        return found._replace(broken=(*found.broken, broken))
    reason, detail, offset = template
    return found._replace(skipped=(*found.skipped, Skipped(found.source.name, reason, detail, piece.start + offset)))


def _with_document(found: FileFacts, document: YamlDocument, real: Real) -> FileFacts:
    number = found.document_count
    found = found._replace(document_count=number + 1)
    try:
        kustomized = kustomizations(document, real)
        # What stands inside of a patch, or of a chart's values, is no object yet.
        seen = () if kustomized else tuple(sightings(document, number))
    except TreeError as error:
        broken = Broken(document.piece.source, error.message, document.piece.start + start_of(error.node))
        return found._replace(broken=(*found.broken, broken))
    found = found._replace(kustomizations=(*found.kustomizations, *kustomized))
    if seen:
        return found._replace(seen=(*found.seen, SeenDocument(document, number, seen)))
    file, start, told = found.source.name, document.piece.start, list(found.skipped)
    if not kustomized and (overlay := find_in_comments(document.root, document.piece)) and "overlay" in overlay.text:
        told.append(Skipped(file, "ytt", overlay.text, start))
    told += (Skipped(file, "embedded", f"a {item.kind} as text", item.offset) for item in embedded(document))
    return found._replace(passed_over=found.passed_over + 1, skipped=tuple(told))
