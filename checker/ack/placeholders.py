"""Text that is still to be filled in by a template engine, so that it says nothing yet.

Shapes seen in public repositories: kro `${schema.spec.name}`, Helm and Argo `{{ … }}`, Jinja `{% … %}`, Backstage
`${{ … }}`, shell `$NAME` and `${NAME}`, Flux's escape `$${…}`, CloudFormation `${AWS::AccountId}`, comments of ytt
(`#@ …`), branches and loops in comments, `<placeholder>`, `<%= name %>`, `[[ .Name ]]`, `$(NAME)`, `@NAME@`,
`__NAME__`, and words in place of an account number
(`ACCOUNT_ID`, `XXXX`). An IAM policy variable (`${aws:username}`, `${*}`) is none of these: its name has a service
prefix and a colon.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from itertools import chain

from yaml.nodes import MappingNode, Node, ScalarNode

from ..iam.expressions import expression
from ..iam.values import NamedTuple
from ..text.documents import Piece
from ..text.nodes import Path, walk
from ..text.yaml_nodes import end_of, start_of

POLICY_VARIABLE = expression(r"\$\{(?:[*?$]|(?!\w+:[-=?+\d ]|AWS::)[A-Za-z0-9][\w.\-/]*:[^{}()\"?]*)\}")


class Placeholder(NamedTuple):
    """One placeholder: the engine it is written for, its text, and where it stands (offset into the scalar's value)."""

    reason: str
    text: str
    path: Path
    offset: int
    in_key: bool


class _Enclosed(NamedTuple):
    """What stands between an opening and the next `closing`. One expression for both would look for the closing anew
    from each opening; where there is none, that takes the square of the text's length."""

    reason: str
    opening: re.Pattern[str]
    closing: str

    def search(self, text: str) -> tuple[int, int] | None:
        """The first one, as (start, end)."""
        opened = self.opening.search(text)
        closed = text.find(self.closing, opened.end()) if opened else -1
        return (opened.start(), closed + len(self.closing)) if opened and closed >= 0 else None


_ENCLOSED = (
    _Enclosed("backstage", expression(r"\$\{\{"), "}}"),
    _Enclosed(
        "helm",
        # A word with a string or a value behind it calls a function of Go; in Jinja, it would be no expression.
        expression(
            r"\{\{-?\s*+(?:[.$]|/\*|(?:include|template|tpl|if|else|with|range|toYaml|define|end)\b|\w++\s++[\"`$.])"
        ),
        "}}",
    ),
    _Enclosed("jinja", expression(r"\{\{"), "}}"),
    _Enclosed("jinja", expression(r"\{%"), "%}"),
)
_SHAPES = (
    ("shell-variable", expression(r"\$\{(?:[A-Z][A-Z0-9_]*+|\w++:?[-=?+][^{}]*+)\}|\$[A-Z][A-Z0-9_]++\b")),
    ("cloudformation", expression(r"\$\{AWS::\w++\}")),
    ("kro", expression(r"\$\{[^{}]*+(?:\{[^{}]*+\}[^{}]*+)*\}")),
    ("flux-operator", expression(r"<<\s*+[A-Za-z][\w.|\" ]*+>>")),
    ("angle-brackets", expression(r"<[A-Za-z][\w .:/#-]*+>")),
    ("erb", expression(r"<%=?[^<>%]*+%>")),
    ("square-brackets", expression(r"\[\[-?\s*+[.$][\w.]*+\s*+-?\]\]")),
    ("parentheses", expression(r"\$\([A-Za-z_]\w*+\)")),
    ("at-signs", expression(r"@[A-Z][A-Z0-9_]*+@")),
    ("double-underscore", expression(r"\b__[A-Z][A-Z0-9_]*(?<=__)\b")),
    (
        "account-word",
        expression(r"\barn:aws[a-z-]*+:[a-z0-9-]++:[a-z0-9-]*+:((?=[A-Z_]*ACCOUNT)[A-Z_]++|X{4,}+)(?=:)"),
    ),
)
_FLUX_ESCAPE = expression(r"\$\$\{[^{}]*+\}")
_YTT = expression(r"(?:^|(?<=[ \t]))#@[^\r\n]*+", re.MULTILINE)
_BRANCH = expression(r"(?:\{\{-?[ \t]*+(?:if|else|end|range|with|define|block)\b|\{%)[^\r\n{}%]{0,200}+(?:\}\}|%\})?")
_HINT = expression(r"[$<{%@]|\[\[|__|ACCOUNT|XXXX")
_MAY_HOLD = expression(r"\$|\{\s*\{|\{%|<|@|\[\[|__|ACCOUNT|XXXX")
"""What stands in the text of every document that holds a placeholder, escapes of YAML aside."""
_MOST_ABOVE = 2_000
_ORDER = (
    "backstage", "helm", "jinja", "flux-escape", "shell-variable", "cloudformation", "kro", "erb", "flux-operator",
    "angle-brackets", "square-brackets", "parentheses", "at-signs", "double-underscore", "account-word",
)  # fmt: skip
"""Which engine is named where two placeholders begin at the same character."""

_COMMENT = expression(r"(?:^|(?<=[ \t]))#.*", re.MULTILINE)
_LINE_START = expression(r"[ \t]*+(?:- ++)?(?=\{[{%])")
_VALUE = expression(r": ++(?=\{\{)")


@lru_cache(maxsize=4)
def _may_hold_one(text: str) -> bool:
    """Whether a text may hold a placeholder; a list of thousands of objects is one text."""
    return "\\" in text or _MAY_HOLD.search(text) is not None


def find_placeholder(root: Node, text: str) -> Placeholder | None:
    """The first placeholder in a tree of nodes, or None. `text` is what the tree was composed from.

    Free text (descriptions, tags, annotations of others) may hold what it likes. `{{ name }}` without quotes is YAML
    for a mapping whose key is a mapping: no Kubernetes field is one, so it is the template it looks like.
    """
    if not _may_hold_one(text):
        return None
    for path, node in walk(root):
        if is_free_text(path):
            continue
        if _is_unquoted(node):
            shown = text[start_of(node) : end_of(node)]
            placeholder = find_in_text(shown)
            return Placeholder(placeholder[0] if placeholder else "jinja", shown, path, 0, False)
        if isinstance(node, ScalarNode):
            texts = [(node.value, False)]
        else:
            keys = [pair[0] for pair in node.value if isinstance(pair, tuple)]
            texts = [(key.value, True) for key in keys if isinstance(key, ScalarNode)]
        for value, in_key in texts:
            placeholder = find_in_text(value)
            if placeholder is not None:
                reason, shown, offset = placeholder
                return Placeholder(reason, shown, (*path, value) if in_key else path, offset, in_key)
    return None


def changes_structure(root: Node) -> bool:
    """Whether placeholders in a tree may make it another tree: a `{{ … }}` without quotes in place of a value of any
    kind, a key that is not known, a branch or a loop inside of a scalar, which takes text in or out, or a placeholder
    that takes the white space around it away."""
    for _, node in walk(root):
        if _is_unquoted(node):
            return True
        if isinstance(node, ScalarNode):
            text = node.value
            if "{{-" in text or "-}}" in text or (("{{" in text or "{%" in text) and _BRANCH.search(text)):
                return True
        elif isinstance(node, MappingNode):
            keys = (key.value for key, _ in node.value if isinstance(key, ScalarNode))
            if any(find_in_text(key) is not None for key in keys):
                return True
    return False


def _is_unquoted(node: Node) -> bool:
    return (
        isinstance(node, MappingNode)
        and bool(node.flow_style)
        and any(isinstance(key, MappingNode) for key, _ in node.value)
    )


def may_change(root: Node, piece: Piece) -> bool:
    """Whether anything in a document is to be filled in, free text too, or taken in or out."""
    if find_in_comments(root, piece) is not None or changes_structure(root):
        return True
    return any(isinstance(node, ScalarNode) and find_in_text(node.value) is not None for _, node in walk(root))


def find_breaking(text: str) -> tuple[str, str, int] | None:
    """A placeholder of the kind that keeps text from being YAML: one that stands where a key or a value should.

    Comments do not count, nor do placeholders in the middle of a scalar, which is YAML all the same. Returned as
    (reason, placeholder, offset).
    """
    uncommented = _COMMENT.sub(lambda comment: " " * len(comment[0]), text)
    offset = 0
    for line in uncommented.splitlines(keepends=True):
        breaking = _breaking_in(line) if "}}" in line or "%}" in line else None
        if breaking is not None:
            start, end = breaking
            placeholder = find_in_text(line[start:end])
            return (placeholder[0] if placeholder else "jinja", line[start:end], offset + start)
        offset += len(line)
    return None


def find_in_comments(root: Node, piece: Piece) -> Placeholder | None:
    """The first instruction for a template engine that stands in a comment, in a document or right above it: one of ytt
    (`#@ …`; ytt, "Templating syntax"), or a branch or loop of Helm or Jinja, which know no comments of YAML. What
    stands inside a scalar is no comment."""
    text, start = piece.text, piece.start
    marker = len(text) - len(text.lstrip("-. \t"))
    above = piece.source.text[max(0, start - _MOST_ABOVE) : start]
    for line in reversed(above.splitlines() if _may_instruct(above) else ()):
        instruction = _YTT.match(line.lstrip()) or _BRANCH.search(line)
        if instruction is not None:
            return _instruction(instruction[0])
        if line.strip() and not line.lstrip().startswith("#"):
            break
    if not _may_instruct(text):
        return None
    inside = [(start_of(node), end_of(node)) for _, node in walk(root) if isinstance(node, ScalarNode) and node.value]
    inside.sort()
    starts = [first for first, _ in inside]
    for instruction in chain(_YTT.finditer(text, marker), _BRANCH.finditer(text, marker)):
        before = bisect_right(starts, instruction.start()) - 1
        if before < 0 or inside[before][1] <= instruction.start():
            return _instruction(instruction[0])
    return None


def _may_instruct(text: str) -> bool:
    return "#" in text and ("#@" in text or "{{" in text or "{%" in text)


def _instruction(shown: str) -> Placeholder:
    reason = "ytt" if shown.startswith("#@") else "jinja" if shown.startswith("{%") else "helm"
    return Placeholder(reason, shown.strip(), (), 0, True)


def _breaking_in(line: str) -> tuple[int, int] | None:
    """Start and end of such a placeholder in the line: at the line's beginning, or where a value is due."""
    begins = _LINE_START.match(line)
    starts = [begins.end()] if begins else []
    value = _VALUE.search(line)
    starts += [value.end()] if value else []
    for start in starts:
        closing = "}}" if line.startswith("{{", start) else "%}"
        end = line.find(closing, start + 2)
        if end >= 0:
            return start, end + 2
    return None


def is_free_text(path: Path) -> bool:
    """Whether a field may hold what it likes: descriptions, tags, annotations of others."""
    if path[:2] == ("metadata", "annotations") and len(path) > 2:
        return not str(path[2]).split("/")[0].endswith(("services.k8s.aws", "eks.amazonaws.com"))
    return (path[:2] == ("spec", "tags") and len(path) > 2) or path == ("spec", "description")


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
    escaped = _FLUX_ESCAPE.search(text)
    if escaped is not None:
        hits.append((escaped.start(), "flux-escape", escaped[0]))
    for shape in _ENCLOSED:
        span = shape.search(masked)
        if span is not None:
            hits.append((span[0], shape.reason, masked[slice(*span)]))
    if not hits:
        return None
    order = {reason: position for position, reason in enumerate(_ORDER)}
    offset, reason, shown = min(hits, key=lambda hit: (hit[0], order[hit[1]]))
    return reason, shown, offset
