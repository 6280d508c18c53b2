"""What is known of one file by itself: its documents, the objects in them, and what of it could not be read.

A function of the file's name and text (and, where there are kustomizations in it, of where their paths lead): no other
file bears on it, so it is made once, however often the project is judged. Every document is either parsed, passed over
because it cannot concern us, skipped with a reason, or a problem with a place; none is lost.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import lru_cache

from ..ack import kro
from ..ack.embedded import embedded
from ..ack.kinds import WORKLOADS
from ..ack.kro import KroGraph, KroInstance
from ..ack.objects import Sighting, sightings
from ..ack.open_templates import open_text, restore
from ..ack.placeholders import find_breaking, find_in_comments, may_change
from ..ack.scan import counts_by_its_name, first_object_of_ours, names_a_group, text_can_concern
from ..iam.expressions import expression
from ..iam.values import NamedTuple
from ..inventory.objects import Origin
from ..kustomize.model import Kustomization
from ..kustomize.read import kustomizations
from ..text.documents import Piece, YamlDocument, cut, parse_piece
from ..text.files import is_in_another_language, is_template
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
    """A document, or an object in one, that was recognised and left out. `detail` is the text that gave it away.
    `in_part`: what is literal in it was judged all the same."""

    file: str
    reason: str
    detail: str
    offset: int
    origin: Origin | None = None
    path: Path = ()
    inner_offset: int | None = None
    in_part: bool = False


class SeenDocument(NamedTuple):
    """A document with objects of ours; `number` counts the documents of the file. `repeated` are keys that stand twice
    in a mapping of it, `graph` what it declares where it is a graph of kro."""

    document: YamlDocument
    number: int
    sightings: tuple[Sighting, ...]
    repeated: tuple[Repeated, ...]
    graph: KroGraph | None = None


class FileFacts(NamedTuple):
    """One file. `is_ours`: something in it was worth parsing. `document_count` counts all its documents, `passed_over`
    those that hold nothing for us. `hides_instances`: text that names kro could not be parsed. `config_maps` is text
    with a ConfigMap in it, in which variables of Flux may stand."""

    source: Source
    is_ours: bool = False
    document_count: int = 0
    passed_over: int = 0
    seen: tuple[SeenDocument, ...] = ()
    kustomizations: tuple[Kustomization, ...] = ()
    instances: tuple[KroInstance, ...] = ()
    hides_instances: bool = False
    broken: tuple[Broken, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    config_maps: tuple[Piece, ...] = ()


Real = Callable[[str], str]
"""The real path of a file, through links: patches and kustomizations name files by several paths."""


def facts_of(sources: Iterable[Source], known: Iterable[FileFacts] = ()) -> tuple[FileFacts, ...]:
    """The facts of each of these files; of those that are `known` already with the same text, the same."""
    real = lru_cache(maxsize=4096)(os.path.realpath)
    by_source = {item.source: item for item in known}
    return tuple(by_source.get(source) or _facts_of(source, real) for source in sources)


def _facts_of(source: Source, real: Real) -> FileFacts:
    file = _File(source, real)
    if source.refused:
        file.is_ours, file.count = True, 1
        file.broken.append(Broken(source, source.refused, 0, is_limit=True))
    if is_in_another_language(source.name) and not source.refused:
        return file.in_another_language()
    for piece in cut(source):
        if "ConfigMap" in piece.text and _HOLDS_VARIABLES.search(piece.text):
            file.config_maps.append(piece)
        is_fragment = is_template(source.name) and _KIND.search(piece.text) is None
        if not file.is_kustomization and (is_fragment or not text_can_concern(piece.text)):
            file.pass_over()
            continue
        file.is_ours = True
        if piece.is_dropped:
            file.broken.append(Broken(source, _DROPPED, piece.start))
        try:
            opened = _opened(piece)
            parsed = parse_piece(piece) if opened is None else opened
        except YamlError as error:
            file.unparsed(piece, error)
            continue
        for document in parsed:
            file.document(document)
            if file.is_done_with(document):
                document.let_go()
    return file.facts()


def _opened(piece: Piece) -> list[YamlDocument] | None:
    """The documents of a template that is no YAML yet, as far as its lines are plain; None where they are not, or where
    it holds nothing of ours."""
    is_template = "{{" in piece.text or "{%" in piece.text
    if not is_template or not names_a_group(piece.text):
        return None
    if find_breaking(piece.text) is None and "{{/*" not in piece.text and "{{- /*" not in piece.text:
        return None
    opened = open_text(piece.text)
    if opened is None:
        return None
    try:
        documents = parse_piece(piece._replace(text=opened.text)) if opened.text.strip() else []
    except YamlError:
        return None
    for document in documents:
        restore(document.root, opened.expressions)
    return [YamlDocument(piece, document.root, opened.branches) for document in documents]


_KIND = expression(r"\bkind[\"']?\s*:")
_HOLDS_VARIABLES = expression(r"\bkind[\"']?\s*:\s*[\"']?ConfigMap(?:List)?\b")
_LANGUAGE = "an object of ACK in a language that is not read here"
_DROPPED = "kubectl reads nothing behind `...` but what begins with `---`, so this document is lost; write `---` here"


class _File:
    """Gathers the facts of one file; a stream may have tens of thousands of documents."""

    def __init__(self, source: Source, real: Real) -> None:
        self.source, self.real = source, real
        self.is_kustomization = counts_by_its_name(os.path.basename(source.name))
        self.is_ours = False
        self.count = self.passed_over = 0
        self.seen: list[SeenDocument] = []
        self.kustomizations: list[Kustomization] = []
        self.instances: list[KroInstance] = []
        self.hides_instances = False
        self.broken: list[Broken] = []
        self.skipped: list[Skipped] = []
        self.config_maps: list[Piece] = []

    def facts(self) -> FileFacts:
        return FileFacts(
            source=self.source,
            is_ours=self.is_ours,
            document_count=self.count,
            passed_over=self.passed_over,
            seen=tuple(self.seen),
            kustomizations=tuple(self.kustomizations),
            instances=tuple(self.instances),
            hides_instances=self.hides_instances,
            broken=tuple(self.broken),
            skipped=tuple(self.skipped),
            config_maps=tuple(self.config_maps),
        )

    def is_done_with(self, document: YamlDocument) -> bool:
        """Whether nobody has to look at the tree again to say what objects there are: no template fills them in."""
        last = self.seen[-1] if self.seen else None
        return last is None or last.document is not document or all(one.placeholder is None for one in last.sightings)

    def in_another_language(self) -> FileFacts:
        offset = first_object_of_ours(self.source.text)
        self.count, self.is_ours, self.passed_over = 1, offset >= 0, int(offset < 0)
        if self.is_ours:
            self.skipped.append(Skipped(self.source.name, "embedded", _LANGUAGE, offset))
        return self.facts()

    def pass_over(self) -> None:
        self.count += 1
        self.passed_over += 1

    def unparsed(self, piece: Piece, error: YamlError) -> None:
        self.hides_instances = self.hides_instances or f"{kro.GROUP}/" in piece.text
        is_limit = isinstance(error, LimitError)
        template = None if is_limit else find_breaking(piece.text)
        if template is not None and not (self.is_kustomization or names_a_group(piece.text)):
            # A chart is full of service accounts; one that names no role is none of our business.
            self.pass_over()
            return
        self.count += 1
        if template is None and is_template(self.source.name):
            what = f"it is no YAML before it is filled in ({error.message})"
            self.skipped.append(Skipped(self.source.name, "template", what, piece.start + error.offset))
            return
        if template is None:
            self.broken.append(Broken(piece.source, error.message, piece.start + error.offset, is_limit))
            return
        reason, detail, offset = template
        self.skipped.append(Skipped(self.source.name, reason, detail, piece.start + offset))

    def document(self, document: YamlDocument) -> None:
        number = self.count
        self.count += 1
        try:
            kustomized = kustomizations(document, self.real)
            # What stands inside of a patch, or of a chart's values, is no object yet.
            seen = () if kustomized else tuple(sightings(document, number))
            data = plain(document.root) if f"{kro.GROUP}/" in document.piece.text else None
            is_open = data is not None and may_change(document.root, document.piece)
            self.instances += kro.instances_of(data, is_open=is_open)
            if kro.is_list_with_graph(data):
                detail = "a ResourceGraphDefinition in a list: give it a document of its own"
                start = document.piece.start + start_of(document.root)
                self.skipped.append(Skipped(self.source.name, "kro", detail, start))
                return
        except TreeError as error:
            self.hides_instances = self.hides_instances or f"{kro.GROUP}/" in document.piece.text
            offset = document.piece.start + start_of(error.node)
            self.broken.append(Broken(document.piece.source, error.message, offset))
            return
        self.kustomizations += kustomized
        if seen:
            # Two branches of a template may state the same key.
            repeated = () if document.branches else tuple(repeated_keys(document.root))
            self.seen.append(SeenDocument(document, number, seen, repeated, kro.graph_of(data)))
            if any((one.object.api_version, one.object.kind) not in WORKLOADS for one in seen):
                return
        else:
            self.passed_over += 1
        file, start = self.source.name, document.piece.start
        overlay = None if kustomized else find_in_comments(document.root, document.piece)
        if overlay and "overlay" in overlay.text:
            self.skipped.append(Skipped(file, "ytt", overlay.text, start))
        for item in embedded(document, has_patches=bool(kustomized)):
            self.skipped.append(Skipped(file, "embedded", f"a {item.kind} as text", item.offset))
