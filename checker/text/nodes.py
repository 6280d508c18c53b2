"""Reading node trees: plain values, routes to nodes, repeated keys, merges and the true size behind aliases."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any, Literal

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from ..iam.values import NamedTuple
from .limits import DEPTH_LIMIT, NODE_LIMIT
from .plain_scalars import Scalar, resolve
from .yaml_nodes import IMPLICIT, too_deep

Path = tuple[str | int, ...]

_YAML = "tag:yaml.org,2002:"
_BINARY = f"{_YAML}binary"
_PLAIN_TAGS = frozenset({IMPLICIT, *(f"{_YAML}{name}" for name in ("null", "bool", "int", "float"))})
"""Tags under which a plain scalar is what it looks like; under `!!str` and unknown ones it is a string."""


class Repeated(NamedTuple):
    """A key that stands twice in one mapping: the second key node, the first one, and the mapping's route."""

    key: ScalarNode
    first: ScalarNode
    path: Path


class TreeError(Exception):
    """A tree that cannot be written out: an alias inside itself, or aliases of aliases beyond all measure."""

    def __init__(self, message: str, node: Node) -> None:
        super().__init__(message)
        self.message, self.node = message, node


def entries(node: MappingNode) -> list[tuple[Node, Node]]:
    """The key and value nodes of a mapping with `<<` merges applied: own keys win over merged ones, and the last
    repeat of a key wins, as in the parsers that Kubernetes uses. Raises TreeError for merges that never end.
    """
    for key, _ in node.value:
        if key.value == "<<" and _is_merge(key):
            return _merge(node, {}, ())
    return list(node.value)


def _merge(
    node: MappingNode, done: dict[int, list[tuple[Node, Node]]], open_nodes: tuple[int, ...]
) -> list[tuple[Node, Node]]:
    if id(node) in done:
        return done[id(node)]
    if id(node) in open_nodes or len(open_nodes) > 100:
        raise TreeError("these merges (<<) never end", node)
    pairs = [(key, value) for key, value in node.value if not _is_merge(key)]
    own = {key.value for key, _ in pairs if isinstance(key, ScalarNode)}
    for merge, value in node.value:
        for source in (value.value if isinstance(value, SequenceNode) else [value]) if _is_merge(merge) else ():
            if isinstance(source, MappingNode):
                for key, item in _merge(source, done, (*open_nodes, id(node))):
                    if isinstance(key, ScalarNode) and key.value not in own:
                        own.add(key.value)
                        pairs.append((key, item))
    done[id(node)] = pairs
    return pairs


def key_of(node: ScalarNode) -> str:
    """The name of a field: its text, decoded where it is `!!binary`."""
    return _decoded(node.value) if node.tag == _BINARY else str(node.value)


def scalar_value(node: ScalarNode, resolved: Callable[[str], Scalar] = resolve) -> Any:
    """A scalar as Kubernetes would take it: quoted and block scalars are strings, plain ones may be null, true, false
    or a number, as `resolved` tells."""
    text: str = node.value
    if node.tag == _BINARY:
        return _decoded(text)
    if node.style or node.tag not in _PLAIN_TAGS:
        return text
    return resolved(text)


def _decoded(text: str) -> str:
    """What `!!binary` stands for, as Kubernetes reads it: base64 of the text (yaml.v3, resolve.go). Text that is not
    base64 stays as it is written; the API server refuses the object."""
    from base64 import b64decode

    try:
        return b64decode("".join(text.split()), validate=True).decode("utf-8", "surrogateescape")
    except ValueError:
        return text


def plain(root: Node, resolved: Callable[[str], Scalar] = resolve) -> Any:
    """The tree, which `measure` has let pass, as dicts, lists and scalars; what an alias shares is shared here too.
    Raises TreeError for an alias inside itself.

    Keys that are no scalars are left out: no Kubernetes field has one.
    """
    return _plain(root, resolved, {}, set())


def _plain(node: Node, resolved: Callable[[str], Scalar], built: dict[int, Any], open_nodes: set[int]) -> Any:
    """The value of a node; `built` are those of nodes that are done, `open_nodes` those that it stands in."""
    if isinstance(node, ScalarNode):
        return scalar_value(node, resolved)
    if id(node) in built:
        return built[id(node)]
    if id(node) in open_nodes:
        raise TreeError("an alias stands inside the very node it names", node)
    open_nodes.add(id(node))
    value: Any
    if isinstance(node, MappingNode):
        # The names of fields are few, and each document brings its own copies.
        value = {
            sys.intern(key_of(key)): scalar_value(item, resolved)
            if isinstance(item, ScalarNode)
            else _plain(item, resolved, built, open_nodes)
            for key, item in entries(node)
            if isinstance(key, ScalarNode)
        }
    else:
        value = [_plain(item, resolved, built, open_nodes) for item in node.value]
    open_nodes.discard(id(node))
    built[id(node)] = value
    return value


def measure(root: Node, text: str) -> None:
    """Raises TreeError where the tree, with its aliases and merges written out, is deeper or larger than is read; one
    that passes is small enough for everything else. An alias inside itself counts once. Without an alias in the `text`
    the tree has no more nodes than characters, and only its depth is looked at."""
    if "*" not in text and len(text) < NODE_LIMIT and not _is_deep(root):
        return
    height: dict[int, int] = {}
    size: dict[int, int] = {}
    merged: dict[int, int] = {}
    all_merged = 0
    entered: set[int] = set()
    pending = [(root, False)]
    while pending:
        node, is_left = pending.pop()
        if isinstance(node, ScalarNode) or id(node) in height:
            continue
        below = [item for _, item in node.value] if isinstance(node, MappingNode) else node.value
        if not is_left:
            if id(node) not in entered:
                entered.add(id(node))
                pending.append((node, True))
                pending += [(item, False) for item in below if not isinstance(item, ScalarNode)]
            continue
        height[id(node)] = 1 + max((height.get(id(item), 0) for item in below), default=0)
        size[id(node)] = 1 + sum(size.get(id(item), 1) for item in below)
        if isinstance(node, MappingNode):
            fields = len(below) + sum(merged.get(id(source), 0) for source in _merge_sources(node))
            merged[id(node)] = fields
            all_merged += fields - len(below)
        if height[id(node)] > DEPTH_LIMIT:
            raise TreeError(too_deep(), node)
        if size[id(node)] > NODE_LIMIT or all_merged > NODE_LIMIT:
            what = "aliases" if size[id(node)] > NODE_LIMIT else "merges (<<)"
            raise TreeError(f"the {what} here stand for more than {NODE_LIMIT:,} fields and items", node)


def _is_deep(root: Node) -> bool:
    """Whether a tree without aliases is deeper than is read."""
    level = [root]
    for _ in range(DEPTH_LIMIT):
        below: list[Node] = []
        for node in level:
            if isinstance(node, MappingNode):
                below += [item for _, item in node.value if not isinstance(item, ScalarNode)]
            elif isinstance(node, SequenceNode):
                below += [item for item in node.value if not isinstance(item, ScalarNode)]
        level = below
    return bool(level)


def _merge_sources(node: MappingNode) -> list[Node]:
    named = [value for key, value in node.value if _is_merge(key)]
    return [item for value in named for item in (value.value if isinstance(value, SequenceNode) else [value])]


def walk(root: Node, path: Path = (), closed: set[int] | None = None) -> Iterator[tuple[Path, Node]]:
    """Every node of the tree with its route, each shared node once. To skip what is below a node, the caller puts
    its id into `closed` before taking the next one."""
    seen: set[int] = set()
    pending: list[tuple[Path, Node]] = [(path, root)]
    while pending:
        route, node = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield route, node
        if closed and id(node) in closed:
            continue
        if isinstance(node, MappingNode):
            below = [((*route, key.value), item) for key, item in node.value if isinstance(key, ScalarNode)]
        elif isinstance(node, SequenceNode):
            below = [((*route, number), item) for number, item in enumerate(node.value)]
        else:
            below = []
        pending += reversed(below)


def node_at(root: Node, path: Path) -> Node:
    """The node that `walk` gives this route; of fields that stand twice the last."""
    node = root
    for step in path:
        if isinstance(node, MappingNode):
            node = [item for key, item in node.value if isinstance(key, ScalarNode) and key.value == step][-1]
        else:
            node = node.value[step]
    return node


def repeated_keys(root: Node) -> Iterator[Repeated]:
    """Keys that stand more than once in their mapping, in reading order."""
    if not _repeats_a_key(root):
        return
    for path, node in walk(root):
        if not isinstance(node, MappingNode):
            continue
        first: dict[str, ScalarNode] = {}
        for key, _ in node.value:
            if isinstance(key, ScalarNode) and not _is_merge(key):
                if key.value in first:
                    yield Repeated(key, first[key.value], path)
                first.setdefault(key.value, key)


def _repeats_a_key(root: Node) -> bool:
    """Whether keys stand more than once in some mapping, told without the routes to them."""
    seen: set[int] = set()
    pending = [root]
    while pending:
        node = pending.pop()
        if isinstance(node, ScalarNode) or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, MappingNode):
            keys = [key.value for key, _ in node.value if isinstance(key, ScalarNode)]
            if len(set(keys)) < len(keys):
                return True
            pending += [item for _, item in node.value]
        else:
            pending += node.value
    return False


Part = Literal["key", "value"]


Fields = dict[int, dict[str, tuple[ScalarNode, Node]]]
"""The fields of mappings by name, by the mapping's id: for who asks more than once, as long as the nodes live."""


def find(root: Node, path: Path, part: Part = "value", known: Fields | None = None) -> Node:
    """The node at the end of a route, or its key; where the route ends early, the last node on it."""
    known = {} if known is None else known
    node = root
    key_node: Node | None = None
    for step in path:
        following: Node | None = None
        if isinstance(node, MappingNode):
            if id(node) not in known:
                known[id(node)] = {
                    key.value: (key, value) for key, value in entries(node) if isinstance(key, ScalarNode)
                }
            if step in known[id(node)]:
                key_node, following = known[id(node)][str(step)]
        elif isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
            key_node, following = None, node.value[step]
        if following is None:
            return key_node if part == "key" and key_node is not None else node
        node = following
    return key_node if part == "key" and key_node is not None else node


def _is_merge(key: Node) -> bool:
    return isinstance(key, ScalarNode) and key.value == "<<" and not key.style
