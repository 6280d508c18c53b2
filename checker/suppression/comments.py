"""Comments: `# checker: ignore[rule, rule@scope] reason`.

A comment behind something holds for its line; one on a line of its own, for the next line that is no comment. On the
line of a key (or above it), it holds for the whole scalar: JSON in a block scalar cannot hold comments itself.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from yaml.nodes import ScalarNode

from ..findings.place import Place
from ..findings.suppression import OnLine, Suppression
from ..iam.expressions import expression
from ..text.nodes import walk
from ..text.source import Source, line_starts, line_text, position
from ..text.yaml_nodes import end_of, start_of
from .written import invalid, read_rules

if TYPE_CHECKING:
    from ..text.documents import YamlDocument

_MARK = r"#[ \t]*checker:[ \t]*ignore(?![\w-])"
_COMMENT = expression(rf"(?<![^\s]){_MARK}", re.IGNORECASE)
_LINE_END = expression(r"[\r\n]")


def in_comments(
    sources: Iterable[Source], documents: Mapping[tuple[str, int], YamlDocument], unparsed: frozenset[str]
) -> Iterator[Suppression]:
    """The suppressions in the comments of these sources; `unparsed` names those of which a part could not be parsed.
    Text inside a value is no comment, and comments in documents that are not read here are left alone."""
    for source in sources:
        # Most texts hold none, and a search for a word is much faster than for an expression.
        matches = list(_COMMENT.finditer(source.text)) if "checker:" in source.text.lower() else []
        if not matches:
            continue
        starts = line_starts(source.text)
        mine = [document for (file, _), document in documents.items() if file == source.name]
        outside = _outside_of(mine, source.name in unparsed)
        meant = _lines_meant(source.text, starts)
        for match, following in zip(matches, [*matches[1:], None], strict=True):
            if not outside(match.start()):
                continue
            line = position(starts, match.start()).line
            end = starts[line] if line < len(starts) else len(source.text)
            end = min(end, following.start()) if following else end
            yield from _read(source, meant(line), match, source.text[match.end() : end].rstrip("\r\n"))


def _read(source: Source, line: int, match: re.Match[str], behind: str) -> Iterator[Suppression]:
    length = match.end() - match.start() + len(behind.rstrip())
    place = Place(source.name, None, offset=match.start(), length=length)
    rest = behind.strip()
    end = _closing(rest)
    if not rest.startswith("[") or end < 0:
        yield invalid("the rules are to stand in brackets: # checker: ignore[RULE] reason", "comment", place)
        return
    yield from read_rules(rest[1:end], rest[end + 1 :], "comment", place, OnLine(source.name, source.line_of(line)))


def _closing(text: str) -> int:
    """The offset of the bracket that closes the first one, or -1."""
    depth = 0
    for offset, char in enumerate(text):
        depth += {"[": 1, "]": -1}.get(char, 0)
        if depth == 0:
            return offset if char == "]" else -1
    return -1


def _lines_meant(text: str, starts: tuple[int, ...]) -> Callable[[int], int]:
    """A function from the line of a comment to the line it is for: its own, or the next that is no comment. Each run of
    comments is walked once."""
    known: dict[int, int] = {}

    def meant(line: int) -> int:
        row = []
        while line not in known and line < len(starts) and line_text(text, starts, line).lstrip().startswith("#"):
            row.append(line)
            line += 1
        target = known.setdefault(line, line)
        known.update(dict.fromkeys(row, target))
        return target

    return meant


def _outside_of(documents: list[YamlDocument], otherwise: bool) -> Callable[[int], bool]:
    """A function that tells whether a `#` at an offset is outside every value; `otherwise` is its answer outside all
    documents. Behind the `|` of a block scalar, a comment may still stand on the same line."""
    pieces = sorted({(item.piece.start, item.piece.start + len(item.piece.text)) for item in documents})
    values = sorted(
        (item.piece.start + _first_inside(node, item.piece.text), item.piece.start + end_of(node))
        for item in documents
        for _, node in walk(item.root)
        if isinstance(node, ScalarNode)
    )

    def outside(offset: int) -> bool:
        piece = bisect_right(pieces, (offset, sys.maxsize)) - 1
        if piece < 0 or pieces[piece][1] <= offset:
            return otherwise
        value = bisect_right(values, (offset, sys.maxsize)) - 1
        return value < 0 or values[value][1] <= offset

    return outside


def _first_inside(node: ScalarNode, text: str) -> int:
    """Where the value of a scalar begins: for a block scalar, at the end of the line with its `|`."""
    if node.style not in ("|", ">"):
        return start_of(node)
    broken = _LINE_END.search(text, start_of(node))
    return broken.start() if broken else end_of(node)
