"""A difference as a page for a browser: a table of the roles with what each gains and loses."""

from __future__ import annotations

from ...diff.model import Difference
from ...inventory.objects import called
from ..page.page import chip, escaped, page
from ..style.look import Look
from .told import Line, finding, lines, moved, reach, verdict

_STYLES = {"+": "good", "-": "error", "~": "note", "!": "warning", "?": "warning"}


def render(difference: Difference, look: Look) -> str:
    """One file that loads nothing."""
    style = "error" if difference.is_worse else "warning" if difference.unread else "good"
    sentence = verdict(difference)
    parts = [
        f'<h1 class="{style}">{escaped(sentence)}</h1>',
        f"<p>Access from <code>{escaped(difference.base)}</code> to <code>{escaped(difference.head)}</code>.</p>",
    ]
    rows: list[tuple[str, str, list[Line], list[str]]] = [
        (called(change.role), change.status, list(lines(change)), [] if look.quiet else reach(change))
        for change in difference.roles
    ]
    rows += [(item.name, "works with another role", list(moved(item)), []) for item in difference.consumers]
    if rows:
        body = "".join(_row(*row) for row in rows)
        parts.append(f'<div class="wide"><table><tr><th>Who<th>What changes</tr>{body}</table></div>')
    more = [*(finding(item) for item in difference.findings)]
    more += [Line("!", f"{called(item.item)}: {item.note.sentence}") for item in difference.others]
    more += [Line("!", text) for text in difference.notes] + [Line("?", text) for text in difference.unread]
    parts += [_line(line) for line in more]
    return page(f"checker: {sentence}", parts)


def _row(name: str, status: str, found: list[Line], concerned: list[str]) -> str:
    used = "".join(f'<p class="dim">{escaped(text)}</p>' for text in concerned)
    return (
        f"<tr><td><strong>{escaped(name)}</strong><br>{chip(status, 'note')}{used}<td>{''.join(map(_line, found))}</tr>"
    )


def _line(line: Line) -> str:
    text = escaped(line.text)
    return f'<p class="{_STYLES[line.mark]}">{line.mark} {f"<strong>{text}</strong>" if line.is_worse else text}</p>'
