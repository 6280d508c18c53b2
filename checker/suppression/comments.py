"""Comments: `# checker: ignore[rule, rule@scope] reason`.

One behind something holds for its line; one on a line of its own for the next line that is no comment. On the line of a
key (or above it) it holds for all that is inside the scalar: JSON in a block scalar cannot hold comments itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from yaml.nodes import ScalarNode

from ..rules.problem import Place
from ..text.nodes import walk
from ..text.source import Source, line_starts, line_text, position
from ..text.yaml_nodes import end_of, start_of
from .model import OnLine, Suppression
from .written import invalid, read_rules

if TYPE_CHECKING:
    from ..text.documents import Document

_MARK = r"#[ \t]*checker:[ \t]*ignore(?![\w-])"
_COMMENT = re.compile(rf"(?<![^\s]){_MARK}((?:(?!\s{_MARK})[^\r\n])*)", re.IGNORECASE)


def in_comments(
    sources: Iterable[Source], documents: Mapping[tuple[str, int], Document], unparsed: frozenset[str]
) -> Iterator[Suppression]:
    """The suppressions in the comments of these sources; `unparsed` names those of which a part could not be parsed.
    What stands in a value is no comment, and what stands in a document that is none of ours is not meant for us."""
    for source in sources:
        found = list(_COMMENT.finditer(source.text))
        if not found:
            continue
        starts = line_starts(source.text)
        mine = [document for (file, _), document in documents.items() if file == source.name]
        for match in found:
            if _is_comment(match.start(), mine, source.name in unparsed):
                yield from _read(source, starts, match)


def _read(source: Source, starts: tuple[int, ...], match: re.Match[str]) -> Iterator[Suppression]:
    place = Place(source.name, None, offset=match.start(), length=len(match[0].rstrip()))
    rest = match[1].strip()
    end = _closing(rest)
    if not rest.startswith("[") or end < 0:
        yield invalid("the rules are to stand in brackets: # checker: ignore[RULE] reason", "comment", place)
        return
    line = _line_meant(source.text, starts, match.start())
    yield from read_rules(rest[1:end], rest[end + 1 :], "comment", place, OnLine(source.name, line))


def _closing(text: str) -> int:
    """The offset of the bracket that closes the first one, or -1."""
    depth = 0
    for offset, char in enumerate(text):
        depth += {"[": 1, "]": -1}.get(char, 0)
        if depth == 0:
            return offset if char == "]" else -1
    return -1


def _line_meant(text: str, starts: tuple[int, ...], offset: int) -> int:
    line = position(starts, offset).line
    while line_text(text, starts, line).lstrip().startswith("#") and line < len(starts):
        line += 1
    return line


def _is_comment(offset: int, documents: list[Document], otherwise: bool) -> bool:
    """Whether a `#` is outside every value. A block scalar's own line, behind the `|`, still takes a comment."""
    for document in documents:
        base, text = document.piece.start, document.piece.text
        if base <= offset < base + len(text):
            at = offset - base
            inside = [
                node
                for _, node in walk(document.root)
                if isinstance(node, ScalarNode) and start_of(node) <= at < end_of(node)
            ]
            return all(
                node.style in ("|", ">") and not re.search(r"[\r\n]", text[start_of(node) : at]) for node in inside
            )
    return otherwise
