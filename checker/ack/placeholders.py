"""Text that is still to be filled in by a template engine, so that it says nothing yet.

Shapes seen in public repositories: kro `${schema.spec.name}`, Helm and Argo `{{ … }}`, Jinja `{% … %}`, Backstage
`${{ … }}`, shell `$NAME` and `${NAME}`, `<placeholder>`, `__NAME__`, and words in place of an account number
(`ACCOUNT_ID`, `XXXX`). An IAM policy variable (`${aws:username}`, `${*}`) is none of these: its name has a service
prefix and a colon.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from yaml.nodes import Node, ScalarNode

from ..text.nodes import Path, walk

POLICY_VARIABLE = re.compile(r"\$\{(?:[*?$]|(?![A-Z0-9_]+:[-=?+])[A-Za-z0-9][\w.\-/]*:[^{}()\"?]*)\}")


class Placeholder(NamedTuple):
    """One placeholder: the engine it is written for, its text, and where it stands (offset into the scalar's value)."""

    reason: str
    text: str
    path: Path
    offset: int
    in_key: bool


_SHAPES = (
    ("backstage", re.compile(r"\$\{\{.*?\}\}", re.DOTALL)),
    ("helm", re.compile(r"(?s)\{\{-?\s*(?:[.$]|(?:include|template|if|with|range|toYaml|tpl|define|end)\b).*?\}\}")),
    ("jinja", re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)),
    ("shell-variable", re.compile(r"\$\{[A-Z][A-Z0-9_]*(?::?[-=?+][^{}]*)?\}|\$[A-Z][A-Z0-9_]+\b")),
    ("kro", re.compile(r"\$\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")),
    ("angle-brackets", re.compile(r"<[A-Za-z][\w .:/-]*>")),
    ("double-underscore", re.compile(r"\b__[A-Z][A-Z0-9_]*__\b")),
    ("account-word", re.compile(r"\barn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:([A-Z_]*ACCOUNT[A-Z_]*|X{4,})(?=:)")),
)  # fmt: skip
_HINT = re.compile(r"[$<{%]|__|ACCOUNT|XXXX")
_FREE_TEXT = ("description",)


def find_placeholder(root: Node) -> Placeholder | None:
    """The first placeholder in a tree of nodes, or None. Free text (descriptions) may hold what it likes."""
    for path, node in walk(root):
        if path and path[-1] in _FREE_TEXT:
            continue
        if isinstance(node, ScalarNode):
            texts = [(node.value, False)]
        else:
            keys = [pair[0] for pair in node.value if isinstance(pair, tuple)]
            texts = [(key.value, True) for key in keys if isinstance(key, ScalarNode)]
        for text, in_key in texts:
            found = find_in_text(text)
            if found is not None:
                reason, shown, offset = found
                return Placeholder(reason, shown, (*path, text) if in_key else path, offset, in_key)
    return None


def find_in_text(text: str) -> tuple[str, str, int] | None:
    """The first placeholder in a text as (reason, placeholder, offset), or None."""
    if not _HINT.search(text):
        return None
    masked = POLICY_VARIABLE.sub(lambda found: "\0" * len(found[0]), text)
    hits = [
        (found.start(found.re.groups), reason, found[found.re.groups])
        for reason, shape in _SHAPES
        if (found := shape.search(masked))
    ]
    if not hits:
        return None
    offset, reason, shown = min(hits, key=lambda hit: hit[0])
    return reason, shown, offset
