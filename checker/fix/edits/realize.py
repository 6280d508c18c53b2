"""From patches to text edits of a file, checked against what the patches mean.

The edited text is parsed again; its documents must be what `patch.expected` says, and nothing else may differ. So a
style, an anchor or a merge that this code does not understand ends in "no fix", never in a wrong one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from ...iam.documents.paths import show_path
from ...iam.values import NamedTuple
from ...text.documents import Piece, YamlDocument, cut, parse_piece
from ...text.json_nodes import JsonError, compose_json
from ...text.nodes import Path, TreeError, find, plain
from ...text.source import Source
from ...text.splices import OverlapError, Splice, line_break, splice
from ...text.yaml_nodes import YamlError, start_of
from . import block as block_edit
from . import flow as flow_edit
from .patch import Patch, expected
from .scalar import edit_value, replace_value


class Edited(NamedTuple):
    """The edits of one file."""

    file: str
    splices: tuple[Splice, ...]


class NoEditError(Exception):
    """The patches cannot be made in this text; the message says why."""


def realize(
    patches: Iterable[Patch], sources: Mapping[str, Source], documents: Mapping[tuple[str, int], YamlDocument]
) -> tuple[Edited, ...]:
    """The edits that make the patches, by file. Raises NoEditError."""
    by_file: dict[str, list[Patch]] = {}
    for patch in patches:
        by_file.setdefault(patch.place.file, []).append(patch)
    return tuple(_in_file(sources[file], items, documents) for file, items in by_file.items())


def _in_file(source: Source, patches: list[Patch], documents: Mapping[tuple[str, int], YamlDocument]) -> Edited:
    splices: list[Splice] = []
    for patch in _grouped(patches):
        place = patch.place
        if patch.kind == "splice":
            splices.append(Splice(patch.start, patch.end, patch.value))
            continue
        document = documents.get((place.file, -1 if place.document is None else place.document))
        if document is None:
            raise NoEditError("the place of the change is not known")
        edits = _in_document(document, patch)
        if edits is None:
            raise NoEditError(f"{show_path(place.path)} is written in a way that is not edited by machine")
        splices += edits
    edited = Edited(source.name, _touching(splices))
    _verify(source, edited, patches, documents)
    return edited


def _touching(splices: Iterable[Splice]) -> tuple[Splice, ...]:
    """The splices in order, each once; an insertion right before a removal becomes one splice with it."""
    merged: list[Splice] = []
    for item in sorted(set(splices)):
        last = merged[-1] if merged else None
        if last is not None and last.start == last.end == item.start and not item.text:
            merged[-1] = Splice(item.start, item.end, last.text)
        else:
            merged.append(item)
    return tuple(merged)


def _in_document(document: YamlDocument, patch: Patch) -> list[Splice] | None:
    piece, place = document.piece, patch.place
    whole, base = piece.source.text, piece.start
    newline = line_break(whole)
    if place.inner is not None or patch.kind == "retext":
        node = _node(document.root, place.path)
        if not isinstance(node, ScalarNode):
            return None
        edits = [Splice(patch.start, patch.end, patch.value)] if patch.kind == "retext" else _inner(node.value, patch)
        return None if edits is None else edit_value(whole, node, base, edits)
    node = _node(document.root, place.path)
    if patch.kind == "replace" and isinstance(node, ScalarNode) and isinstance(patch.value, str):
        return replace_value(whole, node, base, patch.value)
    local = _structural(piece.text, document.root, place.path, patch)
    return local and [Splice(base + item.start, base + item.end, item.text.replace("\n", newline)) for item in local]


def _inner(value: str, patch: Patch) -> list[Splice] | None:
    try:
        root = compose_json(value)
    except JsonError:
        return None
    return _structural(value, root, patch.place.inner or (), patch)


def _structural(text: str, root: Node, path: Path, patch: Patch) -> list[Splice] | None:
    node = _node(root, path)
    if node is None:
        return None
    if patch.kind == "replace":
        return flow_edit.replace(text, node, patch.value) if _is_flow(node) else None
    if patch.kind == "append":
        if isinstance(node, SequenceNode):
            return (
                flow_edit.append(text, node, patch.value)
                if _is_flow(node)
                else block_edit.append(text, node, patch.value)
            )
        return flow_edit.listed(text, node, patch.value) if _is_flow(node) and isinstance(node, ScalarNode) else None
    if patch.kind == "insert" and isinstance(node, MappingNode):
        edit = flow_edit.insert if _is_flow(node) else block_edit.insert
        return edit(text, node, patch.key, patch.value)
    parent = _node(root, path[:-1])
    if not isinstance(parent, (MappingNode, SequenceNode)):
        return None
    number = _index(parent, path[-1])
    if number is None:
        return None
    if patch.kind == "rename" and isinstance(parent, MappingNode):
        return flow_edit.rename(parent.value[number][0], patch.key)
    if patch.kind == "remove":
        numbers = [_index(parent, step) for step in (path[-1], *(patch.value or ()))]
        chosen = [item for item in numbers if item is not None]
        cut = flow_edit.remove if parent.flow_style else block_edit.remove
        return cut(text, parent, chosen) if len(chosen) == len(numbers) else None
    return None


def _grouped(patches: list[Patch]) -> list[Patch]:
    """The patches, with what is removed from one list or mapping as one patch: `value` holds the further steps."""
    grouped: dict[object, Patch] = {}
    for patch in patches:
        if patch.kind != "remove":
            grouped[len(grouped), patch.place] = patch
            continue
        place = patch.place
        route = place.path if place.inner is None else place.inner
        parent = (place.file, place.document, place.path if place.inner is not None else None, route[:-1])
        first = grouped.get(parent)
        grouped[parent] = first._replace(value=(*(first.value or ()), route[-1])) if first else patch
    return list(grouped.values())


def _is_flow(node: Node) -> bool:
    if isinstance(node, (MappingNode, SequenceNode)):
        return bool(node.flow_style)
    return isinstance(node, ScalarNode) and node.style == '"'


def _node(root: Node, path: Path) -> Node | None:
    """The node at the end of a route; None where the route ends early."""
    node: Node = root
    for depth in range(1, len(path) + 1):
        following = find(root, path[:depth])
        if following is node:
            return None
        node = following
    return node


def _index(parent: MappingNode | SequenceNode, step: str | int) -> int | None:
    if isinstance(parent, SequenceNode):
        return step if isinstance(step, int) and step < len(parent.value) else None
    positions = [position for position, (key, _) in enumerate(parent.value) if getattr(key, "value", None) == step]
    return positions[-1] if len(positions) == 1 else None


def _verify(
    source: Source, edited: Edited, patches: list[Patch], documents: Mapping[tuple[str, int], YamlDocument]
) -> None:
    by_place: dict[tuple[int, int], list[Patch]] = {}
    for patch in patches:
        document = documents.get((source.name, -1 if patch.place.document is None else patch.place.document))
        if document is not None and patch.kind != "splice":
            by_place.setdefault(_where(document), []).append(patch)
    try:
        before, text = _around(source, edited.splices)
    except OverlapError as error:
        raise NoEditError(f"its edits overlap ({error})") from None
    after = list(cut(Source(source.name, text)))
    try:
        # A piece whose text is unchanged means the same; only the others are parsed.
        pairs = list(zip(before, after, strict=False))
        wanted = [_data(item, by_place) for old, new in pairs if old.text != new.text for item in _read(old)]
        actual = [_data(item) for old, new in pairs if old.text != new.text for item in _read(new)]
        actual += [_data(item) for piece in after[len(before) :] for item in _read(piece)]
    except (TreeError, LookupError, TypeError, ValueError):
        raise NoEditError("what is written there is not what the edit takes it for") from None
    if wanted != actual or len(after) < len(before):
        raise NoEditError("the edit would change more than it should (an anchor, or text that two fields share)")


def _around(source: Source, splices: tuple[Splice, ...]) -> tuple[tuple[Piece, ...], str]:
    """The pieces of the text that the splices touch, and what becomes of the text from the first to the last of them:
    a file may have thousands of documents, and thousands of fixes. Raises OverlapError."""
    pieces = _pieces(source)
    starts = [piece.start for piece in pieces]
    first = max(0, bisect_left(starts, min((item.start for item in splices), default=0)) - 1)
    last = bisect_right(starts, max((item.end for item in splices), default=0))
    start = starts[first] if first > 0 else 0
    end = starts[last] if last < len(starts) else len(source.text)
    moved = [Splice(item.start - start, item.end - start, item.text) for item in splices]
    return pieces[first:last], splice(source.text[start:end], moved)


@lru_cache(maxsize=8)
def _pieces(source: Source) -> tuple[Piece, ...]:
    return tuple(cut(source))


def _where(document: YamlDocument) -> tuple[int, int]:
    return document.piece.start, start_of(document.root)


def _read(piece: Piece) -> list[YamlDocument | str]:
    """The documents of a piece; its text where it cannot be parsed."""
    try:
        return [*parse_piece(piece)]
    except YamlError:
        return [piece.text]


def _data(item: YamlDocument | str, patches: Mapping[tuple[int, int], list[Patch]] = MappingProxyType({})) -> Any:
    if isinstance(item, str):
        return item
    return expected(plain(item.root), patches.get(_where(item), ()))
