"""With which values the charts of a project are rendered: what its releases say, else what the chart itself brings.

Sources: Flux, "HelmRelease": spec.{chart.spec.{chart, sourceRef, valuesFiles}, releaseName, targetNamespace, values,
valuesFrom}; Argo CD, "Application": spec.source(s)[].{path, helm.{releaseName, valueFiles, values, valuesObject,
parameters}}, spec.destination.namespace; chart-testing: each `ci/*-values.yaml` is a set of values to try.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import yaml

from ..ack.objects import mapping, sequence, text
from ..project.inputs import may_release
from ..text.documents import cut, parse_piece
from ..text.nodes import TreeError, plain
from ..text.source import Source
from ..text.yaml_nodes import YamlError
from .tree import Tree


class Release(NamedTuple):
    """A chart (real path of its folder) with its values: those in files (paths, later ones win), then `values`, then
    `sets`, as `--set-string` takes them. `unknown` says which of its values are not in the project ("" for none);
    `source` is the file that declares it."""

    chart: str
    what: str
    name: str = "release"
    namespace: str = ""
    files: tuple[str, ...] = ()
    values: Mapping[str, Any] = {}
    sets: tuple[str, ...] = ()
    unknown: str = ""
    is_assumed: bool = False
    source: str = ""


def releases_in(source: Source, top: str, tree: Tree) -> Iterator[Release]:
    """The releases that the objects in a text declare, of charts in the project, whose top folder this is."""
    for piece in cut(source):
        if not may_release(piece.text):
            continue
        try:
            values = [plain(document.root) for document in parse_piece(piece)]
        except (YamlError, TreeError):
            continue  # the gate says that it is broken, or a template
        for value in values:
            yield from (one._replace(source=source.name) for one in _of(mapping(value), top, tree))


def _of(value: dict[str, Any], top: str, tree: Tree) -> Iterator[Release]:
    version, kind = text(value.get("apiVersion")) or "", text(value.get("kind")) or ""
    metadata, spec = mapping(value.get("metadata")), mapping(value.get("spec"))
    called = "/".join(part for part in (text(metadata.get("namespace")), text(metadata.get("name"))) if part)
    if version.startswith("helm.toolkit.fluxcd.io/") and kind == "HelmRelease":
        chart = mapping(mapping(spec.get("chart")).get("spec"))
        folder = _folder(top, tree, text(chart.get("chart")) or "")
        if folder is not None:
            files = [os.path.join(top, path) for path in sequence(chart.get("valuesFiles")) if isinstance(path, str)]
            yield Release(
                chart=folder,
                what=f"HelmRelease {called}",
                name=text(spec.get("releaseName")) or text(metadata.get("name")) or "release",
                namespace=text(spec.get("targetNamespace")) or text(metadata.get("namespace")) or "",
                files=tuple(files),
                values=mapping(spec.get("values")),
                unknown=f"values of HelmRelease {called} come from outside of it (valuesFrom)"
                if spec.get("valuesFrom")
                else _open(spec, f"HelmRelease {called}"),
            )
    elif version.startswith("argoproj.io/") and kind in ("Application", "ApplicationSet"):
        if kind == "ApplicationSet":
            spec = mapping(mapping(spec.get("template")).get("spec"))
        sources = [spec.get("source"), *sequence(spec.get("sources"))]
        for item in (mapping(item) for item in sources):
            folder = _folder(top, tree, text(item.get("path")) or "")
            if folder is not None:
                yield _of_argo(item, spec, metadata, folder, f"{kind} {called}")


def _of_argo(source: dict[str, Any], spec: dict[str, Any], metadata: dict[str, Any], folder: str, what: str) -> Release:
    helm = mapping(source.get("helm"))
    inline = text(helm.get("values"))
    unknown = _open(source, what)
    values: Any = mapping(helm.get("valuesObject"))
    if inline and not values:
        try:
            values = yaml.safe_load(inline)
        except yaml.YAMLError:
            unknown = unknown or f"the values of {what} are no YAML"
    files = [path for path in sequence(helm.get("valueFiles")) if isinstance(path, str)]
    if any(path.startswith("$") or "://" in path for path in files):
        unknown = unknown or f"values of {what} come from another source"
    parameters = [mapping(item) for item in sequence(helm.get("parameters"))]
    return Release(
        chart=folder,
        what=what,
        name=text(helm.get("releaseName")) or text(metadata.get("name")) or "release",
        namespace=text(mapping(spec.get("destination")).get("namespace")) or "",
        files=tuple(os.path.join(folder, path) for path in files),
        values=mapping(values),
        sets=tuple(as_set(str(item.get("name", "")), str(item.get("value", ""))) for item in parameters),
        unknown=unknown,
    )


def _open(value: dict[str, Any], what: str) -> str:
    """What a generator or a substitution has yet to fill in."""
    return f"a generator or a substitution fills {what} in" if re.search(r"\{\{|\$\{", str(value)) else ""


def _folder(top: str, tree: Tree, path: str) -> str | None:
    """The real path of a chart's folder, named from the top of the project; None where it is none."""
    folder = tree.real(os.path.join(top, path)) if path and "://" not in path else ""
    return folder if folder and os.path.isfile(tree.there(os.path.join(folder, "Chart.yaml"))) else None


def as_set(name: str, value: str) -> str:
    """An argument for `--set-string`: commas and backslashes are meant as they are."""
    escaped = value.replace("\\", "\\\\").replace(",", "\\,")
    return f"{name}={escaped}"


def own_values(folder: str, tree: Tree, placeholders: Mapping[str, str]) -> list[Release]:
    """What to render a chart with that no release in the project names: the sets of values it brings to be tried with,
    else its defaults, with what the cell gives as `.Values.…`, `.Release.Name` and `.Release.Namespace`."""
    name, namespace = placeholders.get(".Release.Name", "release"), placeholders.get(".Release.Namespace", "")
    given = {key: value for key, value in placeholders.items() if key.startswith(".Values.")}
    sets = tuple(as_set(key.removeprefix(".Values."), value) for key, value in given.items())
    tried = sorted(
        os.path.basename(path)
        for path in glob.glob(os.path.join(glob.escape(tree.there(folder)), "ci", "*-values.yaml"))
    )
    if tried and not sets:
        return [
            Release(folder, f"ci/{file}", name, namespace, (os.path.join(folder, "ci", file),), is_assumed=True)
            for file in tried
        ]
    what = "its default values" if not sets else "the values of the cell"
    return [Release(folder, what, name, namespace, sets=sets, is_assumed=not sets)]
