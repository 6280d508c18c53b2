"""Turns the symbolic places of rules into lines and columns, also inside the JSON in a YAML scalar.

Spans are only worked out for what is reported. Where a place inside a scalar cannot be mapped for certain, the whole
field is shown instead.
"""

from __future__ import annotations

from collections.abc import Mapping

from yaml.nodes import Node, ScalarNode

from ..ack.holes import holes_of
from ..iam.documents.document import LONGEST
from ..iam.documents.holes import in_place
from ..iam.values import NamedTuple
from ..text.alignment import column_in_template
from ..text.documents import YamlDocument
from ..text.json_nodes import JsonError, compose_json
from ..text.nodes import Fields, find
from ..text.scalars import character_spans
from ..text.source import Position, Source, Span, line_starts, line_text, position
from ..text.yaml_nodes import end_of, start_of
from .place import Place


class Location(NamedTuple):
    """A range of a file, half open, as people and editors count."""

    file: str
    start: Position
    end: Position


class Locator:
    """Turns places into locations; keeps the line starts of each file it has been asked about."""

    def __init__(self, documents: Mapping[tuple[str, int], YamlDocument], sources: Mapping[str, Source]) -> None:
        self._documents = documents
        self._sources = sources
        self._starts: dict[str, tuple[int, ...]] = {}
        self._written: dict[str, tuple[int, ...]] = {}
        self._known: Fields = {}
        self._spans: tuple[int, list[Span] | None] = (0, None)
        self._inner: tuple[int, Node | None, Fields] = (0, None, {})

    def locate(self, place: Place) -> Location:
        """The location of a place in one of the project's files."""
        source = self._sources[place.file]
        starts = self._starts.setdefault(place.file, line_starts(source.text))
        span = self._span(place, source)
        start, end = position(starts, span.start), position(starts, max(span.end, span.start))
        if source.written is not None:
            start, end = self._as_written(source, source.written, starts, start, end)
        return Location(place.file, start, end)

    def _as_written(
        self, source: Source, written: str, made_starts: tuple[int, ...], start: Position, end: Position
    ) -> tuple[Position, Position]:
        """The range of the file that a range of the rendered text comes from: the same characters where both ends are
        literal text of the template, else the whole line."""
        starts = self._written.setdefault(source.name, line_starts(written))
        line = source.line_of(start.line)
        rendered, template = line_text(source.text, made_starts, start.line), line_text(written, starts, line)
        first, last = len(template) - len(template.lstrip()), len(template.rstrip())
        begins = column_in_template(rendered, template, start.column - 1)
        ends = column_in_template(rendered, template, end.column - 1) if end.line == start.line else last
        if begins is not None and ends is not None:
            first, last = begins, max(ends, begins)
        base = starts[line - 1]
        return Position(line, first + 1, base + first), Position(line, last + 1, base + last)

    def _span(self, place: Place, source: Source) -> Span:
        if place.offset is not None:
            return _within_line(source.text, place.offset, place.length)
        if place.document is None:
            return Span(0, 0)
        document = self._documents[place.file, place.document]
        if place.inner is not None or place.inner_offset is not None:
            scalar = find(document.root, place.path, "value", self._known)
            span = self._inner_span(document, scalar, place) if isinstance(scalar, ScalarNode) else None
            if span is not None:
                return span
        node = find(document.root, place.path, place.part, self._known)
        return _node_span(document, node, place, self._known)

    def _inner_span(self, document: YamlDocument, node: ScalarNode, place: Place) -> Span | None:
        """The span inside a scalar. Findings come scalar by scalar, so the results for the last one are kept. None
        where it cannot be told, as in a text longer than a policy document can be."""
        if len(node.value) > LONGEST:
            return None
        if self._spans[0] != id(node):
            self._spans = (id(node), character_spans(document.piece.source.text, node, document.piece.start))
        spans = self._spans[1]
        if spans is None:
            return None
        if place.inner is None:
            first = min(place.inner_offset or 0, len(node.value))
            last = min(first + place.length, len(node.value))
        else:
            if self._inner[0] != id(node):
                self._inner = (id(node), _composed(node.value), {})
            _, root, known = self._inner
            if root is None:
                return None
            inner = find(root, place.inner, place.part, known)
            first, last = start_of(inner), end_of(inner)
        return Span(spans[first].start, spans[last - 1].end if last > first else spans[first].end)


def _composed(text: str) -> Node | None:
    """The nodes of a policy document, of one with holes too."""
    try:
        return compose_json(text)
    except JsonError:
        holes = holes_of(text) or ()
    try:
        return compose_json(in_place(text, holes)) if holes else None
    except JsonError:
        return None


def _node_span(document: YamlDocument, node: Node, place: Place, known: Fields) -> Span:
    base, text = document.piece.start, document.piece.source.text
    in_block = isinstance(node, ScalarNode) and node.style in ("|", ">")
    if in_block or not (isinstance(node, ScalarNode) or getattr(node, "flow_style", False)):
        # A block has no end that is worth showing; its key says what it is.
        node = find(document.root, place.path, "key", known)
    start = start_of(node) + base
    return _within_line(text, start, max(end_of(node) - start_of(node), 1))


def _within_line(text: str, start: int, length: int) -> Span:
    """A span that ends where its first line ends at the latest."""
    start = min(start, len(text))
    line_end = min(
        (offset for offset in (text.find("\n", start), text.find("\r", start)) if offset >= 0), default=len(text)
    )
    return Span(start, min(start + length, max(line_end, start)))
