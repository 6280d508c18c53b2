"""Renders a project's kustomizations and charts again, with other texts of some files, so that edits can be proven.

Nothing in the project is touched. What a kustomization or a chart takes in is copied, the edits are made in the copy,
and that is rendered.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..kustomize.reach import Root
from ..project.charts import Chart
from ..project.file_facts import FileFacts
from ..project.rendered import Rendering
from ..text.files import read_bytes
from ..text.source import encode, encoding_of
from . import helm, kustomize
from .plan import Planned, planned
from .tree import HERE, Tree


def render_again(
    files: Sequence[FileFacts],
    names: Sequence[str],
    placeholders: Mapping[str, str],
    edited: Mapping[str, str],
    before: tuple[tuple[Rendering, ...], tuple[Chart, ...]],
) -> tuple[tuple[Rendering, ...], tuple[Chart, ...]]:
    """The renderings and charts of a project with the `edited` texts (by name of the file), which are in `files`
    already; those that take in none of these files stay as they were `before`."""
    renderings, charts = before
    paths = {os.path.realpath(name) for name in edited}
    rendered = {one.what for one in renderings}
    roots = [one for one in kustomize.roots_of(files, HERE) if one.what in rendered and paths & _taken_in(one)]
    plans = [one for one in planned(files, names, placeholders, HERE) if paths & _inputs(one, paths)] if charts else []
    build, template = kustomize.find_kustomize() if roots else None, helm.find_helm() if plans else None
    with tempfile.TemporaryDirectory(prefix="checker-") as folder:
        tree = Tree(HERE.top_of(next(iter(edited))), os.path.realpath(folder))
        _copy((path for one in roots for path in _needed(one)), tree)
        _copy((path for one in plans for path in _inputs(one, paths)), tree)
        for name, text in edited.items():
            _write(os.path.realpath(name), text, tree)
        built = kustomize.build(roots, build, tree) if build else ()
        rendered_charts = helm.render(plans, template, tree) if template else ()
    new = {one.what: one for one in built}
    new_charts = {one.source.name: one for one in rendered_charts}
    return (
        tuple(new.get(one.what, one) for one in renderings),
        tuple(new_charts.get(one.source.name, one) for one in charts),
    )


def _taken_in(root: Root) -> frozenset[str]:
    parts = {path for part in root.parts for path in (os.path.realpath(part.file), *part.patch_files)}
    return root.files | parts


def _needed(root: Root) -> Iterator[str]:
    for part in root.parts:
        yield part.folder
        yield from (*part.builds, *part.components, *part.patch_files, *part.configurations)


def _inputs(chart: Planned, edited: set[str]) -> set[str]:
    """The folder of a chart, its files of values and releases, and those of the `edited` files that are in it."""
    inside = {path for path in edited if path.startswith(os.path.join(chart.folder, ""))}
    files = {os.path.realpath(path) for release in chart.releases for path in (*release.files, release.source) if path}
    return {chart.folder} | inside | files


def _copy(paths: Iterable[str], tree: Tree) -> None:
    """Copies these files and folders, as far as they are in the project. What is not copied is not found there, so that
    rendering fails."""
    for path in paths:
        there = tree.there(path)
        if there == path:
            continue
        if os.path.isdir(path):
            ignored = shutil.ignore_patterns(".git")
            shutil.copytree(path, there, symlinks=True, dirs_exist_ok=True, ignore=ignored)
        elif os.path.isfile(path):
            os.makedirs(os.path.dirname(there), exist_ok=True)
            shutil.copyfile(path, there)


def _write(path: str, text: str, tree: Tree) -> None:
    there = tree.there(path)
    if there == path or not os.path.isfile(there):
        return  # nothing that is rendered takes it in
    data = encode(text, encoding_of(read_bytes(path)))
    with open(there, "wb") as file:
        file.write(data)
