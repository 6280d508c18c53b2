"""The fields of a kustomization, or those of Flux and Argo CD that mean the same, as a value.

Sources: the kustomization API (kubectl.docs.kubernetes.io, "kustomization": resources, components, patches,
patchesStrategicMerge, patchesJson6902, namespace, namePrefix, nameSuffix, labels, commonLabels, commonAnnotations,
replacements, transformers, configurations).
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterator
from typing import Any

from ..ack.objects import mapping, sequence, string_map, text
from ..text.documents import YamlDocument
from ..text.files import work_tree
from ..text.nodes import Fields, Path, find
from ..text.yaml_nodes import start_of
from .model import IGNORES_MISSING, Kustomization, KustomizePatch, PatchTarget, Renaming
from .patches import fields_of_annotations, patches_in


def read_fields(
    document: YamlDocument,
    route: Path,
    value: dict[str, Any],
    below: str | None,
    real: Callable[[str], str],
    *,
    is_component: bool = False,
    names: tuple[str, dict[str, Any]] | None = None,
) -> Kustomization:
    """The kustomization that stands at a route of a document, as `value`. `below` is the folder that Flux or Argo CD
    deploy (None for a kustomization file), `names` what such an object is called, and its data; `real` is as in
    `read.kustomizations`."""
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
        what=called(*names) if names else file,
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
        ignores_missing=below is not None and value.get(IGNORES_MISSING) is True,
        is_plain=below is not None or all(key in _TOLD or _is_harmless(key, given) for key, given in value.items()),
        remotes=(*(entry for entry in taken_in if isinstance(entry, str) and _is_remote(entry)), *_fetched(value)),
    )


_TOLD = {
    "apiVersion", "kind", "metadata", "resources", "bases", "components", "patches", "patchesStrategicMerge",
    "patchesJson6902", "namespace", "namePrefix", "nameSuffix", "labels", "commonLabels",
    "replacements", "transformers", "vars",
}  # fmt: skip
"""The fields whose part in what is built is read here."""

_OF_OTHERS = {
    "images", "replicas", "configMapGenerator", "secretGenerator", "generatorOptions", "generators", "validators",
    "configurations", "crds", "openapi", "sortOptions", "buildMetadata",
}  # fmt: skip
"""The fields that change or add what is none of ours. What they name may be made in a pipeline, or by a plugin that is
not here."""


def _is_harmless(key: str, given: Any) -> bool:
    """Whether a field changes nothing of ours, and is one that kustomize knows."""
    if key == "commonAnnotations":
        return isinstance(given, dict) and not any(str(name).startswith("checker/") for name in given)
    return key in _OF_OTHERS


def _deployed_folder(folder: str, below: str) -> str:
    """The folder that Flux or Argo CD deploy, which they name from the top of the repository."""
    return os.path.join(work_tree(folder) or os.curdir, below.strip("/"))


def _substitutes_from(value: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    entries = map(mapping, sequence(mapping(value.get("postBuild")).get("substituteFrom")))
    return tuple((text(entry.get("kind")) or "", text(entry.get("name")) or "") for entry in entries)


def called(what: str, value: dict[str, Any]) -> str:
    """What an object is called: `Flux Kustomization NAMESPACE/NAME`."""
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
