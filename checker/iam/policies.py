"""The policies that bear on one role, layer by layer, compiled for one action.

A request is allowed when every layer allows it and no layer denies it (IAM User Guide, "Policy evaluation logic").
Compiling keeps three values apart: what a statement surely covers, what it might cover, and why the two differ.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, NamedTuple

from .conditions import Truth, all_of, any_of, negation, statement_holds
from .context import Context
from .document import Document, Entry, Statement
from .globs import Glob, arn_glob, arn_tokens, compile_tokens, matches, read_wildcards, wildcard_glob
from .variables import expand

LayerName = Literal["identity", "boundary", "session"]

EVERYTHING = wildcard_glob("*")


class Attached(NamedTuple):
    """A policy as it is attached. `label` names it for people; without a document, `reason` says why there is none."""

    label: str
    document: Document | None
    reason: str = ""


class Layer(NamedTuple):
    """Policies of which one must allow. An existing layer without policies allows nothing."""

    name: LayerName
    policies: tuple[Attached, ...]


class Clause(NamedTuple):
    """One statement as far as it concerns one action in one context.

    `surely` and `maybe` are the resource patterns it covers for certain and at most; `negated` stands for NotResource.
    `truth` is the value of its conditions. A policy that cannot be read is two clauses, one Allow and one Deny, that
    might cover everything; they have no statement.
    """

    layer: LayerName
    policy: Attached
    statement: Statement | None
    effect: Literal["Allow", "Deny"]
    truth: Truth
    surely: tuple[Glob, ...]
    maybe: tuple[Glob, ...]
    negated: bool = False


def compile_layers(layers: tuple[Layer, ...], action: str, context: Context) -> tuple[Clause, ...]:
    """Every clause of these layers that can concern the action (`service:Name`, any case)."""
    return tuple(
        clause
        for layer in layers
        for policy in layer.policies
        for clause in _compile_policy(layer.name, policy, action.lower(), context)
    )


def covers(clause: Clause, resource: str) -> Truth:
    """Whether the clause applies to a request for this one ARN."""
    if any(matches(glob, resource) for glob in clause.surely):
        covered: Truth = True
    else:
        covered = None if any(matches(glob, resource) for glob in clause.maybe) else False
    return all_of((negation(covered) if clause.negated else covered, clause.truth))


def action_matches(pattern: str, action: str) -> Truth:
    """Whether an Action string covers a lower-case action; case is ignored.

    Wildcards are documented for the name after the colon only; what one in the service prefix does is not, so there
    the answer is "cannot tell" unless the rest already rules it out.
    """
    if pattern == "*":
        return True
    pattern = pattern.lower()
    prefix, _, name = pattern.partition(":")
    service, _, wanted = action.partition(":")
    if "*" not in prefix and "?" not in prefix:
        return prefix == service and (name == wanted or (("*" in name or "?" in name) and _like(name, wanted)))
    return None if _like(prefix, service) and _like(name, wanted) else False


@lru_cache(maxsize=4096)
def _like(pattern: str, text: str) -> bool:
    return matches(wildcard_glob(pattern), text)


def _compile_policy(layer: LayerName, policy: Attached, action: str, context: Context) -> list[Clause]:
    if policy.document is None:
        either: tuple[Literal["Allow", "Deny"], ...] = ("Allow", "Deny")
        return [Clause(layer, policy, None, effect, None, (), (EVERYTHING,)) for effect in either]
    clauses = []
    for statement in policy.document.statements:
        concerned = _concerns(statement, action)
        if concerned is False:
            continue
        truth = all_of((concerned, statement_holds(policy.document, statement, context)))
        if truth is not False:
            surely, maybe = _resources(policy.document, statement, context)
            clause = Clause(layer, policy, statement, statement.effect, truth, surely, maybe, statement.not_resources)
            clauses.append(clause)
    return clauses


def _concerns(statement: Statement, action: str) -> Truth:
    listed = any_of(action_matches(entry.text, action) for entry in statement.actions)
    return negation(listed) if statement.not_actions else listed


def _resources(document: Document, statement: Statement, context: Context) -> tuple[tuple[Glob, ...], tuple[Glob, ...]]:
    surely: list[Glob] = []
    maybe: list[Glob] = []
    for entry in statement.resources:
        glob, is_sure = _resource(document, entry, context)
        if glob is not None:
            maybe.append(glob)
            if is_sure:
                surely.append(glob)
    return tuple(surely), tuple(maybe)


def _resource(document: Document, entry: Entry, context: Context) -> tuple[Glob | None, bool]:
    """The glob of a Resource string, and whether it is exact; None when a variable without a value empties it.

    Variables are expanded only after the fifth colon (IAM User Guide, "Where you can use policy variables").
    """
    if "${" not in entry.text:
        return arn_glob(entry.text), True
    *front, rest = entry.text.split(":", 5)
    expanded = expand(rest, context, enabled=document.has_variables)
    if expanded.absent:
        return None, True
    text = read_wildcards("".join(f"{field}:" for field in front)) + expanded.text
    return compile_tokens(entry.text, arn_tokens(text)), not expanded.unknown
