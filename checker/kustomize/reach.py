"""Which files each kustomization takes in, and in which ways a file is built.

A kustomization builds its files, and what the kustomizations below it build; a component changes what those build that
take it in; Flux and Argo CD change what lies below their path.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .model import Kustomization


class Variant(NamedTuple):
    """One way in which a file is built: the namespace its objects are put into ("" for their own), and what is put
    before and behind their names."""

    namespace: str
    prefix: str
    suffix: str


class Reach:
    """All kustomizations, and what reaches what."""

    def __init__(self, found: tuple[Kustomization, ...]) -> None:
        self.found = found
        self._by_folder = {item.folder: item for item in found if item.below is None}
        self._closures: dict[int, frozenset[str]] = {}
        self._roots = [item for item in found if item.below is None and not self._parents(item)]
        for item in found:
            self._closure(item)

    def _parents(self, one: Kustomization) -> list[Kustomization]:
        return [
            item
            for item in self.found
            if item is not one and item.below is None and one.folder in (*item.builds, *item.components)
        ]

    def _closure(self, one: Kustomization, entered: frozenset[str] = frozenset()) -> frozenset[str]:
        """The files that a kustomization takes in, through all below it."""
        known = self._closures.get(id(one))
        if known is not None:
            return known
        files: set[str] = set()
        for path in (*one.builds, *one.components):
            below = self._by_folder.get(path)
            if below is None:
                files.add(path)
            elif below.folder not in entered and below is not one:
                files |= self._closure(below, entered | {one.folder})
        if not entered:
            self._closures[id(one)] = frozenset(files)
        return frozenset(files)

    def reaches(self, one: Kustomization, file: str) -> bool:
        if one.below is not None:
            return _is_below(file, one.below)
        if file in self._closures[id(one)]:
            return True
        if not one.is_component:
            return False
        parents = self._parents(one)
        return not parents or any(file in self._closures[id(item)] for item in parents)

    def variants(self, file: str) -> frozenset[Variant]:
        """The ways in which a file is built; none where no kustomization takes it in."""
        found = {
            variant
            for root in self._roots
            if file in self._closures[id(root)]
            for variant in self._built(root, file, ())
        }
        for one in self.found:
            if one.below is not None and (one.namespace or one.prefix or one.suffix) and self.reaches(one, file):
                found = {
                    Variant(one.namespace or inner.namespace, one.prefix + inner.prefix, inner.suffix + one.suffix)
                    for inner in found or {Variant("", "", "")}
                }
        return frozenset(found)

    def _built(self, one: Kustomization, file: str, entered: tuple[str, ...]) -> Iterator[Variant]:
        for path in (*one.builds, *one.components):
            below = self._by_folder.get(path)
            inner: Iterable[Variant] = ()
            if below is None and path == file:
                inner = (Variant("", "", ""),)
            elif below is not None and below.folder not in entered and file in self._closures[id(below)]:
                inner = self._built(below, file, (*entered, one.folder))
            for made in inner:
                yield Variant(one.namespace or made.namespace, one.prefix + made.prefix, made.suffix + one.suffix)

    def _is_file_in(self, path: str, folder: str) -> bool:
        return os.path.dirname(path) == folder and path not in self._by_folder

    def labels(self, file: str) -> dict[str, str]:
        return {
            key: value
            for item in self.found
            if item.labels and self.reaches(item, file)
            for key, value in item.labels.items()
        }

    def beside(self, file: str) -> Kustomization | None:
        """The kustomization that a file stands beside, or below files of its folder, where none takes the file in."""
        if any(file in closure for closure in self._closures.values()):
            return None
        folder = os.path.dirname(file)
        if os.path.abspath(file) in {path for item in self.found for path in item.patch_files}:
            return None
        if folder in self._by_folder and self._by_folder[folder].builds:
            return self._by_folder[folder]
        return next(
            (item for item in self.found if any(self._is_file_in(path, folder) for path in item.builds)),
            None,
        )


def _is_below(file: str, folder: str) -> bool:
    """Whether a file lies below a folder that is named from the top of its repository."""
    return not folder or f"/{folder}/" in file.replace(os.sep, "/")
