"""Where the values stand that helm has put into a line of a template: in a file of values, or in the release itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from yaml.nodes import Node, ScalarNode

from ..iam.values import NamedTuple
from ..text.documents import cut, parse_piece
from ..text.nodes import Path, TreeError, plain, walk
from ..text.source import Source, line_starts, line_text, position
from ..text.yaml_nodes import YamlError, end_of, start_of
from .finding import RelatedLocation
from .location import Location

_ACTION = re.compile(r"\{\{-?\s*\(?\s*\$?\.Values((?:\.\w+)+)[^{}]*+\}\}")


class ValuesFile(NamedTuple):
    """A text that states values of a release: all of it, or for a `release` (kind and name) what the object of that
    name states."""

    source: Source
    release: str = ""


def values_behind(location: Location, written: str, files: Iterable[ValuesFile]) -> Iterator[RelatedLocation]:
    """The places of the values in a range of a template, each once. `files` are what states them, the strongest first;
    a value that none of them states, or that is no scalar, is left out."""
    files = tuple(files)
    start, end = location.start, location.end
    line = line_text(written, line_starts(written), start.line)
    last = end.column - 1 if end.line == start.line else len(line)
    seen = set()
    for action in _ACTION.finditer(line):
        keys = tuple(action[1].split(".")[1:])
        if keys in seen or action.end() <= start.column - 1 or action.start() >= last:
            continue
        seen.add(keys)
        found = next(filter(None, (_stated(file, keys) for file in files)), None)
        if found is not None:
            yield found


def _stated(file: ValuesFile, keys: Path) -> RelatedLocation | None:
    for start, root in _roots(file.source):
        if file.release and _called(root) != file.release:
            continue
        node = _in_release(root, keys) if file.release else _at(root, keys)
        if node is not None:
            starts, begins = line_starts(file.source.text), start + start_of(node)
            ends = position(starts, start + max(end_of(node), start_of(node)))
            value = node.value if len(node.value) <= _LONGEST else f"{node.value[:_LONGEST]}…"
            message = f".Values.{'.'.join(map(str, keys))} is {value}"
            return RelatedLocation(Location(file.source.name, position(starts, begins), ends), message)
    return None


_LONGEST = 60


@lru_cache(maxsize=16)
def _roots(source: Source) -> tuple[tuple[int, Node], ...]:
    """The documents of a text with where each begins; none where it is no YAML."""
    try:
        return tuple((piece.start, item.root) for piece in cut(source) for item in parse_piece(piece))
    except YamlError:
        return ()


def _at(root: Node, keys: Path) -> ScalarNode | None:
    return next((node for path, node in walk(root) if path == keys and isinstance(node, ScalarNode)), None)


def _in_release(root: Node, keys: Path) -> ScalarNode | None:
    """The value among those of a HelmRelease or an Application, else among its parameters."""
    name = ".".join(map(str, keys))
    number: Path | None = None
    for path, node in walk(root):
        if not isinstance(node, ScalarNode):
            continue
        if path[-len(keys) :] == keys and path[: -len(keys)][-1:] in (("values",), ("valuesObject",)):
            return node
        if path[-1:] == ("name",) and "parameters" in path and node.value == name:
            number = (*path[:-1], "value")
        elif number is not None and path == number:
            return node
    return _at(root, number) if number is not None else None


def _called(root: Node) -> str:
    """The kind and the name of an object, as releases are called."""
    try:
        value = plain(root)
    except TreeError:
        return ""
    metadata = value.get("metadata") if isinstance(value, dict) else None
    if not isinstance(metadata, dict):
        return ""
    return f"{value.get('kind')} {'/'.join(str(metadata[key]) for key in ('namespace', 'name') if metadata.get(key))}"
