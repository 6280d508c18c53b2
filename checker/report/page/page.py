"""A page as one file, and the parts that pages share."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import lru_cache
from html import escape

from ...findings.location import Location
from ...text.source import Source
from ..style.frame import frame, safe


def escaped(text: str) -> str:
    """Text of others: no markup, and nothing invisible."""
    return escape(safe(text), quote=True)


def page(title: str, parts: Iterable[str]) -> str:
    """The whole page. Nothing is loaded, and only its own script runs."""
    script = _file("page.js")
    policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
    head = [
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escaped(title)}</title>",
        f"<style>\n{_file('page.css')}</style>",
    ]
    body = "\n".join(parts)
    open_, close = ["<!doctype html>", '<html lang="en">', "<head>"], ["</body>", "</html>", ""]
    return "\n".join([*open_, *head, "</head>", "<body>", body, f"<script>\n{script}</script>", *close])


def chip(text: str, style: str) -> str:
    """A word in a frame of its colour."""
    return f'<span class="chip {style}">{escaped(text)}</span>'


def excerpt(source: Source, location: Location) -> str:
    """A line of source with the span marked."""
    number, line, caret = frame(source, location, 120)
    first = len(caret) - len(caret.lstrip())
    last = first + len(caret.strip())
    marked = f"{escaped(line[:first])}<mark>{escaped(line[first:last])}</mark>{escaped(line[last:])}"
    return f'<pre><span class="dim">{number} | </span>{marked}</pre>'


@lru_cache
def _file(name: str) -> str:
    with open(os.path.join(os.path.dirname(__file__), name), encoding="utf-8") as file:
        return file.read()
