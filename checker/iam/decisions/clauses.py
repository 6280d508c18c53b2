"""Policies compiled for one action, one caller and one context.

Compiling keeps three things apart: what is settled (the action, the caller, conditions on known keys), what hangs on
condition keys nobody stated (`open`), and which resources a statement surely and at most covers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from ..catalogue.condition_keys import never_carried
from ..documents.context import Context, look_up
from ..documents.document import Condition, Document, Statement
from ..values import NamedTuple
from .conditions import Truth, all_of, condition_holds
from .policies import WITH_PRINCIPALS, Attached, Layer, LayerName
from .principals import Caller, Naming, namings
from .statements import EVERYTHING, Resources, concerns, covers, prepare, resources


class Atom(NamedTuple):
    """A condition as a question to the request, the same wherever it is written: names folded, place forgotten."""

    operator: str
    key: str
    values: tuple[str, ...]
    has_variables: bool


class Clause(NamedTuple):
    """One statement as far as it concerns one action, one way of naming the caller, and one context.

    `level` is the place of its layer among the layers. `settled` is what can be said already, `open` are the
    conditions on keys of which nothing is known; all of them must hold. `about` are its resources, `negated` stands for
    NotResource. A policy that cannot be read is two clauses, one Allow and one Deny, that might cover everything; they
    have no statement.
    """

    layer: LayerName
    level: int
    policy: Attached
    statement: Statement | None
    effect: Literal["Allow", "Deny"]
    naming: Naming
    settled: Truth
    open: tuple[Atom, ...]
    about: Resources
    negated: bool = False


class PolicyQuestion(NamedTuple):
    """What is asked of the policies: the action (`service:Name`, any case), what is known of the request, and who
    calls. With a `resource`, what cannot cover this one ARN is left out."""

    action: str
    context: Context
    caller: Caller | None
    resource: str | None = None


def compile_layers(layers: tuple[Layer, ...], asked: PolicyQuestion) -> tuple[Clause, ...]:
    """Every clause of these layers that can bear on what is asked."""
    return tuple(clause for clause, _ in covering(layers, asked))


_UNREADABLE = Resources((), (EVERYTHING,))


def covering(layers: tuple[Layer, ...], asked: PolicyQuestion) -> list[tuple[Clause, Truth]]:
    """The clauses of `compile_layers`, each with whether it covers the resource asked about (None where none is)."""
    # One loop on purpose: every decision goes through it, and what rules a statement out soonest is asked first.
    action, context, caller, resource = asked
    action = action.lower()
    is_outsider = caller is not None and not caller.has_policies
    is_bounded = "boundary" in [layer.name for layer in layers]
    rows: list[tuple[Clause, Truth]] = []
    covered: Truth = None
    for level, (name, policies) in enumerate(layers):
        with_principals = name in WITH_PRINCIPALS
        if is_outsider and not with_principals:
            continue
        for policy in policies:
            document = policy.document
            if document is None or document.holes:
                # Documents with holes are decided between their bounds (`proofs.between`); this one may be anything.
                for effect in _EITHER[1:] if policy.refused else _EITHER:
                    rows.append(
                        (
                            Clause(
                                layer=name,
                                level=level,
                                policy=policy,
                                statement=None,
                                effect=effect,
                                naming="user",
                                settled=None,
                                open=(),
                                about=_UNREADABLE,
                            ),
                            None,
                        )
                    )
                continue
            for prepared in prepare(document):
                known = prepared.concerned
                concerned = known[action] if action in known else concerns(prepared, action)
                if concerned is False:
                    continue
                statement = prepared.statement
                about = prepared.resources or resources(document, statement, context)
                negated = statement.not_resources
                if resource is not None:
                    covered = covers(about, resource, negated=negated)
                    if covered is False:
                        continue
                settled, unsettled = (
                    _settle(document, statement, action, context) if statement.conditions else _NO_CONDITIONS
                )
                if settled is False:
                    continue
                for naming, named in _named(statement, caller, is_bounded) if with_principals else _OWN:
                    truth = named if concerned or named is False else None
                    effect = statement.effect
                    clause = Clause(
                        layer=name,
                        level=level,
                        policy=policy,
                        statement=statement,
                        effect=effect,
                        naming=naming,
                        settled=truth,
                        open=unsettled,
                        about=about,
                        negated=negated,
                    )
                    rows.append((clause, covered))
    return rows


_EITHER: tuple[Literal["Allow", "Deny"], ...] = ("Allow", "Deny")
_NO_CONDITIONS: tuple[Truth, tuple[Atom, ...]] = (True, ())
_OWN: tuple[tuple[Naming, Truth], ...] = (("user", True),)


def _named(statement: Statement, caller: Caller | None, is_bounded: bool) -> tuple[tuple[Naming, Truth], ...]:
    if is_bounded and statement.not_principals and statement.effect == "Deny":
        # It denies every principal that has a boundary, listed or not (IAM User Guide, "NotPrincipal").
        return _OWN
    return tuple(namings(statement, caller))


def _settle(document: Document, statement: Statement, action: str, context: Context) -> tuple[Truth, tuple[Atom, ...]]:
    """Whether the conditions that can be decided hold, and the ones that hang on what the context does not say."""
    unsettled: list[Atom] = []
    for item in statement.conditions:
        truth = condition_holds(document, item, context)
        if truth is None and look_up(context, item.key) is None and never_carried(action, item.key):
            truth = condition_holds(document, item, context._replace(absent=context.absent | {item.key.lower()}))
        if truth is False:
            return False, ()
        if truth is None:
            unsettled.append(atom(item, document))
    return True, tuple(unsettled)


def atom(condition: Condition, document: Document) -> Atom:
    """The question that a condition puts to a request."""
    return Atom(condition.operator.lower(), condition.key.lower(), condition.values, document.has_variables)


def applies(clause: Clause, covered: Truth, assumed: Mapping[Atom, bool]) -> Truth:
    """Whether the clause applies to a request, given whether it covers the resource, with these conditions assumed."""
    if not clause.open or covered is False or clause.settled is False:
        return all_of((covered, clause.settled))
    return all_of((covered, clause.settled, *(assumed.get(item) for item in clause.open)))
