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
from .variables import Expanded, expand

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

    `level` is the place of its layer among the layers (two layers may have one name). `surely` and `maybe` are the
    resource patterns it covers for certain and at most; `negated` stands for NotResource. `truth` is the value of
    its conditions. A policy that cannot be read is two clauses, one Allow and one Deny, that might cover everything;
    they have no statement.
    """

    layer: LayerName
    level: int
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
        for level, layer in enumerate(layers)
        for policy in layer.policies
        for clause in _compile_policy(layer.name, level, policy, action.lower(), context)
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


def _compile_policy(layer: LayerName, level: int, policy: Attached, action: str, context: Context) -> list[Clause]:
    if policy.document is None:
        either: tuple[Literal["Allow", "Deny"], ...] = ("Allow", "Deny")
        return [Clause(layer, level, policy, None, effect, None, (), (EVERYTHING,)) for effect in either]
    clauses = []
    for statement in policy.document.statements:
        concerned = _concerns(statement, action)
        if concerned is False:
            continue
        truth = all_of((concerned, statement_holds(policy.document, statement, context)))
        if truth is not False:
            surely, maybe = _resources(policy.document, statement, context)
            clause = Clause(
                layer, level, policy, statement, statement.effect, truth, surely, maybe, statement.not_resources
            )
            clauses.append(clause)
    return clauses


def _concerns(statement: Statement, action: str) -> Truth:
    listed = any_of(action_matches(entry.text, action) for entry in statement.actions)
    return negation(listed) if statement.not_actions else listed


def _resources(document: Document, statement: Statement, context: Context) -> tuple[tuple[Glob, ...], tuple[Glob, ...]]:
    """The globs of a Resource list: those that are exact, and all of them.

    Left out of the exact ones: ARNs with fewer than six fields (some readers pad them with `*`, AWS does not say), and
    what has a variable of unknown value. A variable without a value empties its string.
    """
    surely: list[Glob] = []
    maybe: list[Glob] = []
    for entry in statement.resources:
        if entry.text.startswith("arn:") and entry.text.count(":") < 5 and not entry.text.endswith("*"):
            maybe += [arn_glob(entry.text), arn_glob(entry.text + ":*")]
            continue
        expanded = _expand_resource(document, entry, context)
        if not expanded.absent:
            glob = arn_glob(entry.text) if "${" not in entry.text else _compile(entry.text, expanded)
            maybe.append(glob)
            if not expanded.unknown:
                surely.append(glob)
    return tuple(surely), tuple(maybe)


def _compile(text: str, expanded: Expanded) -> Glob:
    return compile_tokens(text, arn_tokens(expanded.text))


def _expand_resource(document: Document, entry: Entry, context: Context) -> Expanded:
    """Variables are expanded only after the fifth colon (IAM User Guide, "Where you can use policy variables"). What
    AWS makes of one before it is said nowhere, so there it might stand for anything."""
    front, rest = _split_arn(entry.text)
    if "${" in front:
        return expand(entry.text, Context(), enabled=True)
    expanded = expand(rest, context, enabled=document.has_variables)
    return expanded._replace(text=read_wildcards(front) + expanded.text)


def _split_arn(text: str) -> tuple[str, str]:
    """The first five fields with their colons, and the resource part, which alone may hold variables."""
    place = 0
    for _ in range(5):
        found = text.find(":", place)
        if found < 0:
            return text, ""
        place = found + 1
    return text[:place], text[place:]
