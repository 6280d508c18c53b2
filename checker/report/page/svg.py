"""Shapes of a picture, as SVG within a page. Colours are those of the page, by class."""

from __future__ import annotations

from collections.abc import Iterable

from .page import escaped


def drawing(label: str, width: float, height: float, shapes: Iterable[str], style: str = "") -> str:
    """A picture, with a label for screen readers. Where the page is narrower it scrolls, or with the style `fits` it
    shrinks."""
    size = f'width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}"'
    head = f'<svg role="img" class="{style}" aria-label="{escaped(label)}" {size}>'
    return f'<div class="wide">{head}{"".join(shapes)}</svg></div>'


def rect(x: float, y: float, width: float, height: float, style: str, title: str = "") -> str:
    """A box with round corners; `title` is shown on hover."""
    attributes = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="3"'
    return f'<rect {attributes} class="{style}">{_titled(title)}</rect>'


def circle(x: float, y: float, radius: float, style: str, title: str = "") -> str:
    """A disc."""
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" class="{style}">{_titled(title)}</circle>'


def line(x: float, y: float, to_x: float, to_y: float, style: str) -> str:
    """A line."""
    return f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}" class="{style}"/>'


def text(x: float, y: float, words: str, style: str = "", anchor: str = "start") -> str:
    """Words; `anchor` says which end of them is at (x, y)."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{style}">{escaped(words)}</text>'


def _titled(title: str) -> str:
    return f"<title>{escaped(title)}</title>" if title else ""
