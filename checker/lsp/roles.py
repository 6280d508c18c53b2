"""What an editor shows of a role: what it grants, in a line above it, and the whole verdict under the cursor."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol.types import CodeLens, Command, Range

from ..findings.location import Locator
from ..findings.place import at
from ..inventory.objects import Role
from ..requirements.check import RoleCheck
from ..requirements.rows import Question
from .folder import Folder
from .ranges import Ranges

Verdicts = list[tuple[str, RoleCheck]]
"""Requirements put to a role, each with the cell it was put to ("" for the only one)."""


def lenses(folder: Folder, name: str, encoding: str) -> Iterator[CodeLens]:
    """One above each role of a file: how much of what is required it grants."""
    ranges = Ranges(folder.text_of(name) or "", encoding)
    for _, name_range, verdicts in _roles(folder, name, ranges):
        title = "; ".join(dict.fromkeys(_granted(cell, check) for cell, check in verdicts))
        if title:
            yield CodeLens(range=name_range, command=Command(title=title, command=""))


def verdict(folder: Folder, name: str, line: int, encoding: str) -> str:
    """The verdict of the role on this line of a file (from 0), as Markdown; "" where there is none."""
    ranges = Ranges(folder.text_of(name) or "", encoding)
    for role, name_range, verdicts in _roles(folder, name, ranges):
        if name_range.start.line <= line <= name_range.end.line and verdicts:
            return "\n".join([f"**Role {role.name}**", *_lines(verdicts)])
    return ""


def _roles(folder: Folder, name: str, ranges: Ranges) -> Iterator[tuple[Role, Range, Verdicts]]:
    seen: dict[tuple[int, int], tuple[Role, Range, Verdicts]] = {}
    for made, judged in folder.cells:
        project = judged.facts.project
        locator = Locator(project.documents, project.sources)
        cell = made.terms.cell if len(folder.cells) > 1 else ""
        checks = [check for outcome in judged.facts.outcomes for check in outcome.checks]
        for role in (*project.inventory.roles, *project.open.roles):
            if role.object.origin.file != name:
                continue
            name_range = ranges.range_of(locator.locate(at(role.object, ("metadata", "name"))))
            key = (name_range.start.line, name_range.start.character)
            verdicts = seen.setdefault(key, (role, name_range, []))[2]
            verdicts += ((cell, check) for check in checks if check.role.object is role.object)
    yield from seen.values()


def _granted(cell: str, check: RoleCheck) -> str:
    by_resource: dict[str, list[Question]] = {}
    for question in check.required:
        by_resource.setdefault(question.resource, []).append(question)
    shown = [
        f"grants {sum(map(_is_granted, asked))} of {len(asked)} on {resource.rpartition('/')[2] or resource}"
        for resource, asked in by_resource.items()
    ]
    return ", ".join(f"{cell}: {one}" if cell else one for one in shown)


def _is_granted(question: Question) -> bool:
    return question.proof is not None and question.proof.verdict == "granted"


def _lines(verdicts: Verdicts) -> Iterator[str]:
    for cell, check in verdicts:
        account = check.selected.service_account
        who = f", used by {'/'.join(account)}" if account else ""
        yield f"\n{check.requirement.name}{f' in {cell}' if cell else ''}{who}:\n"
        for question in check.required:
            proof = question.proof
            said = proof.verdict if proof is not None else "cannot tell"
            by = dict.fromkeys(clause.policy.label for clause in proof.decision.clauses) if proof is not None else {}
            yield f"- `{question.action}` on `{question.resource}`: **{said}**" + (f" by {', '.join(by)}" if by else "")
        entry = check.trust or check.entry
        if entry.truth is not True:
            yield f"- {'nobody can assume it' if entry.truth is False else f'who can assume it: {entry.reason}'}"
