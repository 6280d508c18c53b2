"""Which charts of a project are rendered, and what they are released with."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

from ..ack.scan import names_a_group
from ..iam.values import NamedTuple
from ..kustomize.model import Kustomization
from ..kustomize.reach import Reach
from ..project.file_facts import FileFacts
from ..project.inputs import has_something_of_ours, may_release
from ..text.files import read_bytes
from ..text.source import decode
from .declared import chart_name, taking_in
from .releases import Release, own_values, releases_in
from .tree import Tree


class Planned(NamedTuple):
    """A chart (real path of its folder), its templates in the project as they are shown, and what it is released
    with. One that `is_general` holds nothing of ours by itself: its releases give it that."""

    folder: str
    templates: Mapping[str, str]
    releases: tuple[Release, ...]
    is_general: bool = False


def planned(
    files: Iterable[FileFacts], names: Iterable[str], placeholders: Mapping[str, str], tree: Tree
) -> list[Planned]:
    """The charts to render: those in which a template, a helper or a file of values names something of ours, or whose
    releases do. `names` are all files of the project, as they are shown."""
    files, names = tuple(files), tuple(names)
    charts = [name for name in names if os.path.basename(name) == "Chart.yaml"]
    releases: list[Release] = []
    if charts:
        parts = (release for name in charts for release in taking_in(name, tree))
        releases = [*_releases(files, tree), *_by_helmfile(names), *parts]
    templates: dict[str, dict[str, str]] = {}
    general: set[str] = set()
    for name in charts:
        folder = _outermost(os.path.dirname(os.path.realpath(name)), tree)
        if folder in templates:
            continue
        if has_something_of_ours(tree.there(folder)):
            templates[folder] = {}
        elif any(one.chart == folder and _gives_something_of_ours(one, tree) for one in releases):
            templates[folder] = {}
            general.add(folder)
    for item in files:
        path = os.path.realpath(item.source.name)
        folder = next((folder for folder in templates if path.startswith(os.path.join(folder, ""))), "")
        if folder and os.path.relpath(path, folder).replace(os.sep, "/").startswith(("templates/", "charts/")):
            templates[folder][path] = item.source.name
    if not templates:
        return []
    return [
        Planned(
            folder,
            names_,
            tuple(_of(folder, releases, tree) or own_values(folder, tree, placeholders)),
            folder in general,
        )
        for folder, names_ in templates.items()
    ]


def _gives_something_of_ours(release: Release, tree: Tree) -> bool:
    """Whether a release gives a chart something of ours that its templates do not name: a role for a service account in
    the values of a chart for anything."""
    texts = [str(release.values), *release.sets]
    for path in release.files:
        with suppress(OSError):
            texts.append(decode(read_bytes(tree.there(path))))
    return any(map(names_a_group, texts))


def _of(folder: str, releases: list[Release], tree: Tree) -> list[Release]:
    """The releases of a chart and of charts in it; where there are none, those whose chart is not known, or has its
    name."""
    own = [release for release in releases if release.chart == folder]
    inner = [
        release._replace(unknown=f"{release.what} releases a chart in it by itself")
        for release in releases
        if release.chart.startswith(os.path.join(folder, ""))
    ]
    if own or inner:
        return [*own, *inner]
    name = chart_name(folder, tree)
    return [release for release in releases if not release.chart and release.called in ("", name)]


def _releases(files: tuple[FileFacts, ...], tree: Tree) -> Iterator[Release]:
    kustomizations = [one for item in files for one in item.kustomizations]
    patches = {path for one in kustomizations for path in one.patch_files}
    for item in files:
        path = os.path.realpath(item.source.name)
        if not may_release(item.source.text) or path in patches:
            continue
        change = _change(kustomizations, path)
        for one in releases_in(item.source, tree.top_of(item.source.name), tree):
            yield one._replace(unknown=one.unknown or (f"{change} changes {one.what}" if change else ""))
    for kustomization in kustomizations:
        if "helmCharts" in kustomization.remotes:
            yield Release("", kustomization.what, unknown=f"{kustomization.what} releases charts (helmCharts)")


def _by_helmfile(names: tuple[str, ...]) -> Iterator[Release]:
    """A helmfile may release any chart, with values that are not followed."""
    for name in names:
        if os.path.basename(name).startswith("helmfile.") or "helmfile.d" in name.split(os.sep):
            yield Release("", name, unknown=f"{name} may release it, and helmfiles are not followed")


def _change(kustomizations: list[Kustomization], path: str) -> str:
    """What changes a release before it is applied; "" for nothing."""
    changing = [one for one in kustomizations if one.patches or one.namespace or one.renamings or one.substitutes]
    if not changing:
        return ""
    reach = Reach(tuple(kustomizations), [path])
    return next((one.what for one in changing if path in reach.reached(one)), "")


def _outermost(folder: str, tree: Tree) -> str:
    """Of charts within charts the outermost, with which the others are rendered."""
    outermost, above = folder, os.path.dirname(folder)
    while os.path.basename(above) == "charts":
        above = os.path.dirname(above)
        if os.path.isfile(tree.there(os.path.join(above, "Chart.yaml"))):
            outermost = above
        above = os.path.dirname(above)
    return outermost
