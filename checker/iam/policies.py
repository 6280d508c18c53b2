"""The policies that bear on a request, layer by layer, compiled for one action and one caller.

Compiling keeps three things apart: what is settled (the action, the caller, conditions on known keys), what hangs on
condition keys nobody stated (`open`), and which resources a statement surely and at most covers.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Literal, NamedTuple

from .conditions import Truth, all_of, any_of, condition_holds, negation
from .context import Context
from .document import Condition, Document, Entry, Statement
from .globs import Glob, arn_glob, arn_tokens, compile_tokens, matches, read_wildcards, wildcard_glob
from .principals import Caller, Naming, namings
from .variables import Expanded, expand

LayerName = Literal["identity", "boundary", "session", "scp", "rcp", "endpoint", "resource", "key", "trust"]

WITH_PRINCIPALS: tuple[LayerName, ...] = ("rcp", "endpoint", "resource", "key", "trust")
"""Layers whose statements say whom they are about."""

EVERYTHING = wildcard_glob("*")


class Attached(NamedTuple):
    """A policy as it is attached. `label` names it for people; without a document, `reason` says why there is none."""

    label: str
    document: Document | None
    reason: str = ""


class Layer(NamedTuple):
    """Policies of one kind that bear on the request together; for what layers do to each other see `decision`.

    Several layers may have one name: each level of SCPs or RCPs (root, organizational units, account) is one. A layer
    without policies allows nothing.
    """

    name: LayerName
    policies: tuple[Attached, ...]


class Atom(NamedTuple):
    """A condition as a question to the request, the same wherever it is written: names folded, place forgotten."""

    operator: str
    key: str
    values: tuple[str, ...]
    has_variables: bool


class Clause(NamedTuple):
    """One statement as far as it concerns one action, one way of naming the caller, and one context.

    `level` is the place of its layer among the layers. `settled` is what can be said already, `open` are the
    conditions on keys of which nothing is known; all of them must hold. `surely` and `maybe` are the resource patterns
    it covers for certain and at most; `negated` stands for NotResource. A policy that cannot be read is two clauses,
    one Allow and one Deny, that might cover everything; they have no statement.
    """

    layer: LayerName
    level: int
    policy: Attached
    statement: Statement | None
    effect: Literal["Allow", "Deny"]
    naming: Naming
    settled: Truth
    open: tuple[Atom, ...]
    surely: tuple[Glob, ...]
    maybe: tuple[Glob, ...]
    negated: bool = False


def compile_layers(
    layers: tuple[Layer, ...], action: str, context: Context, caller: Caller | None
) -> tuple[Clause, ...]:
    """Every clause of these layers that can concern the action (`service:Name`, any case)."""
    folded = action.lower()
    is_bounded = any(layer.name == "boundary" for layer in layers)
    return tuple(
        clause
        for level, layer in enumerate(layers)
        if caller is None or caller.has_policies or layer.name in WITH_PRINCIPALS
        for policy in layer.policies
        for clause in _compile_policy(layer.name, level, policy, folded, context, caller, is_bounded)
    )


def atom(condition: Condition, document: Document) -> Atom:
    """The question that a condition puts to a request."""
    return Atom(condition.operator.lower(), condition.key.lower(), condition.values, document.has_variables)


def covers(clause: Clause, resource: str) -> Truth:
    """Whether the clause is about this one ARN."""
    if any(matches(glob, resource) for glob in clause.surely):
        covered: Truth = True
    elif len(clause.maybe) == len(clause.surely):
        covered = False
    else:
        covered = None if any(matches(glob, resource) for glob in clause.maybe) else False
    return negation(covered) if clause.negated else covered


def applies(clause: Clause, covered: Truth, assumed: Mapping[Atom, bool]) -> Truth:
    """Whether the clause applies to a request on a resource it covers so, with these conditions assumed."""
    if not clause.open or covered is False or clause.settled is False:
        return all_of((covered, clause.settled))
    return all_of((covered, clause.settled, *(assumed.get(item) for item in clause.open)))


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


def _compile_policy(
    layer: LayerName,
    level: int,
    policy: Attached,
    action: str,
    context: Context,
    caller: Caller | None,
    is_bounded: bool,
) -> list[Clause]:
    if policy.document is None:
        either: tuple[Literal["Allow", "Deny"], ...] = ("Allow", "Deny")
        return [Clause(layer, level, policy, None, effect, "user", None, (), (), (EVERYTHING,)) for effect in either]
    clauses = []
    for statement in policy.document.statements:
        concerned = concerns(statement, action)
        if concerned is False:
            continue
        settled, unsettled = _settle(policy.document, statement, context)
        if settled is False:
            continue
        surely, maybe = _resources(policy.document, statement, context)
        for naming, named in _named(layer, statement, caller, is_bounded):
            truth = all_of((concerned, settled, named))
            clauses.append(
                Clause(
                    layer, level, policy, statement, statement.effect, naming, truth, unsettled, surely, maybe,
                    statement.not_resources,
                )
            )  # fmt: skip
    return clauses


def _named(
    layer: LayerName, statement: Statement, caller: Caller | None, is_bounded: bool
) -> tuple[tuple[Naming, Truth], ...]:
    if layer not in WITH_PRINCIPALS:
        return (("user", True),)
    if is_bounded and statement.not_principals and statement.effect == "Deny":
        # It denies every principal that has a boundary, listed or not (IAM User Guide, "NotPrincipal").
        return (("user", True),)
    return tuple(namings(statement, caller))


def _settle(document: Document, statement: Statement, context: Context) -> tuple[Truth, tuple[Atom, ...]]:
    """Whether the conditions that can be decided hold, and the ones that hang on what the context does not say."""
    unsettled: list[Atom] = []
    for item in statement.conditions:
        truth = condition_holds(document, item, context)
        if truth is False:
            return False, ()
        if truth is None:
            unsettled.append(atom(item, document))
    return True, tuple(unsettled)


def concerns(statement: Statement, action: str) -> Truth:
    """Whether the Action or NotAction of a statement takes in a lower-case action."""
    listed = any_of(action_matches(entry.text, action) for entry in statement.actions)
    return negation(listed) if statement.not_actions else listed


def _resources(document: Document, statement: Statement, context: Context) -> tuple[tuple[Glob, ...], tuple[Glob, ...]]:
    """The globs of a Resource list: those that are exact, and all of them; a trust policy is about its role.

    Left out of the exact ones: ARNs with fewer than six fields (some readers pad them with `*`, AWS does not say), and
    what has a variable of unknown value. A variable without a value empties its string.
    """
    if not statement.resources:
        return (EVERYTHING,), (EVERYTHING,)
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
            continue
        else:
            glob = compile_tokens(entry.text, arn_tokens(expanded.text))
        maybe.append(glob)
        if expanded is None or not expanded.unknown:
            surely.append(glob)
    return tuple(surely), tuple(maybe)


def _expand_resource(document: Document, entry: Entry, context: Context) -> Expanded | None:
    """The resource with its variables put in; None for one without. They are expanded only after the fifth colon (IAM
    User Guide, "Where you can use policy variables"). What AWS makes of one before it is said nowhere, so there it
    might stand for anything."""
    if "${" not in entry.text:
        return None
    front, rest = _split_arn(entry.text)
    if "${" in front:
        return expand(entry.text, Context(), enabled=True)
    expanded = expand(rest, context, enabled=document.has_variables)
    return expanded._replace(text=read_wildcards(front) + expanded.text)


def unknown_keys(clause: Clause, context: Context) -> frozenset[str]:
    """The keys nothing is known about that a clause's Resource depends on, through policy variables."""
    document, found = clause.policy.document, frozenset[str]()
    for entry in clause.statement.resources if clause.statement and document else ():
        expanded = _expand_resource(document, entry, context) if document else None
        found |= expanded.unknown if expanded else frozenset()
    return found


def _split_arn(text: str) -> tuple[str, str]:
    """The first five fields with their colons, and the resource part, which alone may hold variables."""
    place = 0
    for _ in range(5):
        found = text.find(":", place)
        if found < 0:
            return text, ""
        place = found + 1
    return text[:place], text[place:]
