"""What a document with holes becomes when a template engine fills them in.

A value is text: it does not end the JSON string that the hole stands in, and within one of the first five fields of an
ARN it has no colon. It may hold wildcards and be empty. What AWS makes of a document thus lies between two
documents without holes: the one in which every statement with a hole grants as little as any value can make it
(`least`), and the one in which it grants as much as any value can (`most`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..expressions import expression
from .document import Condition, Document, Entry, Principal, Statement
from .holes import has_hole, pattern_of, with_wildcards

_Spread = Callable[[str, tuple[str, ...]], str]


def least(document: Document) -> Document:
    """The document with what it allows for certain, and with all that it may deny."""
    return _bounded(document, wide="Deny")


def most(document: Document) -> Document:
    """The document with all that it may allow, and with what it denies for certain."""
    return _bounded(document, wide="Allow")


def filled(document: Document, values: Mapping[str, str]) -> Document:
    """The document with some of its holes filled in."""
    left = tuple(hole for hole in document.holes if hole not in values)
    return document._replace(
        statements=tuple(_mapped(item, values, document.holes) for item in document.statements), holes=left
    )


def _bounded(document: Document, wide: str) -> Document:
    statements = (
        _widened(item, document.holes) if item.effect == wide else _narrowed(item, document.holes)
        for item in document.statements
    )
    return document._replace(statements=tuple(item for item in statements if item is not None), holes=())


def _widened(statement: Statement, holes: tuple[str, ...]) -> Statement:
    """The statement as it applies to as many requests as any values can make it."""
    actions, not_actions = _listed(statement.actions, holes, statement.not_actions, _action)
    resources, not_resources = _listed(statement.resources, holes, statement.not_resources, spread)
    principals, not_principals = statement.principals, statement.not_principals
    if not_principals:
        principals = tuple(item for item in principals if not has_hole(item.entry.text, holes))
        if statement.principals and not principals:
            principals, not_principals = (_anybody(statement.principals[0].entry),), False
    else:
        principals = tuple(_anybody(item.entry) if has_hole(item.entry.text, holes) else item for item in principals)
    return statement._replace(
        actions=actions,
        not_actions=not_actions,
        resources=resources,
        not_resources=not_resources,
        principals=principals,
        not_principals=not_principals,
        conditions=tuple(item for item in statement.conditions if not is_open(item, holes)),
    )


def _narrowed(statement: Statement, holes: tuple[str, ...]) -> Statement | None:
    """The statement as it applies whatever the values are; None where it need not apply to anything."""
    if any(is_open(item, holes) for item in statement.conditions):
        return None
    principals = tuple(item for item in statement.principals if not has_hole(item.entry.text, holes))
    if principals != statement.principals and (statement.not_principals or not principals):
        return None
    actions = _kept(statement.actions, holes, statement.not_actions, _action)
    resources = _kept(statement.resources, holes, statement.not_resources, spread)
    if statement.not_resources and resources != statement.resources:
        # A value may hold a variable of IAM, and a NotResource whose variable has no value makes the statement invalid
        # (IAM User Guide, "Policy variables with no value").
        return None
    if (statement.actions and not actions) or (statement.resources and not resources):
        return None
    return statement._replace(actions=actions, resources=resources, principals=principals)


def _listed(
    entries: tuple[Entry, ...], holes: tuple[str, ...], negated: bool, pattern: _Spread
) -> tuple[tuple[Entry, ...], bool]:
    """A list that takes in as much as it can, and whether it is complemented."""
    if not negated:
        return tuple(Entry(pattern(item.text, holes), item.path) for item in entries), False
    kept = tuple(item for item in entries if not has_hole(item.text, holes))
    return (kept, True) if kept or not entries else ((Entry("*", entries[0].path),), False)


def _kept(entries: tuple[Entry, ...], holes: tuple[str, ...], negated: bool, pattern: _Spread) -> tuple[Entry, ...]:
    """The entries that a list surely takes in; for a complemented list, patterns for all that it may leave out."""
    if negated:
        return tuple(Entry(pattern(item.text, holes), item.path) for item in entries)
    return tuple(item for item in entries if not has_hole(item.text, holes))


def _action(text: str, holes: tuple[str, ...]) -> str:
    """A pattern for all that an action may become. `*` where its service prefix is not certain."""
    if not has_hole(text, holes):
        return text
    pattern = with_wildcards(text, holes)
    prefix, colon, name = pattern.partition(":")
    return f"{prefix}:{name}" if colon and "*" not in prefix and "?" not in prefix else "*"


def spread(text: str, holes: tuple[str, ...]) -> str:
    """A pattern for all that a resource may become. Policy variables in it become `*` as well."""
    if not has_hole(text, holes):
        return text
    pattern = _VARIABLE.sub("*", with_wildcards(text, holes))
    if pattern.count(":") < 5:
        return pattern[: pattern.index("*")] + "*"
    return pattern


_VARIABLE = expression(r"\$\{[^{}]*+\}")


def _anybody(entry: Entry) -> Principal:
    return Principal("*", Entry("*", entry.path))


def is_open(condition: Condition, holes: tuple[str, ...]) -> bool:
    """Whether a hole stands in the key or in a value of a condition."""
    return any(has_hole(text, holes) for text in (condition.key, *condition.values))


def _mapped(statement: Statement, values: Mapping[str, str], holes: tuple[str, ...]) -> Statement:
    def put_in(text: str) -> str:
        return pattern_of(holes).sub(lambda found: values.get(found[0], found[0]), text)

    def entries(found: tuple[Entry, ...]) -> tuple[Entry, ...]:
        return tuple(Entry(put_in(item.text), item.path) for item in found)

    return statement._replace(
        actions=entries(statement.actions),
        resources=entries(statement.resources),
        principals=tuple(
            item._replace(entry=Entry(put_in(item.entry.text), item.entry.path)) for item in statement.principals
        ),
        conditions=tuple(
            item._replace(key=put_in(item.key), values=tuple(map(put_in, item.values))) for item in statement.conditions
        ),
    )
