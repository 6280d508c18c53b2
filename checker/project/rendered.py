"""What was rendered, joined to the files that it came from: built objects stand in the place of those in the files.

Pure: the text of what a renderer printed comes in. A built object keeps the place of the object that it was made of,
so that findings, comments that accept them, and baselines go on; a field whose value a patch has changed points into
the patch. Objects that were built together share a pool: references are looked for in it first.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from ..ack.kinds import NAMESPACE
from ..ack.kro import KroGraph
from ..ack.objects import Sighting, mapping, text
from ..iam.values import NamedTuple
from ..inventory.objects import Elsewhere, Object
from ..kustomize.effects import may_be
from ..kustomize.model import Kustomization, KustomizePatch, PatchTarget
from ..kustomize.reach import Root
from ..text.nodes import Path, plain
from .file_facts import FileFacts

FAILED_BUILD = "the failed build"
"""What changes the objects of a kustomization that cannot be built."""

_ORIGIN = "config.kubernetes.io/origin"


class Rendering(NamedTuple):
    """What came of building a kustomization: `what` names it for people, `folder` is where the paths of origins begin,
    `facts` are those of the text that came out. Without them `failed` says why; with `is_unfit` it was not tried.
    It may have been built in a `copy` (the folder) of the project (its top)."""

    root: Root
    what: str
    folder: str
    facts: FileFacts | None
    failed: str = ""
    is_unfit: bool = False
    copy: tuple[str, str] = ("", "")

    def source_of(self, origin: str) -> str:
        """The real path of the file that an origin names, as the project calls it."""
        path = os.path.realpath(os.path.join(self.folder, origin))
        copy, top = self.copy
        return top + path[len(copy) :] if copy and path.startswith(os.path.join(copy, "")) else path


Seen = tuple[Sighting, KroGraph | None]


class Joined(NamedTuple):
    """The built sightings by the document (file, number) that they came from; the files whose own objects are not
    applied (real paths); the kustomizations that are done with (their identity); what could not be built; by pool, what
    was built."""

    built: Mapping[tuple[str, int], list[Seen]]
    covered: frozenset[str]
    done: frozenset[int]
    failed: tuple[Rendering, ...]
    roots: Mapping[str, Root] = MappingProxyType({})

    def left_of(self, one: Kustomization) -> Kustomization:
        """The kustomization with the changes that are still to be told: none for one that was built; for one that does
        not build, that it may change anything."""
        if id(one) in self.done:
            without = one._replace(
                patch_files=(), patches=(), renamings=(), labels={}, configurations=(), components=()
            )
            return without._replace(prefix="", suffix="", namespace="")
        broken = any(one in (item.root.kustomization, item.root.deployer) and not item.is_unfit for item in self.failed)
        return one._replace(patches=(*one.patches, _anything(one))) if broken else one


def join(
    renderings: Iterable[Rendering], files: Iterable[FileFacts], patches: Mapping[str, list[KustomizePatch]]
) -> Joined:
    """Joins what was rendered to the files; `patches` are those in files of their own, by the file's real path."""
    renderings = tuple(renderings)
    if not renderings:
        return Joined({}, frozenset(), frozenset(), ())
    sources = _Sources(files)
    placed: list[tuple[Rendering, list[Seen]]] = []
    failed: list[Rendering] = []
    for one in renderings:
        seen = list(_made(one, sources, patches)) if one.facts is not None else []
        lost = next((item for item in seen if isinstance(item, str)), one.failed)
        if lost:
            failed.append(one._replace(failed=lost))
        else:
            placed.append((one, [item for item in seen if not isinstance(item, str)]))
    lost_too = _shared([one for one, _ in placed], failed)
    good = [(one, seen) for one, seen in placed if one not in lost_too]
    built: dict[tuple[str, int], list[Seen]] = {}
    for item in (item for _, seen in good for item in seen):
        origin = item[0].object.origin
        built.setdefault((origin.file, origin.document), []).append(item)
    # A component may be taken in by one that was built and by one that was not; the files are then other ones.
    kept = {id(part) for one in (*failed, *lost_too) for part in one.root.parts}
    return Joined(
        built=built,
        covered=frozenset(path for one, _ in good for path in one.root.files),
        done=frozenset(id(part) for one, _ in good for part in one.root.parts) - kept,
        failed=tuple(failed),
        roots={one.what: one.root for one, _ in good},
    )


def with_unread(one: Kustomization, folders: frozenset[str]) -> Kustomization:
    """A kustomization with what its unread components may change; `folders` are those that were read."""
    more = [
        KustomizePatch(f"the component {os.path.relpath(path)}, which is not read here,", one.file, 0, PatchTarget())
        for path in one.components
        if path not in folders and not (one.ignores_missing and not os.path.exists(path))
    ]
    return one._replace(patches=(*one.patches, *more))


def _anything(one: Kustomization) -> KustomizePatch:
    return KustomizePatch(FAILED_BUILD, one.file, 0, PatchTarget())


def _shared(good: list[Rendering], failed: list[Rendering]) -> list[Rendering]:
    """Those that were built in vain: one of their files is also taken in by a kustomization that was not built."""
    lost: list[Rendering] = []
    paths = {path for one in failed for path in one.root.files}
    pending = list(good)
    while sharing := [one for one in pending if not paths.isdisjoint(one.root.files)]:
        lost += sharing
        paths |= {path for one in sharing for path in one.root.files}
        pending = [one for one in pending if one not in sharing]
    return lost


class _Sources:
    """The objects of the project as they are written, by the real path of their file, their group and their kind."""

    def __init__(self, files: Iterable[FileFacts]) -> None:
        self._by_kind: dict[tuple[str, str, str], list[Sighting]] = {}
        taken: set[str] = set()
        for item in files:
            path = os.path.realpath(item.source.name) if item.seen else ""
            # A revision names a file behind a link twice.
            if path in taken:
                continue
            taken.add(path)
            for sighting in (sighting for seen in item.seen for sighting in seen.sightings):
                self._by_kind.setdefault((path, *_identity(sighting.object)), []).append(sighting)
        self._by_name: dict[tuple[str, str, str], dict[tuple[str, str], list[Sighting]]] = {}

    def of(self, one: Rendering, path: str, made: Object) -> Sighting | None:
        """The object in a file that a built one was made of: the one whose name and namespace become those of the built
        one, else the only one of its kind; None where it cannot be told."""
        key = (path, *_identity(made))
        alike = self._by_kind.get(key, [])
        if key not in self._by_name:
            names: dict[tuple[str, str], list[Sighting]] = {}
            for variant in one.root.variants.get(path, ()):
                for item in alike:
                    name = f"{variant.prefix}{item.object.name}{variant.suffix}"
                    names.setdefault((name, variant.namespace or item.object.namespace), []).append(item)
            self._by_name[key] = names
        same_name = self._by_name[key].get((made.name, made.namespace), [])
        if len(same_name) == 1 or (len(alike) == 1 and not same_name):
            return (same_name or alike)[0]
        return None

    def clear(self) -> None:
        """Forgets the names, which hold for one kustomization only."""
        self._by_name = {}


def _identity(item: Object) -> tuple[str, str]:
    return item.api_version.partition("/")[0], item.kind


def _made(one: Rendering, sources: _Sources, patches: Mapping[str, list[KustomizePatch]]) -> Iterator[Seen | str]:
    """The built objects, at the places of those that they were made of; a sentence where one has no such place."""
    sources.clear()
    taken: set[int] = set()
    for seen in one.facts.seen if one.facts else ():
        data = mapping(plain(seen.document.root))
        origin = text(mapping(mapping(data.get("metadata")).get("annotations")).get(_ORIGIN)) or ""
        origin_fields = dict(line.split(": ", 1) for line in origin.splitlines() if ": " in line)
        # A patch may have written all annotations anew: then the object may come from any of the files.
        paths = {one.source_of(origin_fields["path"].strip("'\""))} if "path" in origin_fields else one.root.files
        for sighting in seen.sightings:
            made = sighting.object
            fits = [candidate for path in paths if (candidate := sources.of(one, path, made)) is not None]
            if not fits and (made.api_version, made.kind) == NAMESPACE:
                continue  # one without a word of ours: what the build writes into it is told by `kustomize.accounts`
            if len(fits) != 1 or id(fits[0]) in taken:
                where = (
                    f": {os.path.relpath(next(iter(paths), os.curdir))} holds no such object that was read"
                    if origin_fields
                    else ""
                )
                yield f"where the {made.kind} {made.name} that it prints comes from cannot be told{where * (not fits)}"
                return
            taken.add(id(fits[0]))
            yield _at_its_place(sighting, fits[0], one, patches), seen.graph


def _at_its_place(
    sighting: Sighting, source: Sighting, one: Rendering, patches: Mapping[str, list[KustomizePatch]]
) -> Sighting:
    built = sighting.object
    annotations = {key: value for key, value in built.annotations.items() if key != _ORIGIN}
    data = _without_origin(built.data)
    changes = [change for part in one.root.parts for change in _all_of(part, patches)]
    elsewhere = tuple(_elsewhere(source.object, source.object.data, data, (), changes, one.root.parts))
    item = built._replace(
        annotations=annotations, data=data, origin=source.object.origin, pool=one.what, elsewhere=elsewhere
    )
    return sighting._replace(document=source.document, object=item)


def _without_origin(data: dict[str, Any]) -> dict[str, Any]:
    metadata = mapping(data.get("metadata"))
    if _ORIGIN not in mapping(metadata.get("annotations")):
        return data
    left = {key: value for key, value in metadata["annotations"].items() if key != _ORIGIN}
    rest = {key: value for key, value in metadata.items() if key != "annotations"}
    return {**data, "metadata": {**rest, "annotations": left} if left else rest}


def _all_of(part: Kustomization, patches: Mapping[str, list[KustomizePatch]]) -> Iterator[KustomizePatch]:
    yield from part.patches
    for path in part.patch_files:
        yield from patches.get(path, ())


def _elsewhere(
    made: Object,
    before: Any,
    after: Any,
    route: Path,
    changes: list[KustomizePatch],
    parts: tuple[Kustomization, ...],
) -> Iterator[Elsewhere]:
    """The fields that differ from what is written, each with the change that it comes from, if one names it."""
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in {**before, **after}:
            yield from _elsewhere(made, before.get(key), after.get(key), (*route, key), changes, parts)
        return
    name = "/".join(map(str, route))
    for change in reversed(changes):
        if not (may_be(change.target.kind, made.kind) and may_be(change.target.name, made.name)):
            continue
        if any(
            name == field or name.startswith(f"{field}/") or field.startswith(f"{name}/") for field in change.fields
        ):
            yield Elsewhere(route, change.file, change.offset)
            return
    renamed = (
        next(((part, item) for part in parts for item in part.renamings), None) if name == "metadata/name" else None
    )
    if renamed is not None:
        yield Elsewhere(route, renamed[0].file, renamed[1].offset)
