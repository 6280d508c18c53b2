"""What was rendered, joined to the files that it came from: built objects stand in the place of those in the files.

Pure: the text of what a renderer printed comes in. A built object keeps the place of the object that it was made of,
so that findings, comments that accept them, and baselines go on; a field whose value a patch has changed points into
the patch. Objects that were built together share a pool: references are looked for in it first.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ..ack.kro import KroGraph
from ..ack.objects import Sighting, mapping, text
from ..inventory.objects import Elsewhere, Object
from ..kustomize.effects import may_be
from ..kustomize.model import Kustomization, KustomizePatch, PatchTarget
from ..kustomize.reach import Root
from ..text.nodes import Path, plain
from .file_facts import FileFacts, SeenDocument

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
    applied (real paths); the kustomizations that are done with (their identity); what could not be built."""

    built: Mapping[tuple[str, int], list[Seen]]
    covered: frozenset[str]
    done: frozenset[int]
    failed: tuple[Rendering, ...]

    def left_of(self, one: Kustomization) -> Kustomization:
        """What is left to say of what a kustomization changes: nothing of one that was built; of one that does not
        build, that it may change anything."""
        if id(one) in self.done:
            without = one._replace(patch_files=(), patches=(), renamings=(), labels={}, configurations=())
            return without._replace(prefix="", suffix="", namespace="")
        broken = any(item.root.kustomization is one and not item.is_unfit for item in self.failed)
        return one._replace(patches=(*one.patches, _anything(one))) if broken else one


def join(
    renderings: Iterable[Rendering], files: Iterable[FileFacts], patches: Mapping[str, list[KustomizePatch]]
) -> Joined:
    """Joins what was rendered to the files; `patches` are those in files of their own, by the file's real path."""
    renderings = tuple(renderings)
    if not renderings:
        return Joined({}, frozenset(), frozenset(), ())
    sources = _Sources(files)
    made: list[tuple[Rendering, list[Seen]]] = []
    failed: list[Rendering] = []
    for one in renderings:
        found = list(_made(one, sources, patches)) if one.facts is not None else []
        lost = next((item for item in found if isinstance(item, str)), one.failed)
        if lost:
            failed.append(one._replace(failed=lost))
        else:
            made.append((one, [item for item in found if not isinstance(item, str)]))
    lost_too = _shared([one for one, _ in made], failed)
    good = [(one, found) for one, found in made if one not in lost_too]
    built: dict[tuple[str, int], list[Seen]] = {}
    for item in (item for _, found in good for item in found):
        origin = item[0].object.origin
        built.setdefault((origin.file, origin.document), []).append(item)
    # A component may be taken in by one that was built and by one that was not; the files are then other ones.
    kept = {id(part) for one in (*failed, *lost_too) for part in one.root.parts}
    return Joined(
        built=built,
        covered=frozenset(path for one, _ in good for path in one.root.files),
        done=frozenset(id(part) for one, _ in good for part in one.root.parts) - kept,
        failed=tuple(failed),
    )


def _anything(one: Kustomization) -> KustomizePatch:
    return KustomizePatch("what kustomize refuses to build", one.file, 0, PatchTarget())


def _shared(good: list[Rendering], failed: list[Rendering]) -> list[Rendering]:
    """Those that were built in vain: a file of theirs is taken in by one that was not built, too."""
    lost: list[Rendering] = []
    paths = {path for one in failed for path in one.root.files}
    pending = list(good)
    while found := [one for one in pending if not paths.isdisjoint(one.root.files)]:
        lost += found
        paths |= {path for one in found for path in one.root.files}
        pending = [one for one in pending if one not in found]
    return lost


class _Sources:
    """The objects of the project as they are written, by the real path of their file."""

    def __init__(self, files: Iterable[FileFacts]) -> None:
        self._by_path: dict[str, list[tuple[SeenDocument, Sighting]]] = {}
        for item in files:
            if item.seen:
                here = self._by_path.setdefault(os.path.realpath(item.source.name), [])
                here += [(seen, sighting) for seen in item.seen for sighting in seen.sightings]

    def of(self, path: str, made: Object) -> Sighting | None:
        """The object that a built one was made of: of its kind, and with a name that is part of the built one, as
        prefixes and suffixes leave it; None where it cannot be told."""
        alike = [
            sighting
            for _, sighting in self._by_path.get(path, [])
            if _identity(sighting.object) == _identity(made)
            and bool(sighting.object.origin.path) == bool(made.origin.path)
        ]
        if len(alike) > 1:
            named = [item for item in alike if item.object.name in made.name]
            longest = max((len(item.object.name) for item in named), default=0)
            alike = [item for item in named if len(item.object.name) == longest]
        return alike[0] if len(alike) == 1 else None


def _identity(item: Object) -> tuple[str, str]:
    return item.api_version.partition("/")[0], item.kind


def _made(one: Rendering, sources: _Sources, patches: Mapping[str, list[KustomizePatch]]) -> Iterator[Seen | str]:
    """The objects that came out, at the places of those that they were made of; a sentence for one that has none."""
    for seen in one.facts.seen if one.facts else ():
        data = mapping(plain(seen.document.root))
        origin = text(mapping(mapping(data.get("metadata")).get("annotations")).get(_ORIGIN)) or ""
        said = dict(line.split(": ", 1) for line in origin.splitlines() if ": " in line)
        for sighting in seen.sightings:
            made = sighting.object
            path = one.source_of(said.get("path", "").strip("'\""))
            source = sources.of(path, made) if "path" in said else None
            if source is None:
                yield f"where the {made.kind} {made.name} that it prints comes from cannot be told"
                return
            yield _at_its_place(sighting, source, one, patches), seen.graph


def _at_its_place(
    sighting: Sighting, source: Sighting, one: Rendering, patches: Mapping[str, list[KustomizePatch]]
) -> Sighting:
    made = sighting.object
    annotations = {key: value for key, value in made.annotations.items() if key != _ORIGIN}
    data = _without_origin(made.data)
    changes = [change for part in one.root.parts for change in _all_of(part, patches)]
    elsewhere = tuple(_elsewhere(source.object, source.object.data, data, (), changes, one.root.parts))
    item = made._replace(
        annotations=annotations, data=data, origin=source.object.origin, pool=one.what, elsewhere=elsewhere
    )
    return sighting._replace(node=source.node, object=item)


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
    """The fields that are not as they are written, each with the change that they come from, if one names them."""
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
