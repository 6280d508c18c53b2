"""What a run has looked for: only there can a suppression count as unused, or an entry of a baseline as fixed."""

from __future__ import annotations

import os

from ..iam.values import NamedTuple
from ..project.project import Project
from ..rules import BY_ID


class LookedFor(NamedTuple):
    """The rules that ran to the end; the files they were asked about (None: all there are), by absolute path; the files
    of which a part could not be read; the cell, "" where there is only one."""

    rules: frozenset[str]
    files: frozenset[str] | None
    dark: frozenset[str]
    cell: str

    def in_file(self, rule: str, file: str) -> bool:
        """Whether the run would have found what a rule says of a file."""
        path = os.path.abspath(file)
        return rule in self.rules and path not in self.dark and (self.files is None or path in self.files)

    def everywhere(self, rule: str) -> bool:
        """Whether the run would have found all that a rule says."""
        return rule in self.rules and self.files is None and not self.dark

    def depends_on_cell(self, rule: str) -> bool:
        """Whether the rule may find something else in another of the configured cells."""
        return bool(self.cell) and BY_ID[rule].ABOUT.asks_the_cell


def dark_files(project: Project, unreadable: tuple[tuple[str, str], ...]) -> frozenset[str]:
    """The files of which a part could not be read: no file, no YAML, a template."""
    names = [path for path, _ in unreadable]
    names += [item.source.name for item in project.broken] + [item.file for item in project.skipped]
    return frozenset(map(os.path.abspath, names))
