"""A difference for people: a block a role, the summary last."""

from __future__ import annotations

from ...diff.model import ConsumerChange, Difference, RoleChange
from ...inventory.objects import called
from ..style.frame import safe, safe_path
from ..style.look import Look
from ..style.paint import paint
from ..style.wrapping import wrapped
from .told import Line, finding, lines, moved, reach, verdict

_STYLES = {"+": "good", "-": "error", "~": "note", "!": "warning", "?": "warning"}


def render(difference: Difference, look: Look) -> str:
    """The whole output. With `look.quiet`, without whom it concerns and without the summary."""
    parts = [_role(change, look) for change in difference.roles]
    parts += [_consumer(change, look) for change in difference.consumers]
    errors = [part for item in difference.findings for part in _line(finding(item), look)]
    others = [
        line
        for item in difference.others
        for line in wrapped(safe(f"! {called(item.item)}: {item.note.sentence}"), "    ", look)
    ]
    others += [line for text in difference.notes for line in wrapped(safe(f"! {text}"), "    ", look)]
    unread = [line for text in difference.unread for line in wrapped(safe(f"? {text}"), "    ", look)]
    parts += ["\n".join(block) + "\n" for block in (errors, others, unread) if block]
    if not look.quiet:
        style = "error" if difference.is_worse else "warning" if difference.unread else "good"
        head = f"{safe(difference.base)} to {safe(difference.head)}: "
        first, *rest = wrapped(head + verdict(difference), "", look)
        unpainted = head if first.startswith(head) else ""
        shown = [
            unpainted + paint(first.removeprefix(unpainted), style, look),
            *(paint(line, style, look) for line in rest),
        ]
        parts.append("\n".join(shown) + "\n")
    return "\n".join(parts)


def _role(change: RoleChange, look: Look) -> str:
    head = f"{safe(called(change.role))} {change.status}"
    shown = [f"{paint(head, 'bold', look)}  {safe_path(change.role.origin.file)}"]
    for line in lines(change):
        shown += _line(line, look)
    if not look.quiet:
        shown += [part for text in reach(change) for part in wrapped(f"  {safe(text)}", "    ", look)]
    return "\n".join(shown) + "\n"


def _consumer(change: ConsumerChange, look: Look) -> str:
    head = paint(safe(change.name[:1].upper() + change.name[1:]), "bold", look)
    return "\n".join([head, *(part for line in moved(change) for part in _line(line, look))]) + "\n"


def _line(line: Line, look: Look) -> list[str]:
    first, *rest = wrapped(f"  {line.mark} {safe(line.text)}", "    ", look)
    style = "error" if line.is_worse else _STYLES[line.mark]
    return [paint(part, style, look) for part in (first, *rest)]
