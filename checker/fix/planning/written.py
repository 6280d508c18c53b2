"""The edits of a plan in the files as people wrote them, where the judged text was rendered or filled in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ...ack.placeholders import find_in_text
from ...findings.finding import Finding
from ...project.project import Project
from ..edits.patch import Patch
from ..edits.realize import Edited, NoEditError, realize
from ..edits.written import in_what_is_written
from .plan import Plan


def changed_elsewhere(finding: Finding, plan: Plan) -> str:
    """Why an object is not mended in its own file: a patch elsewhere took away what is missing, so an edit there would
    put it in twice, for all that build on it; "" where no such patch is in the way."""
    item = finding.subject
    fields = [field for field in item.elsewhere if field.path[:1] == ("spec",)] if item is not None else []
    if item is None or not fields or any(patch.place.file == field.file for patch in plan.patches for field in fields):
        return ""
    names = ", ".join(dict.fromkeys(f"{field.file} (spec.{field.path[1]})" for field in fields if len(field.path) > 1))
    return f"it is what {item.pool or 'a patch'} makes of it: {names} changes it; mend that, and check again"


def unwritten(finding: Finding, why: str) -> str:
    """Why a plan has no edit: the source of a rendered object need not look like what comes out."""
    pool = finding.subject.pool if finding.subject is not None else ""
    return f"it is what {pool} makes of it ({why}): edit what that takes in, and check again" if pool else why


def edits_of(patches: Iterable[Patch], project: Project) -> tuple[Edited, ...]:
    """The edits that make the patches, of the files as they are written. Raises NoEditError."""
    patches = tuple(patches)
    edits = realize(patches, project.sources, project.documents)
    for edit in edits:
        _refuse_what_is_filled_in(edit, patches, project)
    return tuple(in_what_is_written(edit, project.sources[edit.file]) for edit in edits)


def _refuse_what_is_filled_in(edit: Edited, patches: tuple[Patch, ...], project: Project) -> None:
    """Raises NoEditError where a placeholder would be overwritten, and where an ARN would be written into text that
    several objects are made of: it is right for one of them only."""
    source = project.sources[edit.file]
    if source.written is None and any(find_in_text(source.text[change.start : change.end]) for change in edit.splices):
        raise NoEditError("a placeholder stands there, which something else is filled in for")
    if not any("arn:" in change.text for change in edit.splices):
        return
    places = [(patch.place.document, patch.place.path) for patch in patches if patch.place.file == edit.file]
    counts = Counter(item.origin for item in project.inventory.objects if item.origin.file == edit.file)
    for origin, count in counts.items():
        is_edited = any(
            origin.document == number and path[: len(origin.path)] == origin.path for number, path in places
        )
        if count > 1 and is_edited:
            raise NoEditError(f"an ARN may differ among the {count} objects that this is made into")
