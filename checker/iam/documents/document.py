"""Policy documents: JSON text in, statements with paths out.

Sources: IAM User Guide, "Grammar of the IAM JSON policy language" and "IAM JSON policy element reference" (element
names, `Effect` and values are case-sensitive; duplicate keys are refused; `Version` defaults to 2008-10-17). A
document that breaks the grammar is refused by AWS as a whole (MalformedPolicyDocument), so it is never half
understood here either: the result then has problems and no document.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from itertools import islice
from typing import Any, Literal, get_args

from ..expressions import expression
from ..values import NamedTuple
from . import grammar
from .holes import as_json, breaking, is_wrong_sid, pattern_of
from .paths import Path, show_path
from .syntax import explain_syntax

PolicyKind = Literal["identity", "trust", "resource"]
"""Identity policies (boundaries, session policies and SCPs too) have no principal, trust policies no resource; resource
policies (KMS key policies, VPC endpoint policies and RCPs too) have both."""
_KINDS: tuple[str, ...] = get_args(PolicyKind)

ProblemCode = Literal["syntax", "duplicate-key", "element", "principal", "hole"]


_MOST_DUPLICATES = 20
"""Repeated keys that are shown: to find the place of one takes a walk through the document."""

LONGEST = 131_072
"""Characters the IAM API takes for any policy document (botocore's model of IAM, policyDocumentType). What is longer
is refused for certain, so it need not be understood."""

_MOST_FLAWS = 50
"""Flaws that are reported at most: the first alone makes AWS refuse the document."""

_ODD_CHARACTER = expression("[^\t\n\r\x20-\xff]")


class Problem(NamedTuple):
    """What is wrong with a document, where, and what to write instead.

    `offset` counts code points into the text and is only known for syntax; everywhere else `path` says where, and
    `at_key` whether the key at its end is meant or what stands behind it.
    """

    code: ProblemCode
    message: str
    hint: str
    path: Path = ()
    offset: int | None = None
    at_key: bool = False


class Entry(NamedTuple):
    """One string of a list element (an action, a resource, a principal) and its place."""

    text: str
    path: Path


class Condition(NamedTuple):
    """One key under one operator. All conditions of a statement must hold; any one of `values` is enough."""

    operator: str
    key: str
    values: tuple[str, ...]
    path: Path


class Principal(NamedTuple):
    """One principal: `kind` is AWS, Service, Federated, CanonicalUser, or `*` for the bare star."""

    kind: str
    entry: Entry


class Statement(NamedTuple):
    """One statement; `not_actions`, `not_resources` and `not_principals` say that the list is to be complemented."""

    path: Path
    sid: str | None
    effect: Literal["Allow", "Deny"]
    actions: tuple[Entry, ...]
    not_actions: bool
    resources: tuple[Entry, ...]
    not_resources: bool
    principals: tuple[Principal, ...]
    not_principals: bool
    conditions: tuple[Condition, ...]


class Document(NamedTuple):
    """A policy document that AWS would accept as far as its grammar goes. `holes` are the texts in it that a template
    engine has yet to fill in (see `holes`); a document that has some is decided between its bounds. `kind` is what it
    was read as: in a layer of another kind it would say something else."""

    version: str
    statements: tuple[Statement, ...]
    holes: tuple[str, ...] = ()
    kind: PolicyKind = "identity"

    @property
    def has_variables(self) -> bool:
        """Policy variables are only expanded under 2012-10-17 (IAM User Guide, "Policy variables")."""
        return self.version == "2012-10-17"


class Parsed(NamedTuple):
    """A document, or the problems that make it unreadable (then `document` is None)."""

    document: Document | None
    problems: tuple[Problem, ...]


def parse(text: str | bytes | Mapping[str, Any], kind: PolicyKind = "identity", holes: tuple[str, ...] = ()) -> Parsed:
    """Reads a policy document: its JSON text (str, or bytes in UTF-8), or its plain value. Whatever is wrong with it
    comes back as problems with a place; ValueError is raised for a kind that does not exist. `holes` are texts that a
    template engine has yet to fill in: a string with holes may turn out to be right, but no hole may stand for a part
    of the structure.
    """
    if kind not in _KINDS:
        raise ValueError(f"there is no kind of policy {kind!r}; there is {', '.join(_KINDS)}")
    if not isinstance(text, str):
        # Bytes that are not UTF-8 become lone surrogates, which are reported at their place.
        text = text.decode("utf-8", "surrogateescape") if isinstance(text, bytes) else _written(text)
    holes = tuple(hole for hole in holes if hole in text)
    if holes and text.strip() in holes:
        return _refused(_unfilled(text.strip(), ()))
    text = as_json(text, holes) if holes else text
    duplicates: list[tuple[dict[str, Any], str]] = []

    def keep_last(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        value: dict[str, Any] = {}
        for key, item in pairs:
            if key in value:
                duplicates.append((value, key))
            value[key] = item
        return value

    deep = _too_deep(text)
    if deep is not None:
        wrong = "the JSON is nested too deeply to be a policy"
        return _refused(Problem("syntax", wrong, "write a flat document", (), deep))
    try:
        value = json.loads(text, object_pairs_hook=keep_last, parse_constant=_refuse_constant)
    except ValueError as error:
        offset, message, hint = explain_syntax(text, error)
        return _refused(Problem("syntax", message, hint, (), offset))
    problems = [_duplicate(value, holder, key) for holder, key in duplicates[:_MOST_DUPLICATES]]
    for flaw in islice(grammar.flaws(value, kind), _MOST_FLAWS):
        hole = breaking(value, flaw.path, holes, at_key=flaw.at_key) if holes else None
        if hole == "" and flaw.path[-1] == "Sid" and is_wrong_sid(value, flaw.path, holes):
            hole = None
        if hole is None:
            problems.append(Problem(flaw.code, flaw.message, flaw.hint, flaw.path, at_key=flaw.at_key))
        elif hole:
            problems.append(_unfilled(hole, flaw.path))
    problems += _odd_characters(pattern_of(holes).sub("", text) if holes else text)
    if problems:
        return Parsed(None, tuple(problems))
    return Parsed(_build(value)._replace(holes=holes, kind=kind), ())


def _unfilled(hole: str, path: Path) -> Problem:
    where = show_path(path) or "the whole document"
    return Problem("hole", f"{where} is {hole}, which is filled in later", "say what it is filled in with", path)


_DEEPEST = 50
"""Lists and objects inside one another: a policy has seven at most. Interpreters differ in what their parser bears."""

_BRACKET = expression(r'"(?:[^"\\]++|\\.)*"?|[\[{]|[\]}]', re.DOTALL)


def _too_deep(text: str) -> int | None:
    """The offset of the bracket that is nested too deeply; None where none is."""
    if text.count("[") + text.count("{") <= _DEEPEST:
        return None
    depth = 0
    for bracket in _BRACKET.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(bracket[0], 0)
        if depth > _DEEPEST:
            return bracket.start()
    return None


def _written(value: Mapping[str, Any]) -> str:
    """A document as its JSON text; one that is nested too deeply to be written, as text of which that is said."""
    try:
        return json.dumps(dict(value), ensure_ascii=False)
    except RecursionError:
        return "[" * (_DEEPEST + 1)


def too_long(text: str) -> Parsed:
    """The result for a text longer than LONGEST, which is not read."""
    wrong = f"the document has {len(text):,} characters, and IAM takes {LONGEST:,} at most"
    return _refused(Problem("element", wrong, "split it into several policies"))


def _odd_characters(text: str) -> list[Problem]:
    """IAM takes tab, line feed, carriage return and U+0020 to U+00FF (IAM API Reference, CreatePolicy,
    PolicyDocument).
    """
    odd = _ODD_CHARACTER.search(text)
    if odd is None:
        return []
    wrong = f"the character U+{ord(odd[0]):04X} may not stand in a policy document"
    return [Problem("element", wrong, "AWS takes only U+0020 to U+00FF, tab and line breaks", (), odd.start())]


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _refused(problem: Problem) -> Parsed:
    return Parsed(None, (problem,))


def _duplicate(root: Any, holder: dict[str, Any], key: str) -> Problem:
    path = (*(_path_to(root, holder) or ()), key)
    return Problem(
        "duplicate-key",
        f"the key {json.dumps(key, ensure_ascii=False)} stands twice in the same object",
        "keep one of them; where both list values, join the lists",
        path,
        at_key=True,
    )


def _path_to(value: Any, target: dict[str, Any]) -> Path | None:
    if value is target:
        return ()
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        below = _path_to(item, target)
        if below is not None:
            return (key, *below)
    return None


def _build(value: dict[str, Any]) -> Document:
    statement = value["Statement"]
    routes = [(("Statement",), statement)] if isinstance(statement, dict) else _numbered(statement)
    return Document(value.get("Version", "2008-10-17"), tuple(_statement(item, path) for path, item in routes))


def _numbered(statements: list[Any]) -> list[tuple[Path, Any]]:
    return [(("Statement", number), item) for number, item in enumerate(statements)]


def _statement(value: dict[str, Any], path: Path) -> Statement:
    not_actions, not_resources = "NotAction" in value, "NotResource" in value
    not_principals = "NotPrincipal" in value
    principal_name = "NotPrincipal" if not_principals else "Principal"
    return Statement(
        path=path,
        sid=value.get("Sid"),
        effect=value["Effect"],
        actions=_entries(value, "NotAction" if not_actions else "Action", path),
        not_actions=not_actions,
        resources=_entries(value, "NotResource" if not_resources else "Resource", path),
        not_resources=not_resources,
        principals=_principals(value.get(principal_name, {}), (*path, principal_name)),
        not_principals=not_principals,
        conditions=tuple(
            Condition(operator, key, _texts(values), (*path, "Condition", operator, key))
            for operator, keys in value.get("Condition", {}).items()
            for key, values in keys.items()
        ),
    )


def _entries(value: dict[str, Any], name: str, path: Path) -> tuple[Entry, ...]:
    listed = value.get(name, [])
    if isinstance(listed, str):
        return (Entry(listed, (*path, name)),)
    return tuple(Entry(item, (*path, name, number)) for number, item in enumerate(listed))


def _principals(value: Any, path: Path) -> tuple[Principal, ...]:
    if isinstance(value, str):
        return (Principal("*", Entry(value, path)),)
    return tuple(Principal(kind, entry) for kind in value for entry in _entries(value, kind, path))


def _texts(values: Any) -> tuple[str, ...]:
    listed = values if isinstance(values, list) else [values]
    return tuple(json.dumps(item) if isinstance(item, (bool, int, float)) else item for item in listed)
