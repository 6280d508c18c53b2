"""What kustomize builds of the kustomizations of a project that nobody else takes in.

Each is built through a throwaway one that includes it and asks for the origin of every object, since the file that an
object comes from is where a finding about it has to point (kustomize, "buildMetadata: originAnnotations"). Nothing is
fetched: a kustomization that takes in something from elsewhere is not built.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from ..kustomize.model import Kustomization
from ..kustomize.reach import Reach, Root
from ..progress import Observe, unobserved
from ..project.file_facts import FileFacts, facts_of
from ..project.rendered import Rendering
from ..text.source import Source
from .programs import Answer, run
from .tree import HERE, Tree

MOST_BUILT = 300
"""Kustomizations that are built in a run, a fifth of a second each; with more, all stay as they are written."""


def find_kustomize() -> list[str] | None:
    """The command that builds a kustomization; None where there is none on PATH."""
    for command in (["kustomize", "build"], ["kubectl", "kustomize"]):
        found = shutil.which(command[0])
        if found:
            return [found, *command[1:]]
    return None


def roots_of(files: Iterable[FileFacts]) -> list[Root]:
    """The kustomizations to build: those that change something, with an object of ours in what they take in."""
    files = tuple(files)
    found = tuple(one for item in files for one in item.kustomizations)
    if not any(_changes(one) for one in found):
        return []
    ours = frozenset(os.path.realpath(item.source.name) for item in files if item.seen)
    return [root for root in Reach(found, ours).roots() if root.files and any(_changes(one) for one in root.parts)]


def build(
    roots: Iterable[Root], command: list[str], tree: Tree = HERE, observe: Observe = unobserved
) -> tuple[Rendering, ...]:
    """Builds these kustomizations, in the order in which they are given."""
    roots = list(roots)
    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
        made = []
        for done, one in enumerate(pool.map(lambda root: _build(root, command, tree), roots)):
            observe("building kustomizations", done, len(roots))
            made.append(one)
    return tuple(made)


def _build(root: Root, command: list[str], tree: Tree) -> Rendering:
    folder, what = (
        tree.there(root.kustomization.folder),
        f"kustomize build {os.path.dirname(root.kustomization.file) or '.'}",
    )
    unfit = _unfit(root, tree)
    if unfit:
        return Rendering(root, what, "", None, unfit, is_unfit=True)
    with tempfile.TemporaryDirectory(prefix="checker-") as made:
        home = os.path.realpath(made)
        text = f"resources: [{_quoted(os.path.relpath(folder, home))}]\nbuildMetadata: [originAnnotations]\n"
        with open(os.path.join(home, "kustomization.yaml"), "w", encoding="utf-8") as file:
            file.write(text)
        answer = run([*command, home], home)
        if answer.failed:
            return Rendering(root, what, home, None, _local(answer, home, folder, tree))
        (facts,) = facts_of([Source(f"{root.kustomization.file} (built)", answer.text)])
    if facts.broken:
        return Rendering(root, what, home, None, f"what it prints cannot be read: {facts.broken[0].message}")
    return Rendering(root, what, home, facts, copy=(tree.copy, tree.top))


def _changes(one: Kustomization) -> bool:
    return bool(one.patches or one.patch_files or one.renamings or one.labels or one.namespace)


def _unfit(root: Root, tree: Tree) -> str:
    """Why a kustomization is not built: it takes in what is not in the project; "" where it can be."""
    top = os.path.join(tree.top_of(root.kustomization.file), "")
    for one in root.parts:
        if one.remotes:
            return f"it takes in {one.remotes[0]}, which is not fetched"
        for path in (*one.builds, *one.components):
            if not os.path.exists(tree.there(path)):
                return f"it takes in {os.path.relpath(path)}, which is not there"
            if not os.path.join(tree.real(path), "").startswith(top):
                return f"it takes in {os.path.relpath(path)}, which is outside of the project"
    return ""


def _quoted(path: str) -> str:
    return "'" + path.replace(os.sep, "/").replace("'", "''") + "'"


def _local(answer: Answer, home: str, folder: str, tree: Tree) -> str:
    """What kustomize said of this folder, without paths of this machine, and without what it says of the kustomization
    that was put around it. What counts stands at the end."""
    said = answer.failed.rpartition(f"recursed accumulation of path '{folder}': ")[2]
    said = tree.told(said.replace(f"{home}/", "").replace(home, "."))
    return said if len(said) <= _LONGEST else f"…{said[1 - _LONGEST :]}"


_LONGEST = 300
