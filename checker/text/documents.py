"""A source cut into its YAML documents, before any of them is parsed.

A line that begins with `---` or `...` ends a document wherever it stands, inside quotes and block scalars too (YAML
1.1, production c-forbidden), so the cut needs no parser. Each piece is then judged, and parsed, for itself: a broken
document does not hide its neighbours, and one that cannot concern us costs a scan.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from yaml.nodes import Node

from ..iam.expressions import expression
from ..iam.values import NamedTuple
from .json_nodes import JsonError, compose_json
from .nodes import TreeError, measure
from .source import Source
from .yaml_nodes import LimitError, compose_all, refuse_undecodable, start_of

_MARKER = expression(r"^(?:---|\.\.\.)(?=[ \t\r\n]|\Z)", re.MULTILINE)
_DIRECTIVE = expression(r"^%", re.MULTILINE)


class Piece(NamedTuple):
    """A stretch of the source that holds one YAML document (in rare cases, with directives, all of them). With
    `is_dropped` it stands behind a `...` and begins with no `---`: kubectl and kustomize cut at `---` alone, and read
    only the first document of what they cut."""

    source: Source
    start: int
    text: str
    is_dropped: bool = False


class YamlDocument:
    """One parsed YAML or JSON document. Node marks count from `piece.start`. `branches` are the offsets of lines of a
    template engine that were taken out before it was parsed; None where it was parsed as it is written. `number` counts
    the documents of the piece.

    A tree takes ten times the memory of its text, and is asked for again only where there is something to show: it can
    be let go, and is then made anew once somebody asks."""

    __slots__ = ("_root", "branches", "number", "piece")

    def __init__(self, piece: Piece, root: Node, branches: tuple[int, ...] | None = None, number: int = 0) -> None:
        self.piece, self.branches, self.number = piece, branches, number
        self._root: Node | None = root

    @property
    def root(self) -> Node:
        """The tree of the document."""
        if self._root is None:
            self._root = parse_piece(self.piece)[self.number].root
        return self._root

    def __getstate__(self) -> tuple[Piece, tuple[int, ...] | None, int]:
        return self.piece, self.branches, self.number

    def __setstate__(self, state: tuple[Piece, tuple[int, ...] | None, int]) -> None:
        self.piece, self.branches, self.number = state
        self._root = None

    def let_go(self) -> None:
        """Lets the tree go, where it was made of the text as it is written."""
        if self.branches is None:
            self._root = None


def cut(source: Source) -> Iterator[Piece]:
    """The pieces of a source, in order; pieces of nothing but white space and comments are left out."""
    text = source.text
    start = 0
    is_read = False
    if not _DIRECTIVE.search(text):
        for marker in _MARKER.finditer(text):
            end = marker.end() if marker[0] == "..." else marker.start()
            if end > start and not _is_blank(text[start:end]):
                yield Piece(source, start, text[start:end], is_read)
                is_read = True
            if marker[0] == "---":
                is_read = False
            start = end
    if not _is_blank(text[start:]):
        yield Piece(source, start, text[start:], is_read)


def parse_piece(piece: Piece) -> list[YamlDocument]:
    """The documents of a piece. Raises YamlError with an offset into the piece, LimitError where it is too much.

    Text that begins like JSON is read as JSON where it is JSON, since YAML 1.1 refuses tabs and surrogate escapes.
    """
    if piece.text.lstrip()[:1] in ("{", "["):
        refuse_undecodable(piece.text)
        try:
            return [_measured(piece, compose_json(piece.text))]
        except JsonError:
            pass
    return [_measured(piece, root, number) for number, root in enumerate(compose_all(piece.text))]


def _measured(piece: Piece, root: Node, number: int = 0) -> YamlDocument:
    try:
        measure(root, piece.text)
    except TreeError as error:
        raise LimitError(error.message, start_of(error.node)) from None
    return YamlDocument(piece, root, number=number)


# Possessive within: a row of `#` can be cut into comments in countless ways, and each would be tried.
_BLANK = expression(r"\A(?:[ \t\r\n]++|---(?=[ \t\r\n]|\Z)|\.\.\.(?=[ \t\r\n]|\Z)|#[^\r\n]*+)*\Z")


def _is_blank(text: str) -> bool:
    return _BLANK.match(text) is not None
