"""Where the values that helm put into a line of a template are stated: in a values file, or in the release itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from yaml.nodes import Node, ScalarNode

from ..iam.expressions import expression
from ..iam.values import NamedTuple
from ..text.documents import cut, parse_piece
from ..text.nodes import Path, TreeError, find, plain, walk
from ..text.source import Source, line_starts, line_text, position
from ..text.yaml_nodes import YamlError, end_of, start_of
from .finding import RelatedLocation
from .location import Location

_ACTION = expression(r"\{\{-?\s*+\(?\s*+\$?\.Values((?:\.\w++)+)[^{}]*+\}\}")


class ValuesFile(NamedTuple):
    """A text that states values of a release: the whole text, or, with `release` (kind and name), only the object of
    that kind and name."""

    source: Source
    release: str = ""


def values_behind(location: Location, written: str, files: Iterable[ValuesFile]) -> Iterator[RelatedLocation]:
    """Where the values used in a range of a template are stated, each once. `files` state them, the
    strongest first; a value that none of them states, or that is no scalar, is left out."""
    files = tuple(files)
    for file in files:
        if file.release and any(
            _called(root) == file.release and _states_text(root) for _, root in _roots(file.source)
        ):
            return
    start, end = location.start, location.end
    line = line_text(written, line_starts(written), start.line)
    last = end.column - 1 if end.line == start.line else len(line)
    seen = set()
    for action in _ACTION.finditer(line):
        keys = tuple(action[1].split(".")[1:])
        if keys in seen or action.end() <= start.column - 1 or action.start() >= last:
            continue
        seen.add(keys)
        related = next(filter(None, (_stated(file, keys) for file in files)), None)
        if related is not None:
            yield related


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
    """The scalar at these keys, or None; the last one counts where a key is repeated."""
    node = find(root, keys)
    is_there = isinstance(node, ScalarNode) and node is not find(root, keys[:-1])
    return node if is_there and isinstance(node, ScalarNode) else None


def _in_release(root: Node, keys: Path) -> ScalarNode | None:
    """The value in the parameters of a HelmRelease or an Application, which win; else in its values."""
    name = ".".join(map(str, keys))
    nodes = list(walk(root))
    named = [path for path, node in nodes if _is_parameter(path) and getattr(node, "value", None) == name]
    if named:
        return _at(root, (*named[-1][:-1], "value"))
    stated = [
        node
        for path, node in nodes
        if path[-len(keys) :] == keys and path[: -len(keys)][-1:] in (("values",), ("valuesObject",))
    ]
    return next((node for node in reversed(stated) if isinstance(node, ScalarNode)), None)


def _is_parameter(path: Path) -> bool:
    return path[-1:] == ("name",) and path[-3:-2] == ("parameters",)


def _states_text(root: Node) -> bool:
    """Whether a release states values as one text, in which nothing is looked for."""
    return any(path[-2:] == ("helm", "values") and isinstance(node, ScalarNode) for path, node in walk(root))


def _called(root: Node) -> str:
    """The kind and the name of an object, in the form of `ValuesFile.release`."""
    try:
        value = plain(root)
    except TreeError:
        return ""
    metadata = value.get("metadata") if isinstance(value, dict) else None
    if not isinstance(metadata, dict):
        return ""
    return f"{value.get('kind')} {'/'.join(str(metadata[key]) for key in ('namespace', 'name') if metadata.get(key))}"
