"""Variables of Flux that stand in ConfigMaps of the project: `postBuild.substituteFrom` of its Kustomizations.

Source: Flux documentation, "Post build variable substitution": entries further down win over those above them, what the
Kustomization states itself over all; the ConfigMaps stand in its namespace; line breaks are taken out of values.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..ack.objects import mapping, string_map, text
from ..iam.expressions import expression
from ..iam.values import NamedTuple
from ..kustomize.model import Kustomization
from ..kustomize.reach import Reach
from ..text.documents import Piece, parse_piece
from ..text.nodes import TreeError, plain, repeated_keys
from ..text.yaml_nodes import YamlError
from .file_facts import FileFacts


class Variables(NamedTuple):
    """What a Kustomization of Flux fills in, by name. With `has_others` there are variables that are not in the
    project."""

    values: Mapping[str, str]
    has_others: bool = False


class _ConfigMap(NamedTuple):
    """`data` is None where it is not known: the text is no YAML yet, or something changes the object."""

    file: str
    namespace: str
    data: Mapping[str, str] | None
    text: str


class ConfigMaps:
    """The ConfigMaps in the files of a project."""

    def __init__(self, files: Iterable[FileFacts], kustomizations: tuple[Kustomization, ...]) -> None:
        self._kustomizations = kustomizations
        self._pieces = [piece for item in files for piece in item.config_maps]
        self._changed: frozenset[str] | None = None

    def variables_of(self, one: Kustomization) -> Variables:
        """What a Kustomization fills in, as far as it stands in the project."""
        values: dict[str, str] = {}
        has_others = False
        for kind, name in one.substitutes_from:
            data = self._data(one, name) if kind == "ConfigMap" else None
            if data is None:
                # It may bring any variable, also those of the entries before it.
                values, has_others = {}, True
            else:
                values |= {key: value.replace("\n", "") for key, value in data.items()}
        values |= one.substitutes
        # Where one name is not valid, Flux fills in nothing, and applies nothing.
        return Variables(values, has_others) if all(map(_NAME.fullmatch, values)) else Variables({}, True)

    def files_of(self, one: Kustomization) -> Iterator[str]:
        """The files in which its variables stand, as they are shown."""
        for kind, name in one.substitutes_from:
            yield from (config_map.file for config_map in self._named(one, name) if kind == "ConfigMap")

    def _data(self, one: Kustomization, name: str) -> Mapping[str, str] | None:
        if any(name in other.generates for other in self._kustomizations):
            return None
        # Each cluster has a folder of its own, with its Kustomizations and their variables: a ConfigMap elsewhere may
        # be another cluster's.
        config_maps = [item for item in self._named(one, name) if _may_be_of(item.file, one.file)]
        beside = [item for item in config_maps if os.path.dirname(item.file) == os.path.dirname(one.file)]
        config_maps = beside or config_maps
        if len(config_maps) != 1 or os.path.realpath(config_maps[0].file) in self._are_changed():
            return None
        return None if _is_in_a_chart(config_maps[0].file) else config_maps[0].data

    def _named(self, one: Kustomization, name: str) -> Iterator[_ConfigMap]:
        for piece in self._pieces if name else ():
            if name not in piece.text and "\\" not in piece.text:
                continue
            for namespace, called, data in _read(piece):
                of_another = namespace and one.namespace_of_values and namespace != one.namespace_of_values
                if called in (name, None) and not of_another:
                    yield _ConfigMap(piece.source.name, namespace, data, piece.text)

    def _are_changed(self) -> frozenset[str]:
        """The files (real paths) whose objects are not applied as they are written."""
        if self._changed is None:
            files = {os.path.realpath(piece.source.name) for piece in self._pieces}
            reach = Reach(self._kustomizations, files)
            changing = [one for one in self._kustomizations if _changes(one)]
            patches = {path for one in self._kustomizations for path in one.patch_files}
            self._changed = frozenset(patches.union(*(reach.reached(one) for one in changing)))
        return self._changed


_NAME = expression(r"[A-Za-z_][A-Za-z0-9_]*+")


def _may_be_of(file: str, kustomization: str) -> bool:
    """Whether a file stands in the folder of a Kustomization, below it or above it."""
    one, other = (os.path.join(os.path.dirname(os.path.realpath(path)), "") for path in (file, kustomization))
    return one.startswith(other) or other.startswith(one)


def _is_in_a_chart(file: str) -> bool:
    folder = os.path.dirname(os.path.realpath(file))
    return os.path.basename(folder) == "templates" and os.path.isfile(os.path.join(folder, os.pardir, "Chart.yaml"))


def _changes(one: Kustomization) -> bool:
    is_filling = one.substitutes or one.substitutes_from
    return bool(one.patches or one.patch_files or one.renamings or one.namespace or is_filling)


def _read(piece: Piece) -> Iterator[tuple[str, str | None, Mapping[str, str] | None]]:
    """The ConfigMaps in a piece, as (namespace, name, data); without name and data for text that cannot be read."""
    try:
        documents = parse_piece(piece)
        values = [plain(document.root) for document in documents]
        if any(next(repeated_keys(document.root), None) for document in documents):
            yield "", None, None
            return
    except (YamlError, TreeError):
        yield "", None, None
        return
    for value in values:
        listed = mapping(value).get("items") if str(mapping(value).get("kind")).endswith("List") else [value]
        for item in listed if isinstance(listed, list) else []:
            if mapping(item).get("kind") == "ConfigMap":
                yield _one(mapping(item))


def _one(value: dict[str, Any]) -> tuple[str, str | None, Mapping[str, str] | None]:
    metadata = mapping(value.get("metadata"))
    data = string_map(value.get("data"))
    is_whole = len(data) == len(mapping(value.get("data")))
    return text(metadata.get("namespace")) or "", text(metadata.get("name")), data if is_whole else None
