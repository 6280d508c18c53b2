"""Fixes that are offered for findings: the same edits that `checker fix` makes, proven in the same way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from lsprotocol.types import CodeAction, CodeActionKind, Diagnostic, TextEdit, WorkspaceEdit
from pygls.uris import from_fs_path

from ..findings.finding import Finding
from ..fix.planning.cells import fixes_in_cells
from ..fix.planning.plan import Plan
from ..fix.planning.propose import Admitted, Proposal, fixes_for
from ..report.style.wrapping import count
from .folder import Folder
from .ranges import Ranges

FIX_ALL = f"{CodeActionKind.SourceFixAll.value}.checker"
"""The kind of the action that makes all safe fixes of a file: what editors ask for when a file is saved."""
_MOST_JUDGED = 6
"""Judgements that one menu may cost."""


def quick_fixes(folder: Folder, shown: Sequence[tuple[Finding, Diagnostic]], encoding: str) -> Iterator[CodeAction]:
    """The fix of each finding that has one; `shown` are the findings with their diagnostics in the editor."""
    for item in _proposals(folder, [finding for finding, _ in shown]):
        diagnostic = next((one for finding, one in shown if finding is item.finding), None)
        if diagnostic is None:
            continue
        plan = item.plan
        yield CodeAction(
            title=plan.title if plan.is_safe else f"{plan.title} (not safe: {plan.danger})",
            kind=CodeActionKind.QuickFix,
            diagnostics=[diagnostic],
            is_preferred=plan.is_safe,
            edit=WorkspaceEdit(changes=_changes(folder, item, encoding)),
        )


def fix_all(folder: Folder, name: str, findings: Sequence[Finding], encoding: str) -> CodeAction | None:
    """All safe fixes of a file at once, proven together, by edits of this file alone: nobody who saves a file expects
    that others change. What does not go together is left for the next time. None where there is nothing to do."""
    proposals = _proposals(folder, findings, partial(_is_safe_within, name))
    # Two findings may have the very same cure.
    splices = sorted({one for item in proposals for edit in item.edits for one in edit.splices})
    if not splices:
        return None
    ranges = Ranges(folder.text_of(name) or "", encoding)
    edits = [ranges.edit(one) for one in splices]
    return CodeAction(
        title=f"Fix {count(len(proposals), 'finding')} of checker in this file",
        kind=FIX_ALL,
        edit=WorkspaceEdit(changes={from_fs_path(folder.opened_as(name)) or "": edits}),
    )


def _is_safe_within(name: str, plan: Plan) -> bool:
    return plan.is_safe and all(patch.place.file == name for patch in plan.patches)


def _proposals(
    folder: Folder, findings: Sequence[Finding], admitted: Admitted = lambda plan: True
) -> tuple[Proposal, ...]:
    # Fixes of what is rendered are proven by rendering, which reads the disk.
    if folder.report is None or not findings or folder.is_rendered_unsaved():
        return ()
    asked = set(map(id, findings))

    def about(finding: Finding) -> bool:
        return id(finding) in asked

    with folder.here():
        if folder.report.cells:
            return fixes_in_cells(folder.report, folder.cells, _MOST_JUDGED, about, admitted)
        return fixes_for(*folder.cells[0], _MOST_JUDGED, about, admitted)


def _changes(folder: Folder, item: Proposal, encoding: str) -> dict[str, list[TextEdit]]:
    changes: dict[str, list[TextEdit]] = {}
    for edit in item.edits:
        ranges = Ranges(folder.text_of(edit.file) or "", encoding)
        changes[from_fs_path(folder.opened_as(edit.file)) or ""] = [ranges.edit(one) for one in edit.splices]
    return changes
