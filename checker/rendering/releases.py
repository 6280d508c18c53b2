"""With which values the charts of a project are rendered: what its releases say, else what the chart itself brings.

Sources: Flux, "HelmRelease": spec.{chart.spec.{chart, sourceRef, valuesFiles, ignoreMissingValuesFiles}, releaseName,
targetNamespace, values, valuesFrom, suspend}; Argo CD, "Application": spec.source(s)[].{path, helm.{releaseName,
valueFiles, values, valuesObject, namespace, parameters}}, spec.destination.namespace, and "Skip Application Reconcile";
chart-testing: each `ci/*-values.yaml` is a set of values to try.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from ..ack.objects import mapping, sequence, text
from ..iam.expressions import expression
from ..iam.values import NamedTuple
from ..project.inputs import may_release
from ..text.documents import cut, parse_piece
from ..text.nodes import TreeError, plain
from ..text.source import Source
from ..text.yaml_nodes import YamlError
from .argocd_source import overridden
from .tree import Tree


class Release(NamedTuple):
    """A chart (real path of its folder) with its values: those in files (paths, later ones win), then `values`, then
    `sets`, as options of helm. `unknown` says which of its values are not in the project ("" for none);
    `source` is the file that declares it; one that `replaces_values` takes nothing from the chart's values.yaml.
    `called` is the name of a chart that comes from elsewhere, and may be one of
    the project's, which are often published: then the release may be that one's."""

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
    called: str = ""
    replaces_values: bool = False


def releases_in(source: Source, top: str, tree: Tree) -> Iterator[Release]:
    """The releases that objects in a text declare, of charts in the project with this `top` folder; `chart` is "" where
    it cannot be told whether the chart is in the project."""
    for piece in cut(source):
        if not may_release(piece.text):
            continue
        try:
            values = [plain(document.root) for document in parse_piece(piece)]
        except (YamlError, TreeError):
            continue  # the gate says that it is broken, or a template
        for value in values:
            items = sequence(value.get("items")) if mapping(value).get("kind") == "List" else [value]
            for item in items:
                for release in _of(mapping(item), top, tree):
                    yield _sound(release._replace(source=source.name))


_NAME = expression(r"[a-z0-9](?:[-a-z0-9.]{0,51}[a-z0-9])?")
"""What helm takes for the name of a release; nothing that it could take for an option."""


def _sound(one: Release) -> Release:
    """The release, with `unknown` where helm would misread its name, its namespace, a file or an option."""
    if not _NAME.fullmatch(one.name) or (one.namespace and not _NAME.fullmatch(one.namespace)):
        return one._replace(unknown=one.unknown or f"the name or the namespace of {one.what} is none that helm takes")
    if any("," in path or "\0" in path for path in one.files) or any("\0" in item for item in one.sets):
        return one._replace(
            files=(), sets=(), unknown=one.unknown or f"{one.what} names a file that helm would read as another"
        )
    return one


def _of(value: dict[str, Any], top: str, tree: Tree) -> Iterator[Release]:
    version, kind = text(value.get("apiVersion")) or "", text(value.get("kind")) or ""
    metadata, spec = mapping(value.get("metadata")), mapping(value.get("spec"))
    called = "/".join(part for part in (text(metadata.get("namespace")), text(metadata.get("name"))) if part)
    if version.startswith("helm.toolkit.fluxcd.io/") and kind == "HelmRelease":
        yield from _of_flux(spec, metadata, f"HelmRelease {called}", top, tree)
    elif version.startswith("argoproj.io/") and kind in ("Application", "ApplicationSet"):
        what = f"{kind} {called}"
        unknown = "a patch changes it" if kind == "ApplicationSet" and "templatePatch" in spec else ""
        for application in generated(spec) if kind == "ApplicationSet" else [value]:
            metadata, applied = mapping(application.get("metadata")), mapping(application.get("spec"))
            open_part = _open(application, what) if kind == "ApplicationSet" else ""
            for item in (mapping(item) for item in (applied.get("source"), *sequence(applied.get("sources")))):
                path = text(item.get("path")) or ""
                folder = _folder(top, tree, path)
                chart = text(item.get("chart")) or ""
                if chart and folder is None:
                    yield _from_elsewhere(chart, what)
                elif folder is not None or _open(path, what):
                    item, unread = overridden(item, folder, metadata, tree) if folder is not None else (item, "")
                    one = _of_argo(item, applied, metadata, folder or "", what, top)
                    yield one._replace(unknown=unknown or open_part or unread or one.unknown)


def generated(spec: dict[str, Any]) -> list[dict[str, Any]]:
    """The Applications that an ApplicationSet makes of its template: one for each element of a generator of lists,
    `{{name}}` and, with goTemplate, `{{.name}}` filled in; with other generators the template as it is, for what they
    find is not in the project (Argo CD, "List Generator")."""
    template, generators = mapping(spec.get("template")), sequence(spec.get("generators"))
    elements: list[Any] = []
    for generator in generators:
        listed = mapping(mapping(generator).get("list"))
        if set(mapping(generator)) != {"list"} or set(listed) != {"elements"}:
            return [template]
        elements += sequence(listed.get("elements"))
    if not elements or len(elements) > _MOST_ELEMENTS:
        return [template]
    dot = r"\." if spec.get("goTemplate") is True else ""
    return [_with_element(template, mapping(element), dot) for element in elements]


_MOST_ELEMENTS = 500


def _with_element(value: Any, element: dict[str, Any], dot: str) -> Any:
    if isinstance(value, dict):
        return {key: _with_element(item, element, dot) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_element(item, element, dot) for item in value]
    if not isinstance(value, str) or "{{" not in value:
        return value

    def put_in(found: re.Match[str]) -> str:
        filling = element.get(found[1])
        return filling if isinstance(filling, str) else found[0]

    return re.sub(rf"\{{\{{[ ]*+{dot}([\w-]+)[ ]*+\}}\}}", put_in, value)


def _from_elsewhere(chart: str, what: str) -> Release:
    called = chart.rpartition("/")[2]
    return Release(
        "", what, unknown=f"{what} releases a chart {called} from elsewhere, which may be this one", called=called
    )


def _of_flux(spec: dict[str, Any], metadata: dict[str, Any], what: str, top: str, tree: Tree) -> Iterator[Release]:
    chart = mapping(mapping(spec.get("chart")).get("spec"))
    if "chartRef" in spec:
        yield Release("", what, unknown=f"the chart of {what} is named elsewhere (chartRef)")
        return
    kind = mapping(chart.get("sourceRef")).get("kind", "GitRepository")
    path = text(chart.get("chart")) or ""
    folder = _folder(top, tree, path) if kind in ("GitRepository", "Bucket") else None
    if folder is None:
        if _open(path, what):
            yield Release("", what, unknown=_open(path, what))
        elif path and kind not in ("GitRepository", "Bucket"):
            yield _from_elsewhere(path, what)
        return
    namespace = text(spec.get("targetNamespace")) or ""
    name = text(metadata.get("name")) or "release"
    keys = [key for key in ("valuesFrom", "postRenderers") if spec.get(key)] + ["valuesFile"] * ("valuesFile" in chart)
    files = [os.path.join(top, path) for path in sequence(chart.get("valuesFiles")) if isinstance(path, str)]
    if chart.get("ignoreMissingValuesFiles") is True:
        files = [path for path in files if os.path.isfile(tree.there(path))]
    unknown = f"{what} has {keys[0]}, which is not followed" if keys else _open(spec, what)
    if spec.get("suspend") is True:
        unknown = f"{what} is suspended: what it released before stays"
    yield Release(
        chart=folder,
        what=what,
        name=text(spec.get("releaseName")) or (f"{namespace}-{name}" if namespace else name),
        namespace=namespace or text(metadata.get("namespace")) or "",
        files=tuple(files),
        values=mapping(spec.get("values")),
        unknown=unknown,
        # "values.yaml is not included by default" (Flux, HelmChart: spec.valuesFiles).
        replaces_values=bool(files),
    )


def _of_argo(
    source: dict[str, Any], spec: dict[str, Any], metadata: dict[str, Any], folder: str, what: str, top: str
) -> Release:
    helm = mapping(source.get("helm"))
    inline = text(helm.get("values"))
    unknown = _open(source, what) or _open(spec.get("destination"), what)
    if mapping(metadata.get("annotations")).get("argocd.argoproj.io/skip-reconcile") == "true":
        unknown = f"{what} is not reconciled: what it released before stays"
    values: Any = mapping(helm.get("valuesObject"))
    if inline and helm.get("valuesObject") is None:
        try:
            values = yaml.safe_load(inline)
        except (yaml.YAMLError, ValueError, RecursionError):
            unknown = unknown or f"the values of {what} are no YAML"
    files = [path for path in sequence(helm.get("valueFiles")) if isinstance(path, str)]
    if any(path.startswith("$") or "://" in path for path in files):
        unknown = unknown or f"values of {what} come from another source"
    if helm.get("fileParameters"):
        unknown = unknown or f"{what} has fileParameters, which are not followed"
    paths = [os.path.join(top, path[1:]) if path.startswith("/") else os.path.join(folder, path) for path in files]
    if helm.get("ignoreMissingValueFiles") is True:
        unknown = unknown or f"{what} leaves out files of values that are not there" * any(
            not os.path.isfile(path) for path in paths
        )
    parameters = [mapping(item) for item in sequence(helm.get("parameters"))]
    return Release(
        chart=folder,
        what=what,
        name=text(helm.get("releaseName")) or text(metadata.get("name")) or "release",
        namespace=text(helm.get("namespace")) or text(mapping(spec.get("destination")).get("namespace")) or "",
        files=tuple(paths),
        values=mapping(values),
        sets=tuple(
            as_set(str(item.get("name", "")), str(item.get("value", "")), is_text=item.get("forceString") is True)
            for item in parameters
        ),
        unknown=unknown,
    )


def _open(value: Any, what: str) -> str:
    """Says that a generator or a substitution has yet to fill in a value; "" where none has."""
    return f"a generator or a substitution fills {what} in" if re.search(r"\{\{|\$\{", str(value)) else ""


def _folder(top: str, tree: Tree, path: str) -> str | None:
    """The real path of a chart's folder, named from the top of the project; None where it is none."""
    folder = tree.real(os.path.join(top, path)) if path and "://" not in path and "\0" not in path else ""
    return folder if folder and os.path.isfile(tree.there(os.path.join(folder, "Chart.yaml"))) else None


def as_set(name: str, value: str, *, is_text: bool) -> str:
    """An option that sets a value: commas and backslashes are meant as they are; as text, or as helm reads it."""
    escaped = value.replace("\\", "\\\\").replace(",", "\\,")
    return f"--set{'-string' * is_text}={name}={escaped}"


def own_values(folder: str, tree: Tree, placeholders: Mapping[str, str]) -> list[Release]:
    """Stand-ins for a chart that no release in the project names: one for each set of values in its `ci/`, else one
    with its defaults; with what the cell gives as `.Values.…`, `.Release.Name` and `.Release.Namespace`."""
    name, namespace = placeholders.get(".Release.Name", "release"), placeholders.get(".Release.Namespace", "")
    values = {key.removeprefix(".Values."): value for key, value in placeholders.items() if key.startswith(".Values.")}
    sets = tuple(as_set(key, value, is_text=value not in ("true", "false", "null")) for key, value in values.items())
    value_files = glob.glob(os.path.join(glob.escape(tree.there(folder)), "ci", "*-values.yaml"))
    tried = sorted(map(os.path.basename, value_files))
    if tried:
        stand_ins = [
            Release(
                folder, f"ci/{file}", name, namespace, (os.path.join(folder, "ci", file),), sets=sets, is_assumed=True
            )
            for file in tried
        ]
    else:
        what = "the values of the cell" if sets else "its default values"
        stand_ins = [Release(folder, what, name, namespace, sets=sets, is_assumed=not sets)]
    return list(map(_sound, stand_ins))
