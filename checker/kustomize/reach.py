"""Which files each kustomization takes in, and in which ways a file is built.

A kustomization builds its files, and what the kustomizations below it build; a component changes what those build that
take it in; Flux and Argo CD change what lies below their path, and what the kustomization there builds. In a
folder the file that has kustomize's own name counts, and of it the first document, as for kustomize.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType

from ..ack.scan import KUSTOMIZATIONS
from ..iam.values import NamedTuple
from ..text.files import work_tree
from .model import Kustomization
from .overlays import why_not_around


class Variant(NamedTuple):
    """One way in which a file is built: the namespace its objects are put into ("" for their own), what is put before
    and behind their names, and the namespace of those that state none."""

    namespace: str
    prefix: str
    suffix: str
    default: str = ""


Contents = Mapping[str, frozenset[Variant]]
"""The files that a kustomization takes in, each with the ways in which it is built."""


class Root(NamedTuple):
    """A kustomization that is built by itself; all those in it, itself first; the files that come in (real paths), and
    the ways in which it builds each. With a `deployer` it is built as this object of Flux or Argo CD adds to it.
    `is_of_flux`: Flux builds it, and nobody else."""

    kustomization: Kustomization
    parts: tuple[Kustomization, ...]
    files: frozenset[str]
    variants: Contents
    deployer: Kustomization | None = None
    is_of_flux: bool = False

    @property
    def what(self) -> str:
        """What people call it: no two of a project are called the same."""
        folder = os.path.relpath(self.kustomization.folder) if self.deployer else ""
        called = f"kustomize build {folder or os.path.dirname(self.kustomization.file) or '.'}"
        return f"{called} with {self.deployer.what} in {self.deployer.file}" if self.deployer else called


_PLAIN = frozenset({Variant("", "", "")})


class Reach:
    """All kustomizations, and which of these files each of them reaches."""

    def __init__(self, found: tuple[Kustomization, ...], files: Iterable[str]) -> None:
        self.found = found
        self.files = frozenset(files)
        self._by_folder: dict[str, Kustomization] = {}
        for one in sorted((item for item in found if item.below is None), key=_is_named_otherwise):
            self._by_folder.setdefault(one.folder, one)
        self._parents: dict[int, list[Kustomization]] = {}
        for one in self._by_folder.values():
            for path in (*one.builds, *one.components):
                child = self._by_folder.get(path)
                if child is not None and child is not one:
                    self._parents.setdefault(id(child), []).append(one)
        self._contents: dict[int, Contents] = {}
        for one in found:
            self._fill(one)
        self.listed = frozenset(path for item in self._contents.values() for path in item)
        self._patch_files = frozenset(path for item in found for path in item.patch_files)
        self._folders_of_files = {
            os.path.dirname(path): item for item in found for path in item.builds if path not in self._by_folder
        }
        self._variants = self._all_variants()

    def _below(self, one: Kustomization) -> list[Kustomization]:
        children = (self._by_folder.get(path) for path in (*one.builds, *one.components))
        return [item for item in children if item is not None and item is not one]

    def _fill(self, start: Kustomization) -> None:
        """Works out what a kustomization takes in, after those below it; one that contains itself adds nothing more."""
        pending = [(start, False)]
        entered: set[int] = set()
        while pending:
            one, is_left = pending.pop()
            if id(one) in self._contents:
                continue
            if is_left:
                self._contents[id(one)] = self._made(one)
            elif id(one) not in entered:
                entered.add(id(one))
                pending.append((one, True))
                pending += [(item, False) for item in self._below(one)]

    def _made(self, one: Kustomization) -> Contents:
        gathered: dict[str, frozenset[Variant]] = {}
        for path in (*one.builds, *one.components):
            below = self._by_folder.get(path)
            if below is None:
                gathered[path] = gathered.get(path, frozenset()) | _PLAIN
            for file, variants in self._contents.get(id(below), {}).items() if below is not None else ():
                gathered[file] = gathered.get(file, frozenset()) | variants
        if not gathered:
            return gathered
        applied = [*self._components(one), one]
        if not any(item.namespace or item.prefix or item.suffix or item.default_namespace for item in applied):
            return gathered
        return {file: _changed(ways, applied) for file, ways in gathered.items()}

    def _components(self, one: Kustomization) -> list[Kustomization]:
        """The components that apply to what one builds, those of components too."""
        components: dict[int, Kustomization] = {}
        pending = list(one.components)
        while pending:
            item = self._by_folder.get(pending.pop())
            if item is not None and id(item) not in components and item is not one:
                components[id(item)] = item
                pending += item.components
        return list(components.values())

    def reached(self, one: Kustomization) -> frozenset[str]:
        """The files whose objects a kustomization changes."""
        if one.below is not None:
            below = frozenset(file for file in self.files if is_below(file, one))
            built = [self._contents[id(item)] for item in self._by_folder.values() if is_at(item.folder, one)]
            return below | self.files.intersection(path for item in built for path in item)
        own = self.files & self._contents[id(one)].keys()
        if not one.is_component:
            return own
        users = self._users(one)
        if not users:
            return self.files
        return own.union(*(self.files & self._contents[id(item)].keys() for item in users))

    def _users(self, one: Kustomization) -> list[Kustomization]:
        """Those that take a component in, through other components too."""
        users: dict[int, Kustomization] = {}
        pending = [one]
        while pending:
            for parent in self._parents.get(id(pending.pop()), ()):
                if id(parent) not in users:
                    users[id(parent)] = parent
                    if parent.is_component:
                        pending.append(parent)
        return list(users.values())

    def roots(self, deployed: Mapping[str, int] = MappingProxyType({})) -> Iterator[Root]:
        """The kustomizations that are built by themselves, with all that they take in: those that no other takes in,
        and those that Flux or Argo CD deploy, as each of these makes them. `deployed` says how often Applications name
        a folder (real paths)."""
        deployers = [one for one in self.found if one.is_deployer]
        for one in self.found:
            yield from self._roots_of(one, deployers, deployed)

    def _roots_of(
        self, one: Kustomization, deployers: list[Kustomization], deployed: Mapping[str, int]
    ) -> Iterator[Root]:
        if self._by_folder.get(one.folder) is not one or one.is_component:
            return
        here = [item for item in deployers if is_at(one.folder, item)]
        # What does not come to the same around it stays a change of what is built as it is written.
        adding = [item for item in here if item.adds and not why_not_around(item, one)]
        by_argo = sum(not item.is_flux for item in adding)
        is_plain = len(adding) < len(here) or deployed.get(one.folder, 0) > by_argo
        is_generated = one.is_generated and not adding
        if (is_plain or not (adding or self._parents.get(id(one)))) and not is_generated:
            is_of_flux = bool(here) and all(item.is_flux for item in here) and one.folder not in deployed
            yield self._root(one, None)._replace(is_of_flux=is_of_flux)
        yield from (self._root(one, item)._replace(is_of_flux=item.is_flux) for item in adding)

    def _root(self, one: Kustomization, deployer: Kustomization | None) -> Root:
        contents = {file: variants for file, variants in self._contents[id(one)].items() if file in self.files}
        parts = self._whole(one)
        if deployer is not None:
            parts += self._whole(deployer)
            added = self._contents[id(deployer)].items()
            contents |= {file: variants for file, variants in added if file in self.files}
            applied = [*self._components(deployer), deployer]
            contents = {file: _changed(variants, applied) for file, variants in contents.items()}
        return Root(one, tuple(parts), frozenset(contents), contents, deployer)

    def _whole(self, one: Kustomization) -> list[Kustomization]:
        parts: dict[int, Kustomization] = {}
        pending = [one]
        while pending:
            item = pending.pop()
            if id(item) not in parts:
                parts[id(item)] = item
                pending += self._below(item)
        return list(parts.values())

    def variants(self, file: str) -> frozenset[Variant]:
        """The ways in which a file is built; none where no kustomization takes it in."""
        return self._variants.get(file, frozenset())

    def _all_variants(self) -> dict[str, frozenset[Variant]]:
        by_file: dict[str, frozenset[Variant]] = {}
        for one in self.found:
            if one.below is None and not one.is_component and not self._parents.get(id(one)):
                for file in self.files & self._contents[id(one)].keys():
                    by_file[file] = by_file.get(file, frozenset()) | self._contents[id(one)][file]
        deployed: dict[str, set[Variant]] = {}
        for one in self.found:
            for file in self.reached(one) if one.below is not None else ():
                inner = by_file.get(file) or _PLAIN
                deployed.setdefault(file, set()).update(_changed(inner, [one]))
        return by_file | {file: frozenset(variants) for file, variants in deployed.items()}

    def beside(self, file: str) -> Kustomization | None:
        """The kustomization that a file stands beside, or right below, where none takes the file in."""
        if file in self.listed or file in self._patch_files:
            return None
        folder = os.path.dirname(file)
        for near in (folder, os.path.dirname(folder)):
            one = self._by_folder.get(near)
            if one is not None and (one.builds or one.components):
                return one
        return self._folders_of_files.get(folder)


def _changed(variants: frozenset[Variant], applied: list[Kustomization]) -> frozenset[Variant]:
    """The ways in which a file is built once these kustomizations, in their order, are applied to each of those
    before."""
    namespace = next((one.namespace for one in reversed(applied) if one.namespace), "")
    prefix = "".join(one.prefix for one in reversed(applied))
    suffix = "".join(one.suffix for one in applied)
    default = next((one.default_namespace for one in reversed(applied) if one.default_namespace), "")
    return frozenset(
        Variant(namespace or inner.namespace, prefix + inner.prefix, inner.suffix + suffix, default or inner.default)
        for inner in variants
    )


def _is_named_otherwise(one: Kustomization) -> bool:
    return os.path.basename(one.file) not in KUSTOMIZATIONS


def is_below(file: str, one: Kustomization) -> bool:
    """Whether a file lies below the folder that Flux or Argo CD deploys, which is named from the top of the repository;
    outside of a work tree that is anywhere."""
    if not one.below:
        return True
    top = top_of(one.folder)
    if top is not None:
        return file.startswith(os.path.join(top, one.below.replace("/", os.sep), ""))
    return f"/{one.below}/" in file.replace(os.sep, "/")


def is_at(folder: str, one: Kustomization) -> bool:
    """Whether a folder is the one that Flux or Argo CD deploys."""
    below = one.below or ""
    top = top_of(one.folder)
    if top is not None:
        return folder == os.path.normpath(os.path.join(top, below))
    return not below or folder.replace(os.sep, "/").endswith(f"/{below}")


@lru_cache(maxsize=256)
def top_of(folder: str) -> str | None:
    """The top of the work tree that a folder is in (real path); None outside of one."""
    tree = work_tree(folder)
    return os.path.realpath(tree) if tree else None
