"""Templates of Helm and Jinja that are no YAML before they are rendered, read all the same, as far as their lines are
plain: what is put in becomes a hole of the text, and lines that only branch, loop or comment are taken out.

The text that is parsed has the length of the written one, so that places stay: an expression is a run of one private
character, and becomes itself again in the values that were read. What a line puts in as a whole (`{{ toYaml . }}`) may
be anything, so that a template with such a line is left alone, but below `labels:`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from yaml.nodes import MappingNode, Node, ScalarNode

from ..iam.expressions import expression
from ..iam.values import NamedTuple
from ..text.nodes import walk

_ACTION = expression(r"\{\{[^{}\r\n]*+\}\}|\{%[^{}%\r\n]*+%\}|\{#[^{}#\r\n]*+#\}")
_COMMENT = expression(r"\{\{-?[ \t]*+/\*|\{#")
_COMMENT_ENDS = {"*": expression(r"\*/[ \t]*+-?\}\}"), "#": expression(r"#\}")}
_BRANCHES = expression(
    r"\{\{-?\s*+(?:if|else|end|range|with|define|block)\b|\{%-?\s*+(?:if|elif|else|endif|for|endfor)\b"
)
_ASIDE = expression(r"\{\{-?\s*+(?:/\*|\$\w+\s*+:?=)|\{%-?\s*+set\b|\{#")
_MAY_BREAK = expression(r"\b(?:n?indent|toYaml|tpl|include|template|b64dec|print\w*)\b")
"""Functions whose text may have several lines."""
_INDENT = expression(r"\|[ ]*+nindent[ ]++(\d+)[ ]*+-?\}\}$")
_PUT_IN = expression(r"\|[ ]*+n?indent[ ]++(\d+)[ ]*+-?\}\}$")
_ONE_LINE = expression(r"\|[ ]*+(?:toJson|quote|squote)\b[^|]*+\}\}$")
_LINE = expression(r"[^\r\n]*")
_FIRST, _MOST = 0xE000, 999
_TOKEN = expression("([\ue000-\ue3e7])\\1*+")
_BLOCK = expression(r"[|>][+-]?\d?[+-]?$")
_WHOLE_LINES = ("labels:", "annotations:")
"""Where a line may put in entries: labels only select, and with unknown annotations the access is unknown too."""


class OpenText(NamedTuple):
    """The text to be parsed; the expression that each private character stands for, once for each run of its length, or
    where the flag is set, once for a run of any length; and the offsets of lines that branch, loop, or put entries into
    labels or annotations."""

    text: str
    expressions: dict[str, tuple[str, bool]]
    branches: tuple[int, ...]


def open_text(text: str) -> OpenText | None:
    """A template as text that may be YAML, of the same length; None where a line may put in anything, or does something
    else that is not followed."""
    if _TOKEN.search(text) or "#@" in text or ("{{" not in text and "{%" not in text):
        return None
    uncommented = _without_comments(text)
    if uncommented is None:
        return None
    characters: dict[tuple[str, bool], str] = {}
    branches: list[int] = []
    lines: list[str] = []
    offset, before = 0, ""
    for line in uncommented.splitlines(keepends=True):
        masked = _masked(line, before, characters)
        if masked is None or len(characters) > _MOST:
            return None
        is_taken_out = not masked.strip() and bool(line.strip())
        if is_taken_out and _is_trimmed_behind(line.strip()) and (before or _follows(text, offset + len(line))):
            return None
        if not is_taken_out:
            before = line.rstrip() or before
        elif not _is_aside(line):
            branches.append(offset + len(line) - len(line.lstrip()))
        lines.append(masked)
        offset += len(line)
    return OpenText("".join(lines), {character: meant for meant, character in characters.items()}, tuple(branches))


def _without_comments(text: str) -> str | None:
    """The text with blanks for comments of the template engine; None where one is on a line with something else, or
    takes away the line break behind it."""
    parts, copied = [], 0
    for first, behind in _comments(text):
        comment = text[first:behind]
        start = text.rfind("\n", 0, first) + 1
        end = text.find("\n", behind)
        around = text[start:first] + text[behind : end if end >= 0 else len(text)]
        trims = _is_trimmed_behind(comment) and (text[:start].strip() or _follows(text, end + 1))
        if around.strip() or trims:
            return None
        parts += [text[copied:first], _LINE.sub(_blank, comment)]
        copied = behind
    return "".join((*parts, text[copied:]))


def _comments(text: str) -> Iterator[tuple[int, int]]:
    """Begin and end of each comment. That nothing closes a kind of them is found out once, not from each opening."""
    unclosed: set[str] = set()
    opening = _COMMENT.search(text)
    while opening is not None:
        kind, behind = opening[0][-1], opening.end()
        closing = None if kind in unclosed else _COMMENT_ENDS[kind].search(text, behind)
        if closing is None:
            unclosed.add(kind)
        else:
            behind = closing.end()
            yield opening.start(), behind
        opening = _COMMENT.search(text, behind)


def _follows(text: str, offset: int) -> bool:
    """Whether the next line that is not empty is indented: what takes away the white space before it would then move
    it."""
    rest = text[offset:].lstrip("\r\n") if offset > 0 else ""
    return rest[:1] in (" ", "\t")


def _is_trimmed_behind(shown: str) -> bool:
    return shown.endswith(("-}}", "-%}", "-#}"))


def _blank(found: re.Match[str]) -> str:
    """As many line breaks: unlike blanks, they are no text of a block scalar."""
    return "\n" * len(found[0])


def _is_put_below(shown: str, before: str) -> bool:
    """Whether a line puts its entries in below `labels:` or `annotations:`, by the indentation that it states."""
    indent = _PUT_IN.search(shown)
    depth = len(before) - len(before.lstrip())
    return before.strip() in _WHOLE_LINES and indent is not None and int(indent[1]) > depth


def is_branch(shown: str) -> bool:
    """Whether a line branches or loops."""
    return any(_BRANCHES.match(item) for item in _ACTION.findall(shown))


def decides(text: str, offset: int) -> bool:
    """Whether a line that puts in entries puts in annotations."""
    for line in reversed(text[:offset].splitlines()):
        if line.strip() in _WHOLE_LINES:
            return line.strip() == "annotations:"
    return False


def _is_aside(line: str) -> bool:
    return all(_ASIDE.match(item) for item in _ACTION.findall(line))


def _masked(line: str, before: str, characters: dict[tuple[str, bool], str]) -> str | None:
    """A line with its expressions as private characters; blank, where it only branches or puts in labels."""
    actions = _ACTION.findall(line)
    rest = _ACTION.sub("", line)
    if "{{" in rest or "{%" in rest or "{#" in rest:
        return None
    if not actions:
        return line
    odd = [item for item in actions if _BRANCHES.match(item) or _ASIDE.match(item)]
    if not rest.strip():
        if len(odd) == len(actions) or (not odd and _is_put_below(line.strip(), before)):
            return _LINE.sub(_blank, line, count=1)
        return _as_block(line, before, characters) if not odd and _BLOCK.search(before) else None
    if odd or any(item.startswith("{%") for item in actions) or not all(_stays(item, line) for item in actions):
        return None
    return _ACTION.sub(lambda found: _private(found[0], False, characters) * len(found[0]), line)


def _stays(action: str, line: str) -> bool:
    """Whether what an action puts in stays where it is: on its line, or below its key, deeper than it."""
    if not _MAY_BREAK.search(action) or _ONE_LINE.search(action):
        return True
    if line.lstrip().startswith("#"):
        return False
    indent = _INDENT.search(action)
    if indent is not None:
        return int(indent[1]) > len(line) - len(line.lstrip()) and line.rstrip().endswith(f": {action}")
    # A helper gives a name, most of the time; what it gives to a whole field may be anything.
    return not re.search(r"\b(?:n?indent|toYaml|tpl)\b", action)


def _as_block(line: str, before: str, characters: dict[tuple[str, bool], str]) -> str | None:
    """A line that puts in all of a block scalar, with the indentation that the block needs."""
    # White space that is taken away around it is that of the block.
    shown = line.strip().replace("{{-", "{{").replace("-}}", "}}")
    depth = len(before) - len(before.lstrip()) + 2
    character = _private(shown, True, characters)
    width = len(line.rstrip())
    return " " * depth + character * (width - depth) + line[width:] if width > depth else None


def _private(shown: str, is_whole: bool, characters: dict[tuple[str, bool], str]) -> str:
    return characters.setdefault((shown, is_whole), chr(_FIRST + min(len(characters), _MOST)))


def restore(root: Node, expressions: dict[str, tuple[str, bool]]) -> None:
    """Puts the expressions back into the values of a tree."""

    def put_back(found: re.Match[str]) -> str:
        shown, is_whole = expressions[found[1]]
        return shown if is_whole else shown * (len(found[0]) // len(shown))

    for node in _scalars(root):
        if _TOKEN.search(node.value):
            node.value = _TOKEN.sub(put_back, node.value)


def _scalars(root: Node) -> Iterator[ScalarNode]:
    for _, node in walk(root):
        if isinstance(node, ScalarNode):
            yield node
        elif isinstance(node, MappingNode):
            yield from (key for key, _ in node.value if isinstance(key, ScalarNode))
