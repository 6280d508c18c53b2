"""What kustomize may refuse of a kustomization that changes nothing of ours, as far as it can be told without it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping

from ..iam.expressions import expression
from ..kustomize.reach import Root
from ..project.file_facts import FileFacts
from ..text.files import read_bytes
from .tree import Tree

_KIND = expression(rb"^kind:", re.MULTILINE)


def names_in(files: Iterable[FileFacts]) -> dict[str, list[tuple[str, str, str, str]]]:
    """The objects in each file (real path), as kustomize tells them apart: group, kind, namespace and name."""
    names: dict[str, list[tuple[str, str, str, str]]] = {}
    for item in files:
        made = [one.object for seen in item.seen for one in seen.sightings if not one.object.origin.path]
        called = [(one.api_version.partition("/")[0], one.kind, one.namespace, one.name) for one in made]
        if called:
            names[os.path.realpath(item.source.name)] = called
    return names


def is_odd(root: Root, names: Mapping[str, list[tuple[str, str, str, str]]], tree: Tree) -> bool:
    """Whether kustomize may refuse what adds nothing: for a field that is not read here, or for what it takes in, which
    is a component, outside of its folder, twice there, or no object."""
    if not all(one.is_plain for one in root.parts):
        return True
    called = [name for path in root.files for name in names.get(path, ())]
    if len(set(called)) < len(called):
        return True
    components = {one.folder for one in root.parts if one.is_component}
    for one in root.parts:
        for path in one.builds:
            is_folder = os.path.isdir(tree.there(path))
            if path in components or (not is_folder and not path.startswith(os.path.join(one.folder, ""))):
                return True
            if not is_folder and path not in names and not _holds_an_object(tree.there(path)):
                return True
    return False


def _holds_an_object(path: str) -> bool:
    """Whether a file may hold an object; one that cannot be read is told where it is read."""
    try:
        return _KIND.search(read_bytes(path)) is not None
    except OSError:
        return True
