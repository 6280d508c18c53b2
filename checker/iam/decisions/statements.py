"""What a statement is about: its actions and its resources, as far as they can be worked out."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from ..documents.context import Context
from ..documents.document import Document, Entry, Statement
from ..documents.variables import Expanded, expand
from ..patterns.globs import Glob, arn_glob, matches, read_wildcards, resource_glob, wildcard_glob
from ..values import NamedTuple
from .conditions import Truth, negation

EVERYTHING = wildcard_glob("*")


class Resources(NamedTuple):
    """The patterns of a Resource list that it covers for certain, and those it covers at most."""

    surely: tuple[Glob, ...]
    maybe: tuple[Glob, ...]


class PreparedStatement(NamedTuple):
    """A statement and what can be said before there is a request: its actions in lower case, and its resources where no
    variable is among them. `concerned` remembers which actions it takes in."""

    statement: Statement
    actions: tuple[str, ...]
    resources: Resources | None
    concerned: dict[str, Truth]


_PREPARED: dict[int, tuple[Document, tuple[PreparedStatement, ...]]] = {}
_MOST_PREPARED = 5_000


def prepare(document: Document) -> tuple[PreparedStatement, ...]:
    """The statements of a document, prepared once. Documents go by identity, since comparing them would cost more than
    the work it saves; each entry keeps its document, so that no other can take over its identity."""
    known = _PREPARED.get(id(document))
    if known is not None:
        return known[1]
    if len(_PREPARED) >= _MOST_PREPARED:
        del _PREPARED[next(iter(_PREPARED))]  # the one that was prepared first
    prepared = tuple(_prepared(document, statement) for statement in document.statements)
    _PREPARED[id(document)] = document, prepared
    return prepared


def _prepared(document: Document, statement: Statement) -> PreparedStatement:
    is_plain = not any("${" in entry.text for entry in statement.resources)
    actions = tuple(entry.text.lower() for entry in statement.actions)
    return PreparedStatement(statement, actions, resources(document, statement, Context()) if is_plain else None, {})


def action_matches(pattern: str, action: str) -> Truth:
    """Whether an Action string covers a lower-case action; case is ignored.

    Wildcards are documented for the name after the colon only; what one in the service prefix does is not, so there
    the answer is "cannot tell" unless the rest already rules it out.
    """
    return _action_matches(pattern.lower(), action)


@lru_cache(maxsize=8192)
def _action_matches(pattern: str, action: str) -> Truth:
    if pattern == "*":
        return True
    prefix, _, name = pattern.partition(":")
    service, _, wanted = action.partition(":")
    if "*" not in prefix and "?" not in prefix:
        return prefix == service and (name == wanted or (("*" in name or "?" in name) and _like(name, wanted)))
    return None if _like(prefix, service) and _like(name, wanted) else False


def _like(pattern: str, text: str) -> bool:
    return matches(wildcard_glob(pattern), text)


def concerns(prepared: PreparedStatement, action: str) -> Truth:
    """Whether the Action or NotAction of a statement takes in a lower-case action."""
    listed = any_action(prepared.actions, action)
    truth = negation(listed) if prepared.statement.not_actions else listed
    prepared.concerned[action] = truth
    return truth


def any_action(patterns: Iterable[str], action: str) -> Truth:
    """Whether one of some lower-case Action strings covers a lower-case action."""
    listed: Truth = False
    for pattern in patterns:
        truth = _action_matches(pattern, action)
        if truth:
            return True
        if truth is None:
            listed = None
    return listed


def resources(document: Document, statement: Statement, context: Context) -> Resources:
    """The globs of a Resource list: those that are exact, and all of them; a trust policy is about its role.

    Left out of the exact ones: ARNs with fewer than six fields (some readers pad them with `*`, AWS does not say), and
    what has a variable of unknown value. A string whose variable has no value matches nothing (IAM User Guide, "Policy
    variables with no value"); in NotResource that page also calls the whole statement invalid, so there it is open.
    """
    if not statement.resources:
        return Resources((EVERYTHING,), (EVERYTHING,))
    surely: list[Glob] = []
    maybe: list[Glob] = []
    for entry in statement.resources:
        if entry.text.startswith("arn:") and entry.text.count(":") < 5 and not entry.text.endswith("*"):
            maybe += [arn_glob(entry.text), arn_glob(entry.text + ":*")]
            continue
        expanded = _expand_resource(document, entry, context)
        if expanded is None:
            glob = arn_glob(entry.text)
        elif expanded.absent:
            maybe += [EVERYTHING] if statement.not_resources else []
            continue
        else:
            glob = arn_glob(expanded.plain) if expanded.as_written else resource_glob(expanded.text)
        maybe.append(glob)
        if expanded is not None and expanded.unknown and statement.not_resources:
            # The variable may turn out to have no value.
            maybe.append(EVERYTHING)
        if expanded is None or not expanded.unknown:
            surely.append(glob)
    return Resources(tuple(surely), tuple(maybe))


def covers(about: Resources, resource: str, *, negated: bool) -> Truth:
    """Whether a Resource (or, negated, NotResource) list takes in this one ARN."""
    for glob in about.surely:
        if glob.fixed == resource or (resource.startswith(glob.prefix) and matches(glob, resource)):
            return not negated
    if len(about.maybe) == len(about.surely):
        return negated
    covered = None if any(matches(glob, resource) for glob in about.maybe) else False
    return negation(covered) if negated else covered


def unknown_keys(document: Document, statement: Statement, context: Context) -> frozenset[str]:
    """The keys of unknown value that a Resource list depends on through policy variables."""
    keys = frozenset[str]()
    for entry in statement.resources:
        expanded = _expand_resource(document, entry, context)
        keys |= expanded.unknown if expanded else frozenset()
    return keys


def _expand_resource(document: Document, entry: Entry, context: Context) -> Expanded | None:
    """The resource with its variables put in (`text` counts only where it is not `as_written`); None without any.

    They are expanded only after the fifth colon (IAM User Guide, "Where you can use policy variables"). What AWS makes
    of one before it is documented nowhere, so there it might stand for anything.
    """
    if "${" not in entry.text:
        return None
    front, rest = _split_arn(entry.text)
    if "${" in front:
        return expand(entry.text, Context(), enabled=True)
    text, plain, unknown, absent, as_written = expand(rest, context, enabled=document.has_variables)
    if as_written:
        return Expanded((), front + plain, unknown, absent)
    return Expanded(read_wildcards(front) + text, front + plain, unknown, absent, as_written)


@lru_cache(maxsize=8192)
def _split_arn(text: str) -> tuple[str, str]:
    """The first five fields with their colons, and the resource part, which alone may hold variables."""
    start = 0
    for _ in range(5):
        colon = text.find(":", start)
        if colon < 0:
            return text, ""
        start = colon + 1
    return text[:start], text[start:]
