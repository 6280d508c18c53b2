"""Takes in what the files of a project hold: objects, templates that are filled in, and what kustomizations make of
them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

from ..ack.filling import filled
from ..ack.flux import is_filled_in, spoils, values_in
from ..ack.holes import has_other_expressions, holes_of
from ..ack.kro import KroGraph, KroInstance
from ..ack.kro_filling import branches_of, made_by
from ..ack.objects import Sighting
from ..ack.placeholders import find_in_text
from ..ack.scan import names_a_group
from ..iam.values import NamedTuple
from ..inventory.objects import Alteration, Object
from ..kustomize.deployers import changed_by_others
from ..kustomize.effects import Effects, apply
from ..kustomize.model import Kustomization, KustomizePatch
from ..kustomize.patches import fragment
from ..kustomize.reach import Reach, Root, is_below
from ..text.documents import YamlDocument
from ..text.nodes import Repeated, plain
from ..text.yaml_nodes import start_of
from .file_facts import FileFacts, Skipped
from .rendered import Rendering, Seen, join, with_unread
from .variables import ConfigMaps, Variables


class Unsupported(NamedTuple):
    """An object of a kind that only looks as if a controller would act on it."""

    object: Object


_NONE: Mapping[str, str] = MappingProxyType({})
_MOST_MADE = 20_000
"""Most objects that instances of graphs may make in a project; beyond that, graphs stay templates."""


def _fills(one: Kustomization) -> bool:
    return bool(one.substitutes or one.substitutes_from)


class Linker:
    """Takes in what the files hold, and what kustomizations make of it.

    One class, although long: every object goes the same way (graphs, substitutions, patches, holes), and each step
    looks at what earlier steps have put aside for it. Parted, all of that would have to be handed around.
    """

    def __init__(
        self, files: Iterable[FileFacts], placeholders: Mapping[str, str], renderings: Iterable[Rendering] = ()
    ) -> None:
        self.files = tuple(files)
        self.renderings = tuple(renderings)
        self.failed: tuple[Rendering, ...] = ()
        self.flux: dict[str, list[Kustomization]] = {}
        self.flux_all: list[Kustomization] = []
        self.variables: dict[tuple[str, str], Variables] = {}
        self.roots: Mapping[str, Root] = {}
        self.adding: set[tuple[str, str]] = set()
        self.placeholders = placeholders
        self.instantiated = 0
        self.instances: dict[tuple[str, str], list[KroInstance]] = {}
        for one in (one for item in self.files for one in item.instances):
            self.instances.setdefault((one.api_version, one.kind), []).append(one)
        graphs = (seen.graph for item in self.files for seen in item.seen if seen.graph is not None)
        self.graphs = Counter((graph.api_version, graph.kind) for graph in graphs)
        # What kustomize, Flux or Argo CD change of graphs and instances is not worked out.
        self.hides_instances = any(item.hides_instances or item.kustomizations for item in self.files) or any(
            find_in_text(text) is not None for key in self.instances for text in key
        )
        self.sources = {item.source.name: item.source for item in self.files if item.is_ours}
        self.documents = {(item.source.name, seen.number): seen.document for item in self.files for seen in item.seen}
        self.declared = tuple(one for item in self.files for one in item.kustomizations)
        self.kustomizations = list(self.declared)
        self.done: frozenset[int] = frozenset()
        self.skipped = [one for item in self.files for one in item.skipped]
        self.objects: list[Object] = []
        self.unread: list[Object] = []
        self.open: list[Object] = []
        self.repeated: list[tuple[str, int, Repeated]] = []
        self.unsupported: list[Unsupported] = []
        self._real = lru_cache(maxsize=4096)(os.path.realpath)

    def link(self) -> Effects:
        """Takes in all objects that were seen, those in patches as fragments; kustomizations then change them, where
        they were not built."""
        patches = {path for item in self.kustomizations for path in item.patch_files}
        taken_in = {path for item in self.kustomizations for path in item.builds}
        fragments = self._fragments(patches)
        joined = join(self.renderings, self.files, fragments)
        folders = frozenset(one.folder for one in self.kustomizations)
        self.failed, self.done = joined.failed, joined.done
        changed = changed_by_others(self.kustomizations)
        left = [(with_unread(joined.left_of(one), folders), changed.get(id(one))) for one in self.kustomizations]
        self.kustomizations = [one._replace(patches=(*one.patches, patch)) if patch else one for one, patch in left]
        self._tell_of_patches(fragments)
        self.roots = joined.roots
        self.adding = {(item.deployer.file, item.deployer.what) for item in self.roots.values() if item.deployer}
        self._find_flux()
        for item in self.files:
            file = item.source.name
            path = self._real(file) if self.kustomizations else ""
            for _, number, seen, repeated, graph in item.seen:
                if path in patches and path not in taken_in:
                    continue
                self.repeated += ((file, number, repeated) for repeated in repeated)
                here: Iterable[Seen] = ((sighting, graph) for sighting in seen)
                for one, its_graph in joined.built.get((file, number), ()) if path in joined.covered else here:
                    self._object(one, its_graph)
        texts = {self._real(name): source.text for name, source in self.sources.items()} if self.kustomizations else {}
        self.kustomizations = [
            one._replace(
                patches=(*one.patches, *(patch for path in one.patch_files for patch in fragments.get(path, ()))),
                keeps_references=any("policyRefs" in texts.get(path, "") for path in one.configurations),
            )
            for one in self.kustomizations
        ]
        # What kustomizations change of objects that are still open bears on what can be said of them.
        self.open = list(apply(self.kustomizations, self.open).objects) if self.open else []
        return apply(self.kustomizations, self.objects)

    def _instantiated(self, sighting: Sighting, graph: KroGraph) -> list[Sighting] | None:
        """The object as each instance of its graph in the project makes it; it stays open where an instance leaves a
        part open, or may not make the object. None where there is no instance, or where one of them is not known: the
        graph then stands for all."""
        sightings: list[Sighting] = []
        key = graph.api_version, graph.kind
        instances = self.instances.get(key, [])
        self.instantiated += len(instances)
        if self.hides_instances or self.graphs.get(key, 0) > 1 or self.instantiated > _MOST_MADE:
            return None
        if not instances or any(instance.is_open for instance in instances):
            return None
        path = sighting.object.origin.path
        names: set[tuple[int, str, str]] = set()
        for instance, values, is_there in made_by(graph, path, instances, self.placeholders):
            self.instantiated += 1
            if self.instantiated > _MOST_MADE:
                return None
            filled_in = filled(sighting, values, graph.strings)
            item = filled_in.object._replace(namespace=filled_in.object.namespace or instance.namespace)
            item = item if filled_in.placeholder is not None else _let_through(item, "kro", item.origin.file)
            name = id(instance), item.namespace, item.name
            if name in names:
                return None  # kro refuses a collection in which two have one name
            names.add(name)
            left = filled_in.placeholder if is_there else filled_in.placeholder or sighting.placeholder
            if left is not None and not (filled_in.is_open or filled_in.placeholder is None):
                return None
            item = item if is_there else item._replace(within=branches_of(graph, item.origin))
            filled_in = filled_in._replace(object=item, placeholder=left, is_open=left is not None)
            sightings += [filled_in] if filled_in not in sightings[-1:] else []
        return sightings

    def _substituted(self, sighting: Sighting) -> list[Object]:
        """The object as each Kustomization of Flux that deploys it fills it in; nothing where one leaves something
        open, or where none fills anything in."""
        objects: list[Object] = []
        deploys = self._deployed_by(sighting.object)
        if not any(map(_fills, deploys)) or not is_filled_in(sighting.object):
            return []
        spoilt = spoils(sighting.object)
        if spoilt and sighting.placeholder is None:
            first = next(filter(_fills, deploys))
            what = f"{first.what}, which takes {spoilt} for a variable of its own (write ${spoilt}),"
            return [sighting.object._replace(alterations=(Alteration("content", first.file, 0, what),))]
        for one in deploys if not spoilt else []:
            known = self.variables[one.file, one.what]
            values = values_in(sighting.object, known.values, has_others=known.has_others) if _fills(one) else {}
            unescapes = bool(known.values)
            item = filled(sighting, {**self.placeholders, **values}, lose_quotes=values, unescapes=unescapes)
            if item.placeholder is not None or not (values or unescapes):
                return []
            objects.append(item.object)
        if all(item == objects[0] for item in objects):
            return objects[:1]
        return [
            item._replace(pool=" by ".join(filter(None, (item.pool, f"{one.what} in {one.file}"))))
            for item, one in zip(objects, deploys, strict=True)
        ]

    def _deployed_by(self, item: Object) -> list[Kustomization]:
        """The Kustomizations of Flux that deploy an object: of a built one those whose path its kustomization is in.
        What helm renders, Flux does not fill in."""
        source = self.sources.get(item.origin.file)
        if source is None or source.written is not None:
            return []
        if item.pool:
            root = self.roots.get(item.pool)
            return [one for one in self.flux_all if self._deploys(one, root)] if root is not None else []
        return self.flux.get(self._real(item.origin.file), [])

    def _deploys(self, one: Kustomization, root: Root) -> bool:
        """Whether a Kustomization of Flux deploys what was built: with what it adds, or as it is, where it adds
        nothing."""
        if root.deployer is not None:
            return (root.deployer.file, root.deployer.what) == (one.file, one.what)
        return (one.file, one.what) not in self.adding and is_below(os.path.realpath(root.kustomization.file), one)

    def _find_flux(self) -> None:
        """Finds the Kustomizations of Flux, if one of them fills something in, and by the real path of each file those
        that deploy it. The values of a patched Kustomization are not known."""
        patches = {path for one in self.kustomizations for path in one.patch_files}
        maps = ConfigMaps(self.files, tuple(self.kustomizations))
        ours = [one for one in self.kustomizations if one.is_flux and self._real(one.file) not in patches]
        if not any(map(_fills, ours)):
            return
        files = {self._real(name) for name in self.sources}
        reach = Reach(tuple(self.kustomizations), files)
        patched = {path for one in self.kustomizations if one.patches or one.patch_files for path in reach.reached(one)}
        for one in ours:
            if self._real(one.file) in patched:
                one = one._replace(substitutes=_NONE, substitutes_from=(("", ""),))
            self.variables[one.file, one.what] = maps.variables_of(one)
            self.flux_all.append(one)
            for path in reach.reached(one):
                self.flux.setdefault(path, []).append(one)

    def _fragments(self, patches: set[str]) -> dict[str, list[KustomizePatch]]:
        """The patches in files of their own, by real path."""
        fragments: dict[str, list[KustomizePatch]] = {}
        for item in self.files if patches else ():
            path = self._real(item.source.name)
            for document, _, seen, _, _ in item.seen if path in patches else ():
                fragments.setdefault(path, []).extend(self._fragment(sighting, document) for sighting in seen)
        return fragments

    def _tell_of_patches(self, fragments: Mapping[str, list[KustomizePatch]]) -> None:
        """Reports the patches that were not applied, since a kustomization that has them was not built."""
        left = {path for item in self.kustomizations for path in item.patch_files}
        for path, patches in fragments.items():
            for patch in patches if path in left else ():
                detail = f"a kustomize patch changes {patch.target.kind} {patch.target.name}"
                self.skipped.append(Skipped(patch.file, "kustomize-patch", detail, patch.offset))

    def _fragment(self, sighting: Sighting, document: YamlDocument) -> KustomizePatch:
        file, item = document.piece.source.name, sighting.object
        start = document.piece.start + start_of(sighting.node)
        # In a patch a null removes a field, and `item.data` has no nulls: so the node is read again.
        data = plain(sighting.node)
        return fragment(data if isinstance(data, dict) else item.data, file, start)

    def _object(self, sighting: Sighting, graph: KroGraph | None) -> None:
        instantiated = self._instantiated(sighting, graph) if graph and sighting.supported and self.instances else None
        if instantiated is not None:
            for one in instantiated:
                self._taken_in(one, graph)
            return
        if graph is None and sighting.supported and self.flux:
            substituted = self._substituted(sighting)
            if substituted:
                self.objects += substituted
                return
        sighting = filled(sighting, self.placeholders, graph.strings if graph else ())
        if graph is not None:
            within = branches_of(graph, sighting.object.origin)
            sighting = sighting._replace(object=sighting.object._replace(within=within))
        self._taken_in(sighting, graph)

    def _taken_in(self, sighting: Sighting, graph: KroGraph | None) -> None:
        """Takes in an object: as it is, or, where placeholders are left, as still open."""
        placeholder = sighting.placeholder
        if not sighting.supported and placeholder is None:
            self.unsupported.append(Unsupported(sighting.object))
        elif placeholder is not None:
            origin = sighting.object.origin
            offset = self.documents[origin.file, origin.document].piece.start + start_of(sighting.node)
            inner = None if placeholder.in_key else placeholder.offset
            opened = self._opened(sighting, graph) if sighting.is_open and sighting.supported else None
            self.unread.append(opened or sighting.object)
            self.open += [opened] if opened is not None else []
            if sighting.object.kind == "ServiceAccount" and not names_a_group(str(sighting.object.data)):
                return
            self.skipped.append(
                Skipped(
                    file=origin.file,
                    reason=placeholder.reason,
                    detail=placeholder.text,
                    offset=offset,
                    origin=origin,
                    path=placeholder.path,
                    inner_offset=inner,
                    in_part=opened is not None,
                )
            )
        else:
            self.objects.append(sighting.object)

    def _opened(self, sighting: Sighting, graph: KroGraph | None) -> Object | None:
        """An object whose holes stand inside of values, with their texts; None where they are too many to be told
        apart. An engine that takes every `${…}` for its own lets no variable of IAM through."""
        holes = holes_of(sighting.object.data)
        if holes is None:
            return None
        item = sighting.object._replace(holes=holes)
        fills = next(filter(_fills, self._deployed_by(item)), None) if self.flux and graph is None else None
        if graph is not None:
            return _let_through(item, "kro", item.origin.file)
        return _let_through(item, fills.what, fills.file) if fills is not None and is_filled_in(item) else item


def _let_through(item: Object, engine: str, file: str) -> Object:
    """The object as an engine passes it on that takes every `${…}` for its own: no variable of IAM gets through."""
    if not has_other_expressions(item.data, item.holes):
        return item
    what = f"{engine}, which takes every ${{…}} for one of its own,"
    return item._replace(alterations=(*item.alterations, Alteration("content", file, 0, what)))
