"""From the documents of kustomization files, of Flux Kustomizations and of Argo CD Applications to values.

Sources: kustomize (a kustomization file needs no apiVersion); Flux, "Kustomization": spec.{path, patches,
targetNamespace, namePrefix, nameSuffix, commonMetadata, components, suspend}; Argo CD, "Kustomize":
spec.source(s)[].kustomize.{patches, namePrefix, nameSuffix, commonLabels, commonAnnotations, namespace, components},
destination.namespace, "Config Management Plugins", "Sync Options" and, of ApplicationSets, "Template Patch".
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

from ..ack.objects import mapping, sequence, text
from ..ack.scan import KUSTOMIZATIONS, is_argocd_source
from ..text.documents import YamlDocument
from ..text.files import work_tree
from ..text.nodes import Path, find, plain
from ..text.yaml_nodes import start_of
from .effects import may_concern
from .fields import called, read_fields
from .model import Kustomization, KustomizePatch, PatchTarget
from .mutators import MAY_SAY_SO, folder_of, is_mutator, mutations
from .overlays import overlay_of_argo, overlay_of_flux

_CONFIG = "kustomize.config.k8s.io/"
_FLUX = "kustomize.toolkit.fluxcd.io/"
_ARGO = "argoproj.io/"
_MAY_SAY_SO = ("kustomize.", "argoproj.", *MAY_SAY_SO, "\\", "!")
"""What a document of another file name has to hold: a group, or an escape or `!!binary` that may spell one."""


def kustomizations(document: YamlDocument, real: Callable[[str], str]) -> list[Kustomization]:
    """The kustomizations that one document declares; none for most. `real` is `os.path.realpath`, or a cache of it.
    Raises TreeError."""
    piece = document.piece
    name = os.path.basename(piece.source.name)
    is_override = is_argocd_source(name)
    if name not in KUSTOMIZATIONS and not is_override and not any(word in piece.text for word in _MAY_SAY_SO):
        return []
    value = plain(document.root)
    if is_override:
        return list(_from_override(document, value, real))
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
        return [read_fields(document, route, value, None, real, is_component=kind == "Component")]
    names = ("Flux Kustomization", value)
    if version.startswith(_FLUX) and kind == "Kustomization":
        spec = mapping(value.get("spec"))
        below = text(spec.get("path")) or ""
        below = "" if "$" in below else below
        one = read_fields(document, (*route, "spec"), _from_flux(spec), below, real, names=names)
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
            what=called(kind, value),
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
        below = "" if "{" in below else below
        default = (text(mapping(spec.get("destination")).get("namespace")) or "") if below else ""
        if options or kept or default:
            names = (f"Argo CD {kind}", value)
            at = (*path, "kustomize") if options else path
            one = read_fields(document, at, options, below, real, names=names)
            overlay = "" if kept else overlay_of_argo(options)
            yield one._replace(patches=(*one.patches, *kept), overlay=overlay, default_namespace=default)


_WITHOUT_EFFECT = frozenset(("helm", "chart", "path", "repoURL", "targetRevision", "ref"))
"""What a file beside an Application's folder may change without a word of kustomize: helm's is merged in where charts
are rendered, the place of the source stays as it is."""
_OF_IMAGES = frozenset(("images", "replicas", "version", "kubeVersion", "apiVersions"))


def _from_override(document: YamlDocument, value: Any, real: Callable[[str], str]) -> Iterator[Kustomization]:
    """What `.argocd-source.yaml` and `.argocd-source-NAME.yaml` change of the Application that deploys their folder, as
    something that may change every object there: they are merged into a source that stands in another file (argo-cd,
    reposerver/repository/repository.go, mergeSourceParameters). Images, which an image updater writes, change nothing
    of ours."""
    data = mapping(value)
    options = data.get("kustomize", {})
    is_of_images = isinstance(options, dict) and options.keys() <= _OF_IMAGES
    changed = [key for key in data if key not in _WITHOUT_EFFECT and not (key == "kustomize" and is_of_images)]
    if value is not None and (changed or not isinstance(value, dict)):
        name = document.piece.source.name
        folder = real(os.path.dirname(os.path.abspath(name)))
        below = os.path.relpath(folder, real(work_tree(folder) or os.curdir)).replace(os.sep, "/")
        named = {"metadata": {"name": os.path.basename(name)}}
        one = read_fields(document, (), {}, below, real, names=("Argo CD override", named))
        offset = document.piece.start + start_of(find(document.root, tuple(changed[:1]), "key"))
        what = str(changed[0]) if changed else "the text"
        yield one._replace(patches=(KustomizePatch(what, name, offset, PatchTarget()),))


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
        if may_concern(target):
            yield KustomizePatch(what, document.piece.source.name, offset, target, () if is_whole else tuple(fields))
