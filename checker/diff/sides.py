"""The two states that are compared: folders, revisions, or the working folder as it is."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property

from ..config.choices import choose_config, project_paths
from ..errors import UsageError
from ..findings.finding import Finding
from ..gate.judge import judge_both
from ..gate.judged import Judged
from ..gate.known import load
from ..gate.options import Chosen, GateOptions
from ..gate.prepare import choose, prepare_whole
from ..gate.prepared import Prepared
from ..inventory.objects import Role
from ..progress import Observe, unobserved
from ..project.file_facts import FileFacts
from ..project.reading import Read, read_paths
from ..requirements.check import RoleCheck
from ..requirements.select import User, users_of
from ..revisions.configured import changed_since, roots_at
from ..revisions.git import Revision, find_revision, identity_of, text_at
from ..revisions.reading import identity_here, read_at
from ..rules.facts import Facts
from ..text.files import read_bytes
from ..text.source import decode


@dataclass(frozen=True)
class Side:
    """One state: what it is called, the folder its files are named from, what the manifests in it hold, what the gate
    finds there and what could not be read. The requirements put to it are those of the working folder; `differing` are
    the files of ours that are not the same in the state itself."""

    name: str
    root: str
    facts: Facts
    findings: tuple[Finding, ...]
    unreadable: tuple[tuple[str, str], ...]
    differing: tuple[str, ...] = ()
    revision: Revision | None = None

    def text_of(self, file: str) -> str:
        """The text of a file, by its path from the root; "" where there is none, or none that can be read."""
        path = os.path.join(self.root, file)
        if self.revision is not None:
            return decode(text_at(self.revision, path) or b"")
        try:
            return decode(read_bytes(path))
        except OSError:
            return ""

    def identity_of(self, file: str) -> str:
        """What tells the bytes of a file, by its path from the root, from others; "" where there is none."""
        path = os.path.join(self.root, file)
        return identity_of(self.revision, path) if self.revision is not None else identity_here(path)

    def file_of(self, file: str) -> str:
        """The path of a file from the root: what the same file is called on both sides."""
        return os.path.relpath(file, self.root) if self.root else file

    @cached_property
    def users(self) -> tuple[User, ...]:
        """Every service account that is given a role, worked out once."""
        return tuple(users_of(self.facts.names))

    @cached_property
    def _users_by_role(self) -> dict[int, list[User]]:
        by_role: dict[int, list[User]] = {}
        for user in self.users:
            for role in user.roles:
                by_role.setdefault(id(role), []).append(user)
        return by_role

    @cached_property
    def _checks_by_role(self) -> dict[int, list[RoleCheck]]:
        by_role: dict[int, list[RoleCheck]] = {}
        for check in (check for outcome in self.facts.outcomes for check in outcome.checks):
            by_role.setdefault(id(check.role), []).append(check)
        return by_role

    def users_of(self, role: Role | None) -> list[User]:
        """The service accounts that get this role."""
        return self._users_by_role.get(id(role), [])

    def checks_of(self, role: Role | None) -> list[RoleCheck]:
        """The requirements that were put to this role."""
        return self._checks_by_role.get(id(role), [])


NOTHING = "it holds no manifest that concerns a role"
WORKING_FOLDER = "the working folder"


def read_sides(base: str, head: str | None, options: GateOptions, observe: Observe = unobserved) -> tuple[Side, Side]:
    """Both sides. Raises UsageError for names that are neither folder nor revision, and as the gate does."""
    before, after = _meant(base), _meant(head) if head is not None else None
    if isinstance(before, str) and after is None:
        raise UsageError(f"{base} is a folder: give the folder to compare it with, too")
    if options.paths and isinstance(before, str):
        raise UsageError("--path goes with git revisions; of two folders, give the parts that are to be compared")
    chosen = choose(options)
    known = load(chosen)
    first = _prepared(before, options, chosen, observe, known.files)
    second = _prepared(after, options, chosen, observe, (*known.files, *first.material.files))
    judged, judged_now = judge_both(first, second, observe, known.of(first.terms))
    return _side(before, base, chosen, first, judged), _side(after, head or WORKING_FOLDER, chosen, second, judged_now)


def _meant(name: str) -> Revision | str:
    """A revision, or the path of a folder."""
    is_folder = os.path.isdir(name)
    is_path = name.endswith(os.sep) or name.startswith((".", os.sep))
    revision = None if is_folder and is_path else find_revision(name)
    if is_folder and revision is not None:
        raise UsageError(f"{name} is both a folder and a git revision; write ./{name} for the folder")
    if is_folder:
        return name
    if revision is None:
        raise UsageError(
            f"{name}: there is no such folder, and no such git revision here; where only a part of the history was"
            " fetched, fetch this one first (actions/checkout: fetch-depth: 0)"
        )
    return revision


def _prepared(
    meant: Revision | str | None,
    options: GateOptions,
    chosen: Chosen,
    observe: Observe,
    known: tuple[FileFacts, ...] = (),
) -> Prepared:
    revision = meant if isinstance(meant, Revision) else None
    return prepare_whole(options, _read(meant, options, observe), revision, chosen, known)


def _side(meant: Revision | str | None, name: str, chosen: Chosen, prepared: Prepared, judged: Judged) -> Side:
    revision = meant if isinstance(meant, Revision) else None
    differing: list[str] = []
    if revision is not None:
        differing = changed_since(revision, chosen.config, prepared.terms.requirements.sources, "")
    nothing = ((name, NOTHING),) if not judged.facts.project.sources and not judged.report.unreadable else ()
    return Side(
        name=name,
        root=meant if isinstance(meant, str) else "",
        facts=judged.facts,
        findings=judged.report.findings,
        unreadable=(*judged.report.unreadable, *nothing),
        differing=tuple(differing),
        revision=revision,
    )


def _read(meant: Revision | str | None, options: GateOptions, observe: Observe) -> Read:
    """What is to be compared."""
    if isinstance(meant, str):
        return read_paths((meant,), observe=observe)
    config = choose_config(options.config)
    if isinstance(meant, Revision):
        return read_at(meant, options.paths or roots_at(meant, config))
    read = read_paths(options.paths or project_paths(config) or (os.curdir,), observe=observe)
    if read.missing:
        raise UsageError(*(f"{path}: there is no such file or folder" for path in read.missing))
    return read
