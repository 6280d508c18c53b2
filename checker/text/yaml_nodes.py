"""YAML text to nodes that know where they stand.

PyYAML's C parser composes the nodes; no value is resolved by it, so `2012-10-17`, `on` and `1e3` stay the text they
are, duplicate keys stay visible, and an alias is the very node it names, never a copy. Node marks count code points.
"""

from __future__ import annotations

from typing import Any

import yaml
from yaml.nodes import Node

from ..iam.expressions import expression
from .limits import DEPTH_LIMIT, NODE_LIMIT

try:
    from yaml.cyaml import CParser as _Parser  # type: ignore[attr-defined]  # the stubs leave it out
except ImportError:  # a PyYAML that was built without libyaml: slower, same nodes
    from yaml.composer import Composer
    from yaml.parser import Parser
    from yaml.reader import Reader
    from yaml.scanner import Scanner

    class _Parser(Reader, Scanner, Parser, Composer):  # type: ignore[no-redef]  # stands in for the C class
        def __init__(self, stream: str) -> None:
            Reader.__init__(self, stream)
            Scanner.__init__(self)
            Parser.__init__(self)
            Composer.__init__(self)


IMPLICIT = ""
"""The tag of a node whose type the text does not state with a `!!tag`."""

_SAFE_DEPTH = 2_000
"""What the C parser bears: it recurses on the stack and takes the process down at about 10,000."""

_UNDECODABLE = expression("[\udc80-\udcff]")
_UNPRINTABLE = expression("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class YamlError(Exception):
    """Text that is not YAML: what is wrong, and the offset (code points into the text) where it shows."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message, self.offset = message, offset


class LimitError(YamlError):
    """Text that may well be YAML, but more of it, or deeper, than is read (see `limits`)."""


class _Composer(_Parser):
    def resolve(self, *_: Any) -> str:
        return IMPLICIT

    def ascend_resolver(self) -> None: ...

    def descend_resolver(self, *_: Any) -> None: ...


def start_of(node: Node | yaml.Event) -> int:
    """The offset of a node's (or event's) first character, within the text it was composed from."""
    return node.start_mark.index if node.start_mark else 0


def end_of(node: Node) -> int:
    """The offset behind a node's last character, within the text it was composed from."""
    return node.end_mark.index if node.end_mark else 0


def compose_all(text: str) -> list[Node]:
    """The root nodes of all non-empty documents in the text. Raises YamlError."""
    try:
        if _depth_bound(text) > _SAFE_DEPTH or _node_bound(text) > NODE_LIMIT:
            _refuse_excess(text)
        composer = _Composer(text)
        roots = []
        while composer.check_node():
            roots.append(composer.get_node())
        return [root for root in roots if root is not None]
    except yaml.MarkedYAMLError as error:
        if "\ufeff" in text:
            message = "a byte order mark stands in the middle of the file (two files were joined?)"
            raise YamlError(message, text.index("\ufeff")) from None
        mark = error.problem_mark or error.context_mark
        raise YamlError(_say(error), min(mark.index if mark else 0, len(text))) from None
    except (yaml.reader.ReaderError, UnicodeEncodeError):
        unprintable = _UNPRINTABLE.search(text)
        raise YamlError(*_unprintable(text, unprintable.start() if unprintable else 0)) from None


def refuse_undecodable(text: str) -> None:
    """Raises YamlError where a byte of the file was no text (see `source.decode`)."""
    undecodable = _UNDECODABLE.search(text)
    if undecodable:
        raise YamlError(*_unprintable(text, undecodable.start()))


def _unprintable(text: str, offset: int) -> tuple[str, int]:
    code = ord(text[offset])
    if _UNDECODABLE.match(text[offset]):
        return f"the byte 0x{code - 0xDC00:02X} is not UTF-8 text", offset
    return f"the character U+{code:04X} may not stand in YAML", offset


def _say(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or "the text cannot be read"
    return f"{problem} ({error.context})" if error.context else problem


def _depth_bound(text: str) -> int:
    """At least the nesting depth: flow levels need a bracket each, block levels a column (two share one in `- a:`)."""
    longest = max(map(len, text.splitlines()), default=0)
    return text.count("[") + text.count("{") + 2 * longest


def _node_bound(text: str) -> int:
    """At least the number of nodes: each stands behind a line break or one of `,[{:?-`, or begins the text."""
    return 1 + sum(map(text.count, "\n\r,[{:?-"))


def _refuse_excess(text: str) -> None:
    """Raises LimitError where the text is too deep or too long, told from its events alone, which take no memory."""
    parser = _Composer(text)
    depth = nodes = 0
    while parser.check_event():
        event = parser.get_event()
        nodes += isinstance(event, yaml.NodeEvent)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEPTH_LIMIT or nodes > NODE_LIMIT:
            raise LimitError(too_deep() if depth > DEPTH_LIMIT else too_many(), start_of(event) if event else 0)


def too_deep() -> str:
    """The sentence about a document beyond the depth that is read."""
    return f"nested more than {DEPTH_LIMIT} levels deep, and not read"


def too_many() -> str:
    """The sentence about a document with more fields than are read."""
    return f"the document has more than {NODE_LIMIT:,} fields and items, and is not read"
