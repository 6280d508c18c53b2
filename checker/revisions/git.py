"""Manifests as a git revision has them, read through the git command; nothing is checked out."""

from __future__ import annotations

import os
import posixpath
import subprocess
from collections.abc import Callable, Iterator
from functools import lru_cache

from ..errors import UsageError
from ..iam.values import NamedTuple
from ..text.files import is_listed
from ..text.links import below

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
        commit_id = _git("merge-base", "--", first or "HEAD", second or "HEAD") if not name.startswith("-") else None
    else:
        commit_id = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    return Revision(name, commit_id.decode().strip(), os.fsdecode(top).rstrip("\n")) if commit_id else None


def manifests_of(revision: Revision, roots: tuple[str, ...]) -> Held:
    """Every manifest of the commit below these paths. Links within the work tree are followed; what a link or a
    submodule holds elsewhere could not be read. Raises UsageError for paths outside the work tree."""
    tree = _tree(revision.commit)
    wanted: dict[str, str] = {}
    unreadable: list[tuple[str, str]] = []
    walk = _Walk(tree, unreadable, set())
    for root in dict.fromkeys(within(revision, root) for root in roots):
        target = _behind_links(tree, root)
        if target is None:
            unreadable.append((root, "a link that leads out of the revision"))
            continue
        for name, entry in _below(walk, target, root if target != root else ""):
            wanted.setdefault(name, entry.identity)
    names = [os.path.relpath(os.path.join(revision.top, name)) for name in wanted]
    contents = _contents(list(wanted.values()))
    return Held(tuple(zip(names, contents, strict=True)), tuple(unreadable))


def write_out(revision: Revision, folder: str) -> tuple[str, str]:
    """Writes the files of the commit below a folder, and the links that do not lead out of it. Returns the real paths
    of the top of the work tree and of the folder. Raises UsageError where git lacks a part of it."""
    copy = os.path.realpath(folder)
    entries = [(name, entry) for name, entry in _tree(revision.commit).items() if entry.kind != "commit"]
    contents = list(_contents([entry.identity for _, entry in entries]))
    targets = {entry.identity: os.fsdecode(data) for (_, entry), data in zip(entries, contents, strict=True)}
    tree = dict(entries)
    links: list[tuple[str, str]] = []
    for (name, entry), data in zip(entries, contents, strict=True):
        path = os.path.normpath(os.path.join(copy, *name.split("/")))
        if not path.startswith(os.path.join(copy, "")):
            raise UsageError(f"{revision.name} has a file {name}, which is outside of it")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if entry.kind == "link":
            # A link that leads out, by way of other links perhaps, might lead into the work tree as it is now.
            if _behind_links(tree, name, targets.__getitem__) is not None:
                links.append((path, os.fsdecode(data)))
        else:
            with open(path, "wb") as file:
                file.write(data)
    # Links come last, so that no file is written through one.
    for path, target in links:
        os.symlink(target, path)
    return os.path.realpath(revision.top), copy


def text_at(revision: Revision, path: str) -> bytes | None:
    """The bytes of one file (by its path from the working folder) in the commit, whose links are followed; None where
    the commit has no such file. Raises UsageError where git lacks its bytes."""
    entry = _file(revision, path)
    return next(_contents([entry.identity])) if entry is not None else None


def identity_of(revision: Revision, path: str) -> str:
    """What git calls the bytes of a file of the commit (by its path from the working folder); "" where it has none."""
    entry = _file(revision, path)
    return entry.identity if entry is not None else ""


def _file(revision: Revision, path: str) -> _Entry | None:
    try:
        name = within(revision, path)
    except UsageError:
        return None
    tree = _tree(revision.commit)
    entry = tree.get(_behind_links(tree, name) or "")
    return entry if entry is not None and entry.kind == "blob" else None


def led_elsewhere(revision: Revision, names: tuple[str, ...]) -> tuple[str, ...]:
    """The files of the commit with one of these names that a link in the working folder hides: paths are resolved
    there, and whoever proposes a change chooses its links."""
    tree, top = _tree(revision.commit), os.path.realpath(revision.top)
    hidden = []
    for path in tree:
        if path.rpartition("/")[2] in names:
            there = os.path.relpath(os.path.realpath(os.path.join(top, path)), top).replace(os.sep, "/")
            if there != _behind_links(tree, path):
                hidden.append(os.path.relpath(os.path.join(revision.top, path)))
    return tuple(hidden)


def within(revision: Revision, path: str) -> str:
    """A path (from the working folder) as the commit names it. Raises UsageError where it is outside.

    Links are resolved only on the way to the work tree: within it, what is a link now need not have been one in the
    commit, and whoever proposes a change chooses its links.
    """
    relative = below(path, revision.top)
    if relative is None:
        raise UsageError(f"{path} is outside the git work tree {revision.top}, so {revision.name} says nothing of it")
    return relative.replace(os.sep, "/")


@lru_cache(maxsize=4)
def _tree(commit: str) -> dict[str, _Entry]:
    """Everything in the commit by its path from the top: blob, link, or commit (a submodule)."""
    entries = {}
    for line in filter(None, _asked("ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0")):
        about, _, path = line.partition(b"\t")
        mode, kind, identity = about.decode().split()
        entries[os.fsdecode(path)] = _Entry("link" if mode == "120000" else kind, identity)
    return entries


class _Walk(NamedTuple):
    """The walk through a tree: what of it could not be read, and the folders that links have already led to."""

    tree: dict[str, _Entry]
    unreadable: list[tuple[str, str]]
    entered: set[str]


def _below(walk: _Walk, root: str, shown: str, depth: int = 0) -> Iterator[tuple[str, _Entry]]:
    """(path, entry) of the manifests below a path, or of the file itself; `shown` replaces the path where a link led
    to it."""
    prefix = "" if root == "." else root + "/"
    for name, entry in walk.tree.items():
        if name != root and not name.startswith(prefix):
            continue
        rest = "" if name == root else name[len(prefix) :]
        path = posixpath.join(shown, rest) if shown and rest else shown or name
        if entry.kind == "commit":
            walk.unreadable.append((path, "a submodule, which the revision only names"))
        elif entry.kind == "link":
            yield from _behind(walk, name, path, depth)
        elif not rest or is_listed(rest):
            yield path, entry


def _behind(walk: _Walk, name: str, path: str, depth: int) -> Iterator[tuple[str, _Entry]]:
    """The manifests that a link leads to; each folder is listed once, as in the working folder."""
    target = _behind_links(walk.tree, name)
    if depth >= _MOST_LINKS or target is None:
        if is_listed(path):
            walk.unreadable.append((path, "a link that leads out of the revision"))
        return
    if name.startswith(target + "/") or target in walk.entered:
        return  # a folder that holds the link itself, or that was listed already
    if target not in walk.tree:
        walk.entered.add(target)
    for manifest_path, entry in _below(walk, target, path, depth + 1):
        if is_listed(manifest_path):
            yield manifest_path, entry


def _behind_links(tree: dict[str, _Entry], name: str, target_of: Callable[[str], str] | None = None) -> str | None:
    """Where a path leads by the links of the tree; None where that is outside, nowhere, or in circles. `target_of` says
    what the link with an identity holds."""
    parts = [part for part in name.split("/") if part != "."]
    done: list[str] = []
    for _ in range(_MOST_LINKS * 20):
        if not parts:
            reached = "/".join(done) or "."
            return reached if reached in tree or reached == "." or _is_folder(tree, reached) else None
        part = parts.pop(0)
        if part == "..":
            if not done:
                return None
            done.pop()
            continue
        done.append(part)
        entry = tree.get("/".join(done))
        if entry is not None and entry.kind == "link":
            target = (target_of or _target)(entry.identity)
            if target.startswith("/"):
                return None
            done.pop()
            parts = [*(item for item in target.split("/") if item not in ("", ".")), *parts]
    return None


def _is_folder(tree: dict[str, _Entry], name: str) -> bool:
    return any(path.startswith(name + "/") for path in tree)


@lru_cache(maxsize=4096)
def _target(identity: str) -> str:
    return os.fsdecode(next(_contents([identity])))


def _contents(identities: list[str]) -> Iterator[bytes]:
    """The bytes of many objects, asked for at once."""
    out = _asked("cat-file", "--batch", stdin="".join(f"{item}\n" for item in identities).encode())
    offset = 0
    for _ in identities:
        end = out.index(b"\n", offset)
        about = out[offset:end].split()
        if len(about) != 3:
            raise UsageError("git lacks a part of this revision; fetch it whole (a partial clone, perhaps)")
        size = int(about[2])
        yield out[end + 1 : end + 1 + size]
        offset = end + size + 2


def _asked(*arguments: str, stdin: bytes = b"") -> bytes:
    output = _git(*arguments, stdin=stdin)
    if output is None:
        raise UsageError(f"git {arguments[0]} failed; is this work tree whole?")
    return output


def _git(*arguments: str, stdin: bytes = b"") -> bytes | None:
    """What git prints; None where it refuses. It runs in the working folder and writes nothing.

    Inside a git hook, variables name the hook's repository and its index; without them git finds the work tree by the
    working folder.
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
    "-c", "safe.bareRepository=explicit", "-c", "credential.helper=", "-c", "core.pager=cat",
    "-c", "core.askPass=false", "-c", "protocol.allow=never", "--no-pager", "--no-replace-objects",
)  # fmt: skip
"""A configuration in the repository may be somebody else's, and may name commands; none of them is to run. Those that
git runs of its own accord (git-config: core.fsmonitor, core.hooksPath, core.sshCommand, credential.helper) are switched
off, and so is fetching (a promisor remote, `protocol.allow`). A bare repository among the files is not taken for one.
"""

_QUIET = {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0"}

_OF_HOOKS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR")
