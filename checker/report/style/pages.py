"""The pages of rules and causes: docstrings with titled sections, as plain text and as Markdown."""

from __future__ import annotations

import re
import textwrap

from ...iam.values import NamedTuple


class Section(NamedTuple):
    """One section of a page; the first has no title."""

    title: str
    body: str


def page(docstring: str | None) -> str:
    """The page of a rule or a cause: its docstring."""
    return (docstring or "").strip()


def summary(docstring: str | None) -> str:
    """The first line of a page, a sentence."""
    return page(docstring).splitlines()[0]


def sections(text: str) -> list[Section]:
    """A page cut at its titles: lines that begin at the margin before an indented block."""
    parts = [Section("", "")]
    for block in re.split(r"\n(?=\S[^\n]*\n    )", "\n" + text):
        title, _, body = block.partition("\n")
        if body.startswith("    "):
            parts.append(Section(title, re.sub(r"^ {4}", "", body, flags=re.MULTILINE).rstrip()))
        else:
            parts[-1] = parts[-1]._replace(body=(parts[-1].body + "\n" + block).strip())
    return parts


def as_markdown(text: str, level: int) -> str:
    """A page as Markdown, its titles as headings of this level; what is indented within a section is code."""
    parts: list[str] = []
    for title, body in sections(text):
        parts += [f"{'#' * level} {title}"] if title else []
        parts += [_block(block) for block in re.split(r"\n\s*\n", body) if block.strip()]
    return "\n\n".join(parts)


def _block(block: str) -> str:
    """A paragraph, or code in a fence."""
    if not block.startswith("    "):
        return re.sub(r"([<>|])", r"\\\1", block) if "`" not in block else block
    code = textwrap.dedent(block)
    language = "json" if code.lstrip()[:1] in ('"', "{", "[") else "yaml" if re.match(r"[\w\"-]+:", code) else "text"
    return f"```{language}\n{code}\n```"
