"""From the documents of kustomization files, of Flux Kustomizations and of Argo CD Applications to values.

Sources: the kustomization API (kubectl.docs.kubernetes.io, "kustomization": resources, components, patches,
patchesStrategicMerge, patchesJson6902, namespace, namePrefix, nameSuffix, labels, commonLabels, commonAnnotations,
replacements, transformers, configurations; a kustomization file needs no apiVersion); Flux, "Kustomization":
spec.{path, patches, targetNamespace, namePrefix, nameSuffix, commonMetadata, components, suspend}; Argo CD,
"Kustomize": spec.source(s)[].kustomize.{patches, namePrefix, nameSuffix, commonLabels, commonAnnotations, namespace,
components}, "Config Management Plugins" and, of ApplicationSets, "Template Patch".
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Callable, Iterator
from typing import Any

from ..ack.objects import mapping, sequence, string_map, text
from ..ack.scan import KUSTOMIZATIONS
from ..text.documents import YamlDocument
from ..text.files import work_tree
from ..text.nodes import Fields, Path, find, plain
from ..text.yaml_nodes import start_of
from .model import Kustomization, KustomizePatch, PatchTarget, Renaming
from .mutators import MAY_SAY_SO, folder_of, is_mutator, mutations
from .overlays import overlay_of_argo, overlay_of_flux
from .patches import fields_of_annotations, patches_in

_CONFIG = "kustomize.config.k8s.io/"
_FLUX = "kustomize.toolkit.fluxcd.io/"
_ARGO = "argoproj.io/"
_MAY_SAY_SO = re.compile(rf"kustomize\.|argoproj\.|{MAY_SAY_SO}|[\\!]")
"""What a document of another file name has to hold: a group, or an escape or `!!binary` that may spell one."""


def kustomizations(document: YamlDocument, real: Callable[[str], str]) -> list[Kustomization]:
    """The kustomizations that one document declares; none for most. `real` is `os.path.realpath`, or a cache of it.
    Raises TreeError."""
    piece = document.piece
    if os.path.basename(piece.source.name) not in KUSTOMIZATIONS and not _MAY_SAY_SO.search(piece.text):
        return []
    value = plain(document.root)
    if isinstance(value, dict) and value.get("kind") == "List":
        return [
            kustomization
            for number, item in enumerate(sequence(value.get("items")))
            for kustomization in _of(document, item, ("items", number), real)
        ]
    return _of(document, value, (), real)


def _of(document: YamlDocument, value: Any, route: Path, real: Callable[[str], str]) -> list[Kustomization]:
    file = document.piece.source.name
    if not isinstance(value, dict):
        return []
    version, kind = text(value.get("apiVersion")) or "", text(value.get("kind")) or ""
    is_file = os.path.basename(file) in KUSTOMIZATIONS
    if version.startswith(_CONFIG) or (is_file and not version.startswith(_FLUX)):
        return [_read(document, route, value, None, real, is_component=kind == "Component")]
    names = ("Flux Kustomization", value)
    if version.startswith(_FLUX) and kind == "Kustomization":
        spec = mapping(value.get("spec"))
        below = text(spec.get("path")) or ""
        below = "" if "$" in below else below
        one = _read(document, (*route, "spec"), _from_flux(spec), below, real, names=names)
        if spec.get("suspend") is True:
            held = _anything(document, (*route, "spec", "suspend"), "the suspension")
            return [one._replace(patches=(*one.patches, held))]
        return [one._replace(overlay=overlay_of_flux(spec))]
    if version.startswith(_ARGO) and kind in ("Application", "ApplicationSet"):
        return list(_from_argo(document, kind, value, route, real))
    if is_mutator(version, kind):
        return _mutator(document, version, kind, value, route, real)
    return []


def _mutator(
    document: YamlDocument, version: str, kind: str, value: dict[str, Any], route: Path, real: Callable[[str], str]
) -> list[Kustomization]:
    """An object that changes others, as a kustomization of all it may change."""
    file = document.piece.source.name
    offset = document.piece.start + start_of(find(document.root, (*route, "kind"), "key"))
    changes = tuple(mutations(version, kind, value, file, offset))
    if not changes:
        return []
    path = real(file)
    folder = os.path.dirname(path)
    below = folder_of(kind, path, work_tree(folder) or folder)
    nothing: tuple[str, ...] = ()
    return [
        Kustomization(
            file=file,
            folder=folder,
            what=_called(kind, value),
            is_component=False,
            builds=nothing,
            components=nothing,
            below=below,
            patch_files=nothing,
            patches=changes,
            renamings=(),
            prefix="",
            suffix="",
            namespace="",
            labels={},
            keeps_references=True,
        )
    ]


def _from_flux(spec: dict[str, Any]) -> dict[str, Any]:
    common = mapping(spec.get("commonMetadata"))
    renamed = {"targetNamespace": "namespace"}
    options = {renamed.get(key, key): value for key, value in spec.items() if key not in ("path", "namespace")}
    return {**options, "commonLabels": common.get("labels"), "commonAnnotations": common.get("annotations")}


def _from_argo(
    document: YamlDocument, kind: str, value: dict[str, Any], start: Path, real: Callable[[str], str]
) -> Iterator[Kustomization]:
    route: Path = ("spec",) if kind == "Application" else ("spec", "template", "spec")
    spec: Any = value
    for key in route:
        spec = mapping(spec).get(str(key))
    route = (*start, *route)
    spec = mapping(spec)
    sources: list[tuple[Path, Any]] = [((*route, "source"), spec["source"])] if "source" in spec else []
    sources += [((*route, "sources", number), item) for number, item in enumerate(sequence(spec.get("sources")))]
    for path, source in sources:
        options = mapping(mapping(source).get("kustomize"))
        below = text(mapping(source).get("path")) or ""
        kept = list(_kept_as_they_are(document, spec, route))
        if mapping(source).get("plugin"):
            kept.append(_anything(document, (*path, "plugin"), "the plugin"))
        if kind == "ApplicationSet" and mapping(value.get("spec")).get("templatePatch"):
            kept.append(_anything(document, (*start, "spec", "templatePatch"), "the templatePatch"))
        if options or kept:
            names = (f"Argo CD {kind}", value)
            below = "" if "{" in below else below
            at = (*path, "kustomize") if options else path
            one = _read(document, at, options, below, real, names=names)
            yield one._replace(patches=(*one.patches, *kept), overlay="" if kept else overlay_of_argo(options))


def _anything(document: YamlDocument, path: Path, what: str) -> KustomizePatch:
    """A field by which any object may come to be another one, or to stay as it is in the cluster."""
    offset = document.piece.start + start_of(find(document.root, path, "key"))
    return KustomizePatch(what, document.piece.source.name, offset, PatchTarget())


def _kept_as_they_are(document: YamlDocument, spec: dict[str, Any], route: Path) -> Iterator[KustomizePatch]:
    """The fields that a sync leaves as they are in the cluster, as changes of what is written. Source: Argo CD, "Sync
    Options", RespectIgnoreDifferences."""
    listed = [item for item in sequence(mapping(spec.get("syncPolicy")).get("syncOptions")) if isinstance(item, str)]
    if not any(item.replace(" ", "").lower() == "respectignoredifferences=true" for item in listed):
        return
    node = find(document.root, (*route, "ignoreDifferences"), "key")
    offset = document.piece.start + start_of(node)
    for entry in map(mapping, sequence(spec.get("ignoreDifferences"))):
        parts = (text(entry.get(key)) or "" for key in ("group", "kind", "name"))
        target = PatchTarget(*("" if part == "*" else part for part in parts))
        is_whole = bool(entry.get("jqPathExpressions") or entry.get("managedFieldsManagers"))
        fields = [item.strip("/") for item in sequence(entry.get("jsonPointers")) if isinstance(item, str)]
        what = "an entry of ignoreDifferences"
        yield KustomizePatch(what, document.piece.source.name, offset, target, () if is_whole else tuple(fields))


def _read(
    document: YamlDocument,
    route: Path,
    value: dict[str, Any],
    below: str | None,
    real: Callable[[str], str],
    *,
    is_component: bool = False,
    names: tuple[str, dict[str, Any]] | None = None,
) -> Kustomization:
    file = document.piece.source.name
    folder = os.path.dirname(real(file))
    known: Fields = {}

    def offset(*path: str | int) -> int:
        node = find(document.root, (*route, *path), "key" if len(path) == 1 else "value", known)
        return document.piece.start + start_of(node)

    def local(field: str) -> list[str]:
        entries = [entry for entry in sequence(value.get(field)) if isinstance(entry, str) and not _is_remote(entry)]
        start = folder if below is None else _deployed_folder(folder, below)
        return [real(os.path.join(start, entry)) for entry in entries]

    taken_in = [entry for field in ("resources", "bases", "components") for entry in sequence(value.get(field))]
    patches: list[KustomizePatch] = []
    files: list[str] = []
    for field in ("patches", "patchesStrategicMerge", "patchesJson6902"):
        for number, entry in enumerate(sequence(value.get(field))):
            path = _path_of(field, entry)
            if path:
                files.append(real(os.path.join(folder, path)))
            patches += patches_in(field, entry, path, file, offset(field, number))
    patches += _through_namespaces(patches)
    for number, entry in enumerate(sequence(value.get("replacements"))):
        patches += _replacement(entry, file, offset("replacements", number))
    for entry in sequence(value.get("components")):
        if isinstance(entry, str) and _is_remote(entry):
            patches.append(
                KustomizePatch(
                    f"the component {entry}, which is not read here,", file, offset("components"), PatchTarget()
                )
            )
    for field in ("transformers", "vars"):
        if value.get(field):
            patches.append(KustomizePatch(field, file, offset(field), PatchTarget()))
    common = [string_map(value.get(field)) for field in ("commonAnnotations", "commonLabels")]
    common += [string_map(mapping(entry).get("pairs")) for entry in sequence(value.get("labels"))]
    fields = tuple(field for given in common for field in fields_of_annotations(given))
    if fields:
        where = next(name for name in ("commonAnnotations", "commonLabels", "labels") if value.get(name))
        patches.append(KustomizePatch(where, file, offset(where), PatchTarget(), fields))
    renamings = [
        Renaming(f"{field} {value[field]}", offset(field)) for field in ("namePrefix", "nameSuffix") if value.get(field)
    ]
    labels = {**string_map(value.get("commonLabels"))}
    for entry in sequence(value.get("labels")):
        labels |= string_map(mapping(entry).get("pairs"))
    substitutes = string_map(mapping(value.get("postBuild")).get("substitute"))
    return Kustomization(
        file=file,
        folder=folder,
        what=_called(*names) if names else file,
        is_component=is_component,
        builds=() if below is not None else (*local("resources"), *local("bases")),
        components=tuple(local("components")),
        below=None if below is None else posixpath.normpath("/" + below).strip("/"),
        patch_files=tuple(dict.fromkeys(files)) if below is None else (),
        patches=tuple(patches),
        renamings=tuple(renamings),
        prefix=text(value.get("namePrefix")) or "",
        suffix=text(value.get("nameSuffix")) or "",
        namespace=text(value.get("namespace")) or "",
        labels=labels,
        keeps_references=False,
        configurations=tuple(local("configurations")),
        substitutes={key: given.replace("\n", "") for key, given in substitutes.items()},
        substitutes_from=_substitutes_from(value),
        generates=tuple(
            text(entry.get("name")) or "" for entry in map(mapping, sequence(value.get("configMapGenerator")))
        ),
        namespace_of_values=text(mapping(names[1].get("metadata")).get("namespace")) or "" if names else "",
        is_flux=names is not None and names[0] == "Flux Kustomization",
        remotes=(*(entry for entry in taken_in if isinstance(entry, str) and _is_remote(entry)), *_fetched(value)),
    )


def _deployed_folder(folder: str, below: str) -> str:
    """The folder that Flux or Argo CD deploy, which they name from the top of the repository."""
    return os.path.join(work_tree(folder) or os.curdir, below.strip("/"))


def _substitutes_from(value: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    entries = map(mapping, sequence(mapping(value.get("postBuild")).get("substituteFrom")))
    return tuple((text(entry.get("kind")) or "", text(entry.get("name")) or "") for entry in entries)


def _called(what: str, value: dict[str, Any]) -> str:
    metadata = mapping(value.get("metadata"))
    name = text(metadata.get("name")) or "(without a name)"
    namespace = text(metadata.get("namespace"))
    return f"{what} {namespace}/{name}" if namespace else f"{what} {name}"


def _path_of(field: str, entry: Any) -> str:
    """The file that an entry of patches names, "" for a patch that stands in place."""
    if field == "patchesStrategicMerge":
        return entry if isinstance(entry, str) and "\n" not in entry else ""
    return text(mapping(entry).get("path")) or ""


def _through_namespaces(patches: list[KustomizePatch]) -> list[KustomizePatch]:
    """What patches of Namespaces change of roles: ACK goes by their annotations for the account that it works in."""
    fields = ("metadata", "metadata/annotations")
    return [
        patch._replace(what=f"{patch.what} of a Namespace", target=PatchTarget("", "Role"), fields=())
        for patch in patches
        if patch.target.kind == "Namespace"
        and any(field in fields or "services.k8s.aws" in field for field in patch.fields)
    ]


def _replacement(entry: Any, file: str, offset: int) -> Iterator[KustomizePatch]:
    """A replacement writes a value into fields of the objects it selects; one in a file of its own may select any."""
    targets = sequence(mapping(entry).get("targets"))
    if "path" in mapping(entry) or not targets:
        yield KustomizePatch("a replacement", file, offset, PatchTarget())
    for item in targets:
        select = mapping(mapping(item).get("select"))
        paths = [path.replace(".", "/") for path in sequence(mapping(item).get("fieldPaths")) if isinstance(path, str)]
        parts = (text(select.get(key)) or "" for key in ("group", "kind", "name", "labelSelector"))
        yield KustomizePatch("a replacement", file, offset, PatchTarget(*parts), tuple(paths))


_FILES = (
    "patches", "patchesStrategicMerge", "patchesJson6902", "replacements", "transformers", "generators", "validators",
    "configurations", "crds", "openapi", "configMapGenerator", "secretGenerator",
)  # fmt: skip
"""Fields beside resources and components in which files may be named, and so addresses."""


def _fetched(value: dict[str, Any]) -> Iterator[str]:
    """What kustomize fetches: addresses that stand where a file is due, and charts."""
    pending = [value.get(field) for field in _FILES]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            pending += [entry for key, entry in item.items() if key not in ("literals", "patch", "options")]
        elif isinstance(item, list):
            pending += item
        elif isinstance(item, str) and "://" in item and "\n" not in item.strip():
            yield item
    yield from (field for field in ("helmCharts", "helmChartInflationGenerator") if value.get(field))


def _is_remote(entry: str) -> bool:
    return "://" in entry or "\0" in entry or "?ref=" in entry or entry.startswith(("git@", "github.com/"))
