"""A difference as the comment on a pull request."""

from __future__ import annotations

from ...diff.model import Difference
from ...inventory.objects import called
from ..style.commonmark import inline, plain
from ..style.look import Look
from .told import finding, lines, moved, reach, verdict

_MARKS = {"+": "➕", "-": "➖", "~": "•", "!": "⚠️", "?": "❔"}  # these are meant


def render(difference: Difference, look: Look) -> str:
    """A heading with the verdict, a list a role."""
    parts = [f"### Access from {inline(difference.base)} to {inline(difference.head)}: {plain(verdict(difference))}"]
    for change in difference.roles:
        listed = [f"- {_MARKS[line.mark]} {_bold(plain(line.text), line.is_worse)}" for line in lines(change)]
        listed += [] if look.quiet else [f"- {plain(text)}" for text in reach(change)]
        head = f"**{plain(called(change.role))}** {change.status} in {inline(change.role.origin.file)}"
        parts.append("\n".join([head, "", *listed]))
    for item in difference.consumers:
        listed = [f"- {_MARKS[line.mark]} {_bold(plain(line.text), line.is_worse)}" for line in moved(item)]
        parts.append("\n".join([f"**{plain(item.name)}**", "", *listed]))
    parts += [f"- ⚠️ **{plain(finding(item).text)}**" for item in difference.findings]
    parts += [f"- ⚠️ **{plain(called(item.item))}**: {plain(item.note.sentence)}" for item in difference.others]
    parts += [f"- ⚠️ {plain(text)}" for text in difference.notes]
    parts += [f"- ❔ {plain(text)}" for text in difference.unread]
    return "\n\n".join(parts) + "\n"


def _bold(text: str, is_bold: bool) -> str:
    return f"**{text}**" if is_bold else text
