"""Takes a forbidden action out of the list that names it; unsafe, since somebody may use it."""

from __future__ import annotations

from ...findings.finding import Finding
from ...findings.place import inside
from ...inventory.objects import called
from ..edits import patch
from ..planning.plan import Candidates, NoPlan, Plan, Survey

RULES = ("excess-grant",)


def plan(survey: Survey, finding: Finding) -> Candidates:
    """Removes the actions that the requirement forbids, where they are listed by name among others."""
    forbidden = {action.lower() for action in finding.value.partition(" | ")[0].split()}
    written = survey.written_at(finding.place)
    named = [entry for entry in written.statement.actions if entry.text.lower() in forbidden] if written else []
    if written is None or written.statement.not_actions or not named:
        yield NoPlan(
            "no list names the forbidden actions; a wildcard or NotAction lets them through, and has to be narrowed by"
            " hand"
        )
    elif len(named) == len(written.statement.actions):
        yield NoPlan("the statement grants nothing else; remove it, if nobody needs it")
    else:
        text = written.text
        names = ", ".join(entry.text for entry in named)
        roles = ", ".join(called(role.object) for role in survey.users.get(id(text.owner), ())[:5])
        danger = f"{roles or called(text.owner)} can no longer call {names} by this statement"
        changes = tuple(patch.remove(inside(text, entry.path)) for entry in named)
        yield Plan(f"remove {names}", "the requirement forbids it", changes, danger)
