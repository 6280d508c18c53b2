"""Manifests as a git revision has them, read through the git command; nothing is checked out."""

from __future__ import annotations

import os
import posixpath
import subprocess
from collections.abc import Iterator
from typing import NamedTuple

from ..errors import UsageError
from ..text.files import is_manifest

_TIMEOUT = 120
_MOST_LINKS = 20


class Revision(NamedTuple):
    """A commit: as it was asked for, its id, and the top folder of the work tree (absolute)."""

    name: str
    commit: str
    top: str


class Held(NamedTuple):
    """What a commit has below some paths: (path from the working folder, bytes) of every manifest, and what could not
    be read (path, reason)."""

    files: tuple[tuple[str, bytes], ...]
    unreadable: tuple[tuple[str, str], ...]


class _Entry(NamedTuple):
    kind: str
    identity: str


def find_revision(name: str) -> Revision | None:
    """The commit a name stands for (a branch, a tag, an id; `A...B` for the merge base of the two), or None. Raises
    UsageError where git cannot be asked."""
    top = _git("rev-parse", "--show-toplevel")
    if top is None or not name:
        return None
    first, dots, second = name.partition("...")
    if dots:
        found = _git("merge-base", "--", first or "HEAD", second or "HEAD") if not name.startswith("-") else None
    else:
        found = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    return Revision(name, found.decode().strip(), os.fsdecode(top).rstrip("\n")) if found else None


def manifests_of(revision: Revision, roots: tuple[str, ...]) -> Held:
    """Every manifest of the commit below these paths. Links within the work tree are followed; what a link or a
    submodule holds elsewhere could not be read. Raises UsageError for paths outside the work tree."""
    tree = _tree(revision)
    wanted: dict[str, str] = {}
    unreadable: list[tuple[str, str]] = []
    for root in dict.fromkeys(within(revision, root) for root in roots):
        for name, entry in _below(tree, root, "", unreadable):
            wanted.setdefault(name, entry.identity)
    names = [os.path.relpath(os.path.join(revision.top, name)) for name in wanted]
    contents = _contents(list(wanted.values()))
    return Held(tuple(zip(names, contents, strict=True)), tuple(unreadable))


def text_at(revision: Revision, path: str) -> bytes | None:
    """The bytes of one file (by its path from the working folder) in the commit; None where it has none."""
    try:
        name = within(revision, path)
    except UsageError:
        return None
    return _git("cat-file", "blob", f"{revision.commit}:{name}")


def within(revision: Revision, path: str) -> str:
    """A path (from the working folder) as the commit names it. Raises UsageError where it is outside."""
    folder, name = os.path.split(os.path.abspath(path))
    # The folder is resolved, the last part is not: a link has its own place in the tree.
    found = os.path.relpath(os.path.join(os.path.realpath(folder), name), os.path.realpath(revision.top))
    if found == ".." or found.startswith("../"):
        raise UsageError(f"{path} is outside the git work tree {revision.top}, so {revision.name} says nothing of it")
    return found.replace(os.sep, "/")


def _tree(revision: Revision) -> dict[str, _Entry]:
    """Everything in the commit by its path from the top: blob, link, or commit (a submodule)."""
    found = {}
    for line in filter(None, _asked("ls-tree", "-r", "-z", "--full-tree", revision.commit).split(b"\0")):
        about, _, path = line.partition(b"\t")
        mode, kind, identity = about.decode().split()
        found[os.fsdecode(path)] = _Entry("link" if mode == "120000" else kind, identity)
    return found


def _below(
    tree: dict[str, _Entry], root: str, shown: str, unreadable: list[tuple[str, str]], depth: int = 0
) -> Iterator[tuple[str, _Entry]]:
    """(path, entry) of the manifests below a path, or of the file itself; `shown` is what stands for the path where a
    link leads to it."""
    prefix = "" if root == "." else root + "/"
    for name, entry in tree.items():
        if name != root and not name.startswith(prefix):
            continue
        rest = "" if name == root else name[len(prefix) :]
        path = posixpath.join(shown, rest) if shown and rest else shown or name
        if entry.kind == "commit":
            unreadable.append((path, "a submodule, which the revision only names"))
        elif entry.kind == "link":
            yield from _behind(tree, name, path, entry, unreadable, depth)
        elif not rest or is_manifest(rest):
            yield path, entry


def _behind(
    tree: dict[str, _Entry], name: str, path: str, entry: _Entry, unreadable: list[tuple[str, str]], depth: int
) -> Iterator[tuple[str, _Entry]]:
    """What a link leads to."""
    target = posixpath.normpath(posixpath.join(posixpath.dirname(name), os.fsdecode(next(_contents([entry.identity])))))
    is_folder = any(other.startswith(target + "/") for other in tree)
    if depth >= _MOST_LINKS or not (target in tree or is_folder):
        if is_manifest(path):
            unreadable.append((path, "a link that leads out of the revision"))
        return
    if name.startswith(target + "/"):
        return  # a folder that holds the link itself: it was listed already
    for found, behind in _below(tree, target, path, unreadable, depth + 1):
        if is_manifest(found):
            yield found, behind


def _contents(identities: list[str]) -> Iterator[bytes]:
    """The bytes of many objects, asked for at once."""
    out = _asked("cat-file", "--batch", stdin="".join(f"{item}\n" for item in identities).encode())
    place = 0
    for _ in identities:
        end = out.index(b"\n", place)
        about = out[place:end].split()
        if len(about) != 3:
            raise UsageError("git lacks a part of this revision; fetch it whole (a partial clone, perhaps)")
        size = int(about[2])
        yield out[end + 1 : end + 1 + size]
        place = end + size + 2


def _asked(*arguments: str, stdin: bytes = b"") -> bytes:
    found = _git(*arguments, stdin=stdin)
    if found is None:
        raise UsageError(f"git {arguments[0]} failed; is this work tree whole?")
    return found


def _git(*arguments: str, stdin: bytes = b"") -> bytes | None:
    """What git prints; None where it refuses. It runs in the working folder and writes nothing.

    The variables that hooks set name one repository and its index, from wherever the hook was called: left out, git
    finds the work tree by the working folder.
    """
    kept = {name: value for name, value in os.environ.items() if name not in _OF_HOOKS}
    try:
        done = subprocess.run(  # noqa: S603  # a list of arguments, no shell
            ("git", *_NO_COMMANDS, *arguments),  # noqa: S607  # git is where PATH has it
            input=stdin,
            capture_output=True,
            check=False,
            env={**kept, **_QUIET, "LC_ALL": "C"},
            timeout=_TIMEOUT,
        )
    except FileNotFoundError:
        raise UsageError("git is not installed, and without it no revision can be read") from None
    except subprocess.TimeoutExpired:
        raise UsageError(f"git {arguments[0]} gave no answer within {_TIMEOUT} s") from None
    if b"dubious ownership" in done.stderr:
        raise UsageError("git refuses to read this work tree, which belongs to somebody else (git: safe.directory)")
    return done.stdout if done.returncode == 0 else None


_NO_COMMANDS = (
    "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.sshCommand=false",
    "-c", "credential.helper=", "-c", "core.pager=cat", "-c", "core.askPass=false", "-c", "protocol.allow=never",
    "--no-pager", "--no-replace-objects",
)  # fmt: skip
"""A configuration in the repository may be somebody else's, and may name commands; none of them is to run. Those that
git runs on its own accord (git-config: core.fsmonitor, core.hooksPath, core.sshCommand, credential.helper) are switched
off, and so is fetching (a promisor remote, `protocol.allow`)."""

_QUIET = {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0"}

_OF_HOOKS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR")
