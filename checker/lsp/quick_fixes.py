"""Fixes that are offered for findings: the same edits that `checker fix` makes, proven in the same way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lsprotocol.types import CodeAction, CodeActionKind, Diagnostic, TextEdit, WorkspaceEdit
from pygls.uris import from_fs_path

from ..findings.finding import Finding
from ..fix.planning.cells import fixes_in_cells
from ..fix.planning.propose import Proposal, fixes_for
from .folder import Folder
from .ranges import Ranges

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


def _proposals(folder: Folder, findings: list[Finding]) -> tuple[Proposal, ...]:
    # Fixes of what is rendered are proven by rendering, which reads the disk.
    if folder.report is None or not findings or folder.is_rendered_unsaved():
        return ()
    asked = set(map(id, findings))

    def about(finding: Finding) -> bool:
        return id(finding) in asked

    with folder.here():
        if folder.report.cells:
            return fixes_in_cells(folder.report, folder.cells, _MOST_JUDGED, about)
        return fixes_for(*folder.cells[0], _MOST_JUDGED, about)


def _changes(folder: Folder, item: Proposal, encoding: str) -> dict[str, list[TextEdit]]:
    changes: dict[str, list[TextEdit]] = {}
    for edit in item.edits:
        ranges = Ranges(folder.text_of(edit.file) or "", encoding)
        changes[from_fs_path(folder.opened_as(edit.file)) or ""] = [ranges.edit(one) for one in edit.splices]
    return changes
