"""Text that is still to be filled in by a template engine, so that it says nothing yet.

Shapes seen in public repositories: kro `${schema.spec.name}`, Helm and Argo `{{ … }}`, Jinja `{% … %}`, Backstage
`${{ … }}`, shell `$NAME` and `${NAME}`, CloudFormation `${AWS::AccountId}`, `<placeholder>`, `__NAME__`, and words in
place of an account number (`ACCOUNT_ID`, `XXXX`). An IAM policy variable (`${aws:username}`, `${*}`) is none of these:
its name has a service prefix and a colon.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from yaml.nodes import MappingNode, Node, ScalarNode

from ..text.nodes import Path, walk
from ..text.yaml_nodes import end_of, start_of

POLICY_VARIABLE = re.compile(r"\$\{(?:[*?$]|(?!\w+:[-=?+]|AWS::)[A-Za-z0-9][\w.\-/]*:[^{}()\"?]*)\}")


class Placeholder(NamedTuple):
    """One placeholder: the engine it is written for, its text, and where it stands (offset into the scalar's value)."""

    reason: str
    text: str
    path: Path
    offset: int
    in_key: bool


_SHAPES = (
    ("backstage", re.compile(r"\$\{\{.*?\}\}", re.DOTALL)),
    ("helm", re.compile(r"(?s)\{\{-?\s*(?:[.$]|/\*|(?:include|template|if|with|range|toYaml|define|end)\b).*?\}\}")),
    ("jinja", re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)),
    ("shell-variable", re.compile(r"\$\{(?:[A-Z][A-Z0-9_]*|\w+:?[-=?+][^{}]*)\}|\$[A-Z][A-Z0-9_]+\b")),
    ("cloudformation", re.compile(r"\$\{AWS::\w+\}")),
    ("kro", re.compile(r"\$\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")),
    ("angle-brackets", re.compile(r"<[A-Za-z][\w .:/-]*>")),
    ("double-underscore", re.compile(r"\b__[A-Z][A-Z0-9_]*__\b")),
    ("account-word", re.compile(r"\barn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:([A-Z_]*ACCOUNT[A-Z_]*|X{4,})(?=:)")),
)  # fmt: skip
_HINT = re.compile(r"[$<{%]|__|ACCOUNT|XXXX")
_BREAKING = re.compile(r"^[ \t]*(?:- +)?(?P<line>\{\{.*?\}\}|\{%.*?%\})|: +(?P<value>\{\{.*?\}\})", re.MULTILINE)
_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#.*", re.MULTILINE)


def find_placeholder(root: Node, text: str) -> Placeholder | None:
    """The first placeholder in a tree of nodes, or None. `text` is what the tree was composed from.

    Free text (descriptions, tags, annotations of others) may hold what it likes. `{{ name }}` without quotes is YAML
    for a mapping whose key is a mapping: no Kubernetes field is one, so it is the template it looks like.
    """
    for path, node in walk(root):
        if _is_free_text(path):
            continue
        if (
            isinstance(node, MappingNode)
            and node.flow_style
            and any(isinstance(key, MappingNode) for key, _ in node.value)
        ):
            shown = text[start_of(node) : end_of(node)]
            found = find_in_text(shown)
            return Placeholder(found[0] if found else "jinja", shown, path, 0, False)
        if isinstance(node, ScalarNode):
            texts = [(node.value, False)]
        else:
            keys = [pair[0] for pair in node.value if isinstance(pair, tuple)]
            texts = [(key.value, True) for key in keys if isinstance(key, ScalarNode)]
        for value, in_key in texts:
            found = find_in_text(value)
            if found is not None:
                reason, shown, offset = found
                return Placeholder(reason, shown, (*path, value) if in_key else path, offset, in_key)
    return None


def find_breaking(text: str) -> tuple[str, str, int] | None:
    """A placeholder of the kind that keeps text from being YAML: one that stands where a key or a value should.

    Comments do not count, nor do placeholders in the middle of a scalar, which is YAML all the same. Returned as
    (reason, placeholder, offset).
    """
    uncommented = _COMMENT.sub(lambda comment: " " * len(comment[0]), text)
    found = _BREAKING.search(uncommented)
    if found is None:
        return None
    group = "line" if found["line"] else "value"
    reason = find_in_text(found[group])
    return (reason[0] if reason else "jinja", found[group], found.start(group))


def _is_free_text(path: Path) -> bool:
    if path[:2] == ("metadata", "annotations") and len(path) > 2:
        return not str(path[2]).split("/")[0].endswith(("services.k8s.aws", "eks.amazonaws.com"))
    return path[:2] == ("spec", "tags") or path[-1:] == ("description",)


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
