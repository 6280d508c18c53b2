"""Templates of Helm and Jinja that are no YAML before they are rendered, read all the same, as far as their lines are
plain: what is put in becomes a hole of the text, and lines that only branch, loop or comment are taken out.

The text that is parsed has the length of the written one, so that places stay: an expression is a run of one private
character, and becomes itself again in the values that were read. What a line puts in as a whole (`{{ toYaml . }}`) may
be anything, so that a template with such a line is left alone, but below `labels:`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from yaml.nodes import MappingNode, Node, ScalarNode

from ..text.nodes import walk

_ACTION = re.compile(r"\{\{[^{}\r\n]*+\}\}|\{%[^{}%\r\n]*+%\}|\{#[^{}#\r\n]*+#\}")
_LONG_COMMENT = re.compile(r"\{\{-?[ \t]*+/\*(?s:.*?)\*/[ \t]*+-?\}\}|\{#(?s:.*?)#\}")
_BRANCHES = re.compile(
    r"\{\{-?\s*+(?:if|else|end|range|with|define|block)\b|\{%-?\s*+(?:if|elif|else|endif|for|endfor)\b"
)
_ASIDE = re.compile(r"\{\{-?\s*+(?:/\*|\$\w+\s*+:?=)|\{%-?\s*+set\b|\{#")
_LINE = re.compile(r"[^\r\n]*")
_FIRST, _MOST = 0xE000, 1_000
_TOKEN = re.compile("([\ue000-\ue3e7])\\1*+")


class OpenText(NamedTuple):
    """The text to be parsed; what its private characters stand for; where lines that branch or loop stood."""

    text: str
    expressions: dict[str, str]
    branches: tuple[int, ...]


def open_text(text: str) -> OpenText | None:
    """A template as text that may be YAML, of the same length; None where a line may put in anything, or does something
    else that is not followed."""
    if _TOKEN.search(text) or "#@" in text or ("{{" not in text and "{%" not in text):
        return None
    text = _LONG_COMMENT.sub(lambda found: _LINE.sub(_commented, found[0]), text)
    characters: dict[str, str] = {}
    branches: list[int] = []
    made: list[str] = []
    place, before = 0, ""
    for line in text.splitlines(keepends=True):
        masked = _masked(line, before, characters)
        if masked is None:
            return None
        if masked.startswith("#") and _BRANCHES.search(line):
            branches.append(place)
        elif not masked.startswith("#"):
            before = line.strip() or before
        made.append(masked)
        place += len(line)
    return OpenText("".join(made), {character: shown for shown, character in characters.items()}, tuple(branches))


def _commented(found: re.Match[str]) -> str:
    return "#" + " " * (len(found[0]) - 1) if found[0] else ""


def _masked(line: str, before: str, characters: dict[str, str]) -> str | None:
    """A line with its expressions as private characters; as a comment, where it only branches or is one."""
    if line.startswith("#"):
        return line
    actions = list(_ACTION.finditer(line))
    rest = _ACTION.sub("", line)
    if "{{" in rest or "{%" in rest:
        return None
    if not actions:
        return line
    if not rest.strip():
        is_plain = all(_BRANCHES.match(item[0]) or _ASIDE.match(item[0]) for item in actions)
        if is_plain or before == "labels:":
            return _LINE.sub(_commented, line, count=1)
        return None
    if any(_BRANCHES.match(item[0]) or _ASIDE.match(item[0]) or item[0].startswith("{%") for item in actions):
        return None
    for item in actions:
        if item[0] not in characters and len(characters) >= _MOST:
            return None
        characters.setdefault(item[0], chr(_FIRST + len(characters)))
    return _ACTION.sub(lambda found: characters[found[0]] * len(found[0]), line)


def restore(root: Node, expressions: dict[str, str]) -> None:
    """Puts the expressions back into the values of a tree."""

    def put_back(found: re.Match[str]) -> str:
        shown = expressions[found[1]]
        return shown * (len(found[0]) // len(shown))

    for node in _scalars(root):
        if _TOKEN.search(node.value):
            node.value = _TOKEN.sub(put_back, node.value)


def _scalars(root: Node) -> Iterator[ScalarNode]:
    for _, node in walk(root):
        if isinstance(node, ScalarNode):
            yield node
        elif isinstance(node, MappingNode):
            yield from (key for key, _ in node.value if isinstance(key, ScalarNode))
