"""A difference as the comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...diff.model import Difference, RoleChange
from ...iam.proofs.grants import compact
from ...inventory.objects import called
from ..style.commonmark import inline, plain
from ..style.look import Look
from ..style.wrapping import count
from .told import Line, finding, lines, moved, reach, verdict

_MARKS = {"+": "➕", "-": "➖", "~": "•", "!": "⚠️", "?": "❔"}  # emoji on purpose
_MOST_NAMED = 5
"""Actions that a cell of the table names."""


def render(difference: Difference, look: Look) -> str:
    """A heading with the verdict, a table of the roles where there are several, a list a role: folded where there
    are several and it does not fail the run."""
    parts = [f"### Access from {inline(difference.base)} to {inline(difference.head)}: {plain(verdict(difference))}"]
    if len(difference.roles) > 1:
        parts.append("\n".join(_table(difference.roles)))
    parts += [_role(change, look, is_folded=len(difference.roles) > 1) for change in difference.roles]
    for item in difference.consumers:
        parts.append("\n".join([f"**{plain(item.name)}**", "", *map(_item, moved(item))]))
    parts += [f"- ⚠️ **{plain(finding(item).text)}**" for item in difference.findings]
    parts += [f"- ⚠️ **{plain(called(item.item))}**: {plain(item.note.sentence)}" for item in difference.others]
    parts += [f"- ⚠️ {plain(text)}" for text in difference.notes]
    parts += [f"- ❔ {plain(text)}" for text in difference.unread]
    return "\n\n".join(parts) + "\n"


def _table(roles: Iterable[RoleChange]) -> Iterator[str]:
    yield "| role | | gains | loses | other conditions |"
    yield "| --- | --- | --- | --- | --- |"
    for change in roles:
        gained = [action for item in change.gained if not change.is_kept(item) for action in item.actions]
        lost = [action for item in change.lost if not change.is_kept(item) for action in item.actions]
        other = [action for item in change.conditions for action in item.actions]
        mark = "⚠️" if any(line.is_worse for line in lines(change)) else "❔" if change.unclear else ""
        cells = (plain(called(change.role)), f"{mark} {change.status}".strip(), *map(_named, (gained, lost, other)))
        yield f"| {' | '.join(cells)} |"


def _named(actions: list[str]) -> str:
    named = compact(dict.fromkeys(actions))
    more = f" and {len(named) - _MOST_NAMED} more" if len(named) > _MOST_NAMED else ""
    # In a table a bar ends the cell, in code as well.
    return ", ".join(inline(action).replace("|", "\\|") for action in named[:_MOST_NAMED]) + more


def _role(change: RoleChange, look: Look, *, is_folded: bool) -> str:
    shown = list(lines(change))
    listed = [*map(_item, shown), *([] if look.quiet else [f"- {plain(text)}" for text in reach(change)])]
    name, rest = plain(called(change.role)), f"{change.status} in {inline(change.role.origin.file)}"
    if is_folded and not any(line.is_worse for line in shown):
        folded = [f"<details><summary>{count(len(shown), 'change')}</summary>", "", *listed, "", "</details>"]
        return "\n".join([f"**{name}** {rest}", "", *folded])
    return "\n".join([f"**{name}** {rest}", "", *listed])


def _item(line: Line) -> str:
    text = plain(line.text)
    return f"- {_MARKS[line.mark]} {f'**{text}**' if line.is_worse else text}"
