"""What kustomize builds of the kustomizations of a project that nobody else takes in.

Each is built through a throwaway one that includes it and asks for the origin of every object, since the file that an
object comes from is where a finding about it has to point (kustomize, "buildMetadata: originAnnotations"). Nothing is
fetched: a kustomization that takes in something from elsewhere is not built.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator

from ..ack.scan import KUSTOMIZATIONS, names_a_group
from ..iam.expressions import expression
from ..iam.values import NamedTuple
from ..kustomize.generated import generated
from ..kustomize.reach import Reach, Root
from ..progress import Observe, unobserved
from ..project.file_facts import FileFacts, facts_of
from ..project.inputs import files_named, may_release
from ..project.rendered import Rendering
from ..text.files import find_files, is_manifest, read_bytes
from ..text.source import Source, decode
from .odd import is_odd, names_in
from .programs import Answer, run, side_by_side
from .tree import HERE, Tree

MOST_BUILT = 300
"""Kustomizations that are built in a run, a fifth of a second each; with more, all stay as they are written."""


def find_kustomize() -> list[str] | None:
    """The command that builds a kustomization; None where there is none on PATH."""
    for command in (["kustomize", "build"], ["kubectl", "kustomize"]):
        program = shutil.which(command[0])
        if program:
            return [program, *command[1:]]
    return None


def roots_of(files: Iterable[FileFacts], tree: Tree) -> list[Root]:
    """The kustomizations to build: those that take in an object of ours and change something, cannot be read as a whole
    here, or take in with other files what another takes in too; and those that share a file with one of these, since
    what is built is judged in place of the files."""
    files = tuple(files)
    written = tuple(one for item in files for one in item.kustomizations)
    if not written:
        return []
    ours = frozenset(os.path.realpath(item.source.name) for item in files if item.seen)
    kustomizations = (*written, *generated(written, ours))
    known = frozenset(one.folder for one in kustomizations)
    roots = [
        root
        for root in Reach(kustomizations, ours).roots(_deployed(files, tree))
        if root.files or any(_holds_ours(path, ours, tree) for path in _unread(root, known, tree))
    ]
    taken_in = Counter(path for root in roots for path in root.files)
    # What several take in, each with other files beside it, is another thing in each of them.
    several = {path for path, times in taken_in.items() if times > 1}
    differ = len({root.files for root in roots if root.files & several}) > 1
    built = [
        root for root in roots if _needs_building(root, known, tree) or (differ and not several.isdisjoint(root.files))
    ]
    names = names_in(files)
    chosen = set(map(id, built))
    odd = [root for root in roots if id(root) not in chosen and is_odd(root, names, tree)]
    built += odd if len(built) + len(odd) <= MOST_BUILT else []
    while True:
        paths = {path for root in built for path in root.files}
        more = [root for root in roots if root not in built and not paths.isdisjoint(root.files)]
        if not more:
            return [root for root in roots if root in built]
        built += more


def _needs_building(root: Root, known: frozenset[str], tree: Tree) -> bool:
    return any(one.adds for one in root.parts) or bool(_unfit(root, tree).why) or any(_unread(root, known, tree))


def _unread(root: Root, known: frozenset[str], tree: Tree) -> Iterator[str]:
    """What a kustomization takes in and nobody here reads: files that are no manifests by their name, and folders whose
    kustomization is not among the `known`."""
    for part in root.parts:
        for path in (*part.builds, *part.components):
            there = tree.there(path)
            if path not in known if os.path.isdir(there) else os.path.isfile(there) and not is_manifest(path):
                yield path


def _holds_ours(path: str, ours: frozenset[str], tree: Tree) -> bool:
    """Whether a file names a group of ours, or a folder has a file of ours in it."""
    if os.path.isdir(tree.there(path)):
        return any(file.startswith(os.path.join(path, "")) for file in ours)
    try:
        return names_a_group(decode(read_bytes(tree.there(path))))
    except OSError:
        return False


def _deployed(files: tuple[FileFacts, ...], tree: Tree) -> Counter[str]:
    """How often Applications of Argo CD name each folder."""
    folders: Counter[str] = Counter()
    for item in files:
        if may_release(item.source.text):
            top = tree.top_of(item.source.name)
            folders.update(tree.real(os.path.join(top, path)) for path in _PATH.findall(item.source.text))
    return folders


_PATH = expression(r"\bpath[\"']?\s*:\s*[\"']?([^\s\"'#,{}]+)")
"""The folder that an Application deploys. Another field called `path` does no harm: its folder is built by itself."""


def build(
    roots: Iterable[Root], command: list[str], tree: Tree = HERE, observe: Observe = unobserved
) -> tuple[Rendering, ...]:
    """Builds these kustomizations, in the order in which they are given."""
    roots = list(roots)
    with side_by_side() as pool:
        renderings = []
        for done, rendering in enumerate(pool.map(lambda root: _build(root, command, tree), roots)):
            observe("building kustomizations", done, len(roots))
            renderings.append(rendering)
    return tuple(renderings)


def refused(roots: Iterable[Root], tree: Tree = HERE) -> tuple[Rendering, ...]:
    """Of these kustomizations those that kustomize would refuse, as can be told without it."""
    unfit = ((root, _unfit(root, tree)) for root in roots)
    return tuple(Rendering(root, root.what, "", None, one.why) for root, one in unfit if one.is_wrong)


def _build(root: Root, command: list[str], tree: Tree) -> Rendering:
    folder, what = tree.there(root.kustomization.folder), root.what
    unfit = _unfit(root, tree)
    if unfit.why:
        return Rendering(root, what, "", None, unfit.why, is_unfit=not unfit.is_wrong)
    is_generated = root.kustomization.is_generated
    with tempfile.TemporaryDirectory(prefix="checker-") as scratch:
        home = os.path.realpath(scratch)
        copy = os.path.join(home, "files")
        resources = _copied(root, folder, copy, tree) if is_generated else [folder]
        if not resources:
            return Rendering(root, what, "", None, _OTHERS, is_unfit=True)
        fields = {"resources": [_from(home, path) for path in resources], "buildMetadata": ["originAnnotations"]}
        if root.deployer is not None:
            added = json.loads(root.deployer.overlay)
            components = [os.path.join(folder, path) for path in added.pop("components", ())]
            if root.deployer.ignores_missing:
                components = [path for path in components if os.path.exists(path)]
            fields |= added | ({"components": [_from(home, path) for path in components]} if components else {})
        with open(os.path.join(home, "kustomization.yaml"), "w", encoding="utf-8") as file:
            json.dump(fields, file)
        # Flux lets a kustomization read all of its repository (fluxcd/pkg, kustomize/kustomize_generator.go).
        anywhere = (
            ["--load-restrictor", "LoadRestrictionsNone"] if root.is_of_flux and _reads_inside(root, tree) else []
        )
        answer = run([*command, *anywhere, home], home)
        if answer.failed:
            # What Flux makes of a folder is only made after it here.
            return Rendering(root, what, home, None, _local(answer, home, folder, tree), is_unfit=is_generated)
        (facts,) = facts_of([Source(f"{root.kustomization.file} (built)", answer.text)])
    if facts.broken:
        return Rendering(root, what, home, None, f"what it prints cannot be read: {facts.broken[0].message}")
    copies = (copy, root.kustomization.folder) if is_generated else (tree.copy, tree.top)
    return Rendering(root, what, home, facts, copy=copies)


_UNRESTRICTED = ("--load-restrictor", "LoadRestrictionsNone")


def _reads_inside(root: Root, tree: Tree) -> bool:
    """Whether all files that kustomizations name lie in the project."""
    top = os.path.join(tree.top_of(root.kustomization.file), "")
    for one in root.parts:
        if one.below is not None or one.is_generated:
            continue
        named = files_named(decode(read_bytes(tree.there(one.file))))
        paths = [tree.real(os.path.join(one.folder, name)) for name in named]
        if not all(path.startswith(top) for path in paths):
            return False
    return True


def _from(home: str, path: str) -> str:
    return os.path.relpath(path, home).replace(os.sep, "/")


def _copied(root: Root, folder: str, copy: str, tree: Tree) -> list[str]:
    """The resources of a folder without a kustomization: the folders in it that have one, and copies of the manifests
    beside them, since kustomize reads no file from outside. Nothing where Flux may leave out one of ours."""
    if any(os.path.exists(tree.there(os.path.join(path, ".sourceignore"))) for path in _upward(root, tree)):
        return []
    left = {path for path in root.kustomization.builds if not os.path.isdir(tree.there(path))}
    built = [tree.there(path) for path in root.kustomization.builds if os.path.isdir(tree.there(path))]
    listed = list(built)
    for path in find_files((folder,)).files:
        real = os.path.realpath(path)
        if any(real.startswith(os.path.join(other, "")) for other in built):
            continue
        data = read_bytes(path)
        if not (path.endswith(_TAKEN_IN) and _VERSION.search(data) and _KIND.search(data)) or os.path.islink(path):
            continue
        left.discard(os.path.join(root.kustomization.folder, os.path.relpath(path, folder)))
        target = os.path.join(copy, os.path.relpath(path, folder))
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            file.write(data)
        listed.append(target)
    return [] if left else listed


def _upward(root: Root, tree: Tree) -> Iterator[str]:
    """The folder of a kustomization and those above it, up to the top of the project."""
    path, top = root.kustomization.folder, tree.top_of(root.kustomization.file)
    while path.startswith(top):
        yield path
        path = os.path.dirname(path) if path != os.path.dirname(path) else ""


_TAKEN_IN = (".yaml", ".yml")
_OTHERS = "there is a .sourceignore, or a file that Flux does not read as one manifest"
_VERSION, _KIND = expression(rb"^apiVersion:", re.MULTILINE), expression(rb"^kind:", re.MULTILINE)


class _Unfit(NamedTuple):
    """Why a kustomization is not built ("": it can be), and whether kustomize would refuse it as well."""

    why: str = ""
    is_wrong: bool = False


def _unfit(root: Root, tree: Tree) -> _Unfit:
    """Whether a kustomization takes in what is not in the project."""
    top = os.path.join(tree.top_of(root.kustomization.file), "")
    folders = {part.folder for part in root.parts}
    for one in root.parts:
        if one.remotes:
            return _Unfit(f"it takes in {one.remotes[0]}, which is not fetched")
        for path in (*one.builds, *one.components):
            shown = os.path.relpath(path)
            if not os.path.join(tree.real(path), "").startswith(top):
                return _Unfit(f"it takes in {shown}, which is outside of the project")
            if not os.path.exists(tree.there(path)):
                if one.ignores_missing and path in one.components:
                    continue
                return _Unfit(f"it takes in {shown}, which is not there", is_wrong=True)
            if os.path.isdir(tree.there(path)) and path not in folders:
                has_one = any(os.path.exists(os.path.join(tree.there(path), name)) for name in KUSTOMIZATIONS)
                why = "whose kustomization was not read" if has_one else "a folder without a kustomization"
                return _Unfit(f"it takes in {shown}, {why}", is_wrong=not has_one)
    return _Unfit()


def _local(answer: Answer, home: str, folder: str, tree: Tree) -> str:
    """The error of kustomize about this folder, without paths of this machine and without its words on the throwaway
    kustomization. A long one is cut at the front: what counts stands at the end."""
    message = answer.failed.rpartition(f"recursed accumulation of path '{folder}': ")[2]
    message = tree.told(message.replace(f"{home}/", "").replace(home, "."))
    return message if len(message) <= _LONGEST else f"…{message[1 - _LONGEST :]}"


_LONGEST = 300
