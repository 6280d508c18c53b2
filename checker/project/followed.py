"""What kustomizations take in from outside of the folders that were read.

`manifests:` may name the overlays alone. What these take in becomes part of what they build, and so of the project:
`resources`, `components` and files of patches (kubectl.docs.kubernetes.io/references/kustomize/kustomization), as long
as they are within the work tree.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from ..ack.scan import KUSTOMIZATIONS
from ..iam.values import NamedTuple
from ..kustomize.model import Kustomization
from ..kustomize.reach import top_of
from .file_facts import FileFacts, facts_of
from .inputs import has_something_of_ours
from .reading import Read, read_paths


class Reader(NamedTuple):
    """How files are had: whether there is one of this path, and what comes of reading some of them."""

    is_file: Callable[[str], bool]
    read: Callable[[tuple[str, ...]], Read]


HERE = Reader(os.path.isfile, read_paths)
"""The working folder as it is."""


def follow(
    names: tuple[str, ...], files: tuple[FileFacts, ...], reader: Reader, known: tuple[FileFacts, ...] = ()
) -> tuple[Read, tuple[FileFacts, ...]]:
    """What the kustomizations among these files take in, and those in turn that they find there, besides the files that
    were read already (`names`): what came of reading it, and the facts, which may be `known`."""
    pending: tuple[FileFacts, ...] = files
    seen = set(map(os.path.abspath, names)) if any(item.kustomizations for item in files) else set()
    facts: tuple[FileFacts, ...] = ()
    all_names: tuple[str, ...] = ()
    unreadable: tuple[tuple[str, str], ...] = ()
    passed_over = 0
    while any(item.kustomizations for item in pending):
        paths = tuple(dict.fromkeys(_missing(pending, seen, reader)))
        if not paths:
            break
        read = reader.read(paths)
        seen.update(map(os.path.abspath, (*paths, *read.names)))
        pending = facts_of(read.sources, known)
        facts += pending
        all_names += read.names
        unreadable += read.unreadable
        passed_over += read.passed_over
    return Read(tuple(item.source for item in facts), all_names, passed_over, (), unreadable), facts


def _missing(files: tuple[FileFacts, ...], seen: set[str], reader: Reader) -> Iterator[str]:
    real: set[str] | None = None
    for one in (one for item in files for one in item.kustomizations):
        for path in _taken_in(one):
            top = os.path.join(top_of(one.folder) or os.path.realpath(os.curdir), "")
            shown = os.path.relpath(path) if path not in seen and path.startswith(top) else ""
            if not shown or not reader.is_file(shown) or not os.path.realpath(path).startswith(top):
                continue
            # Paths of kustomizations are real ones; a file may have been read by way of a link.
            real = {os.path.realpath(name) for name in seen} if real is None else real
            if path not in real:
                yield shown


def _taken_in(one: Kustomization) -> Iterator[str]:
    """The files that a kustomization may take in. What Flux and Argo CD deploy may be of another repository."""
    if one.below is None:
        for path in (*one.builds, *one.components):
            yield path
            yield from (os.path.join(path, name) for name in KUSTOMIZATIONS)
    yield from one.patch_files


def deployed_elsewhere(names: tuple[str, ...], files: tuple[FileFacts, ...]) -> Iterator[tuple[str, str]]:
    """(path, reason) of the folders of the work tree that Flux or Argo CD deploy, that hold something of ours, and of
    which nothing was read. They are not followed: the repository that is meant may be another one."""
    deployers = [one for item in files for one in item.kustomizations if one.is_deployer]
    read = list(map(os.path.realpath, names)) if deployers else []
    for one in deployers:
        top = top_of(one.folder) or os.path.realpath(os.curdir)
        folder = os.path.normpath(os.path.join(top, one.below or ""))
        if not folder.startswith(os.path.join(top, "")) or not os.path.isdir(folder):
            continue
        if not any(name.startswith(os.path.join(folder, "")) for name in read) and has_something_of_ours(folder):
            yield os.path.relpath(folder), f"{one.what} in {one.file} deploys it, and it is not among the manifests"
