"""Manifests as a git revision has them, read through the git command; nothing is checked out.

Links are not followed: git stores them as the text of their target.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from typing import NamedTuple

from ..errors import UsageError
from ..text.files import is_manifest

_TIMEOUT = 120


class Revision(NamedTuple):
    """A commit: as it was asked for, its id, and the top folder of the work tree (absolute)."""

    name: str
    commit: str
    top: str


def find_revision(name: str) -> Revision | None:
    """The commit a name stands for (a branch, a tag, an id; `A...B` for the merge base of the two), or None. Raises
    UsageError where git cannot be asked."""
    top = _git("rev-parse", "--show-toplevel")
    if top is None:
        return None
    first, dots, second = name.partition("...")
    if dots:
        found = _git("merge-base", "--", first or "HEAD", second or "HEAD") if not name.startswith("-") else None
    else:
        found = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    return Revision(name, found.decode().strip(), top.decode().strip()) if found else None


def manifests_of(revision: Revision, roots: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """(path from the working folder, bytes) of every manifest that the commit has below these paths."""
    below = [_within(revision, root) for root in roots]
    listed = _asked("ls-tree", "-r", "-z", "--full-tree", revision.commit).split(b"\0")
    wanted: list[tuple[str, str]] = []
    for line in filter(None, listed):
        about, _, path = line.partition(b"\t")
        mode, kind, identity = about.decode().split()
        name = os.fsdecode(path)
        if kind == "blob" and mode != "120000" and any(_is_asked_for(name, root) for root in below):
            wanted.append((os.path.relpath(os.path.join(revision.top, name)), identity))
    yield from zip((name for name, _ in wanted), _contents([identity for _, identity in wanted]), strict=True)


def text_at(revision: Revision, path: str) -> bytes | None:
    """The bytes of one file (by its path from the working folder) in the commit; None where it has none."""
    name = _within(revision, path)
    return None if name.startswith("..") else _git("cat-file", "blob", f"{revision.commit}:{name}")


def _is_asked_for(name: str, root: str) -> bool:
    """Whether a file (by its path from the top) is below a root, or the root itself: a file named is always taken."""
    if name == root:
        return True
    rest = name if root == "." else name.removeprefix(root + "/") if name.startswith(root + "/") else ""
    return bool(rest) and is_manifest(rest)


def _within(revision: Revision, path: str) -> str:
    return os.path.relpath(os.path.realpath(path), os.path.realpath(revision.top)).replace(os.sep, "/")


def _contents(identities: list[str]) -> Iterator[bytes]:
    """The bytes of many objects, asked for at once."""
    out = _asked("cat-file", "--batch", stdin="".join(f"{item}\n" for item in identities).encode())
    place = 0
    for _ in identities:
        end = out.index(b"\n", place)
        size = int(out[place:end].split()[2])
        yield out[end + 1 : end + 1 + size]
        place = end + size + 2


def _asked(*arguments: str, stdin: bytes = b"") -> bytes:
    found = _git(*arguments, stdin=stdin)
    if found is None:
        raise UsageError(f"git {arguments[0]} failed; is this work tree whole?")
    return found


def _git(*arguments: str, stdin: bytes = b"") -> bytes | None:
    """What git prints; None where it refuses. It runs in the working folder and writes nothing."""
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(  # noqa: S603  # a list of arguments, no shell
            ("git", *arguments),  # noqa: S607  # git is where PATH has it
            input=stdin,
            capture_output=True,
            check=False,
            env=environment,
            timeout=_TIMEOUT,
        )
    except FileNotFoundError:
        raise UsageError("git is not installed, and without it no revision can be read") from None
    except subprocess.TimeoutExpired:
        raise UsageError(f"git {arguments[0]} gave no answer within {_TIMEOUT} s") from None
    if b"dubious ownership" in done.stderr:
        raise UsageError("git refuses to read this work tree, which belongs to somebody else (git: safe.directory)")
    return done.stdout if done.returncode == 0 else None
