"""One concrete request against the policies that bear on it.

Source for the order: IAM User Guide, "Policy evaluation logic": an explicit Deny anywhere wins; then the layers must
agree (see `combine`); what nobody allows is denied implicitly, by the first layer that does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from ..documents.context import Context
from ..values import NamedTuple
from .branches import branches
from .clauses import Atom, Clause, PolicyQuestion, applies, covering
from .combine import Applied, Situation, is_allowed, situation, weigh
from .conditions import Truth
from .policies import Layer, LayerName
from .principals import Caller, account_of, known_of
from .statements import unknown_keys
from .unasked import asks_no_policy, layers_for

Outcome = Literal["allowed", "explicit-deny", "implicit-deny", "unknown"]


class Request(NamedTuple):
    """One API call: the action (`dynamodb:GetItem`), the ARN it is authorized on, what else is known, who calls, and
    the account the resource is in ("" takes it from the ARN; where that has none, it is the caller's).
    """

    action: str
    resource: str
    context: Context = Context()
    caller: Caller | None = None
    owner: str = ""


class Decision(NamedTuple):
    """The outcome, the layer that denies implicitly (if any), and the clauses that decide.

    For "unknown", `clauses` are those whose truth is open (conditions on unknown keys, policies that cannot be read),
    and `keys` names the condition keys it hangs on. `matched` is every statement that applies for certain.
    """

    outcome: Outcome
    layer: LayerName | None
    clauses: tuple[Clause, ...]
    matched: tuple[Clause, ...] = ()
    keys: tuple[str, ...] = ()


def evaluate(request: Request, layers: tuple[Layer, ...]) -> Decision:
    """Decides one request. Never raises for readable input; what cannot be known makes the outcome "unknown"."""
    action, caller, context = request.action, request.caller, known_of(request.caller, request.context)
    owner = "" if asks_no_policy(action) else request.owner or account_of(request.resource)
    given = situation(layers_for(action, layers, caller), caller, owner)
    rows = covering(given.layers, PolicyQuestion(action, context, caller, request.resource))
    return decide(given, rows, context)


def decide(given: Situation, covered: list[tuple[Clause, Truth]], context: Context) -> Decision:
    """Combines clauses, each with whether it covers the ARN in question (True or None), into the decision on it."""

    def under(assumed: Mapping[Atom, bool]) -> list[Applied]:
        return [(clause, applies(clause, truth, assumed)) for clause, truth in covered]

    applied = under({})
    matched = tuple(clause for clause, truth in applied if truth)
    allowed, layer = weigh(given, applied)
    if allowed is None:
        atoms = [item for clause, _ in covered for item in clause.open]
        cases = branches(atoms, context, lambda assumed: is_allowed(given, under(assumed))) if atoms else None
        truths = {case.truth for case in cases} if cases else {None}
        if truths == {False}:
            worst = under(cases[0].assumed if cases else {})
            return _denied(worst, weigh(given, worst)[1], matched)
        if truths != {True}:
            return _unknown(applied, matched, context)
        allows = tuple(clause for clause, _ in covered if clause.effect == "Allow")
        return Decision("allowed", None, allows, matched)
    if allowed:
        return Decision("allowed", None, tuple(clause for clause in matched if clause.effect == "Allow"), matched)
    return _denied(applied, layer, matched)


def _denied(applied: list[Applied], layer: LayerName | None, matched: tuple[Clause, ...]) -> Decision:
    if layer is None:
        explicit = tuple(clause for clause, truth in applied if clause.effect == "Deny" and truth)
        return Decision("explicit-deny", None, explicit, matched)
    return Decision("implicit-deny", layer, (), matched)


def _unknown(applied: list[Applied], matched: tuple[Clause, ...], context: Context) -> Decision:
    undecided = [clause for clause, truth in applied if truth is None]
    ordered = (*(clause for clause in undecided if clause.effect == "Deny"),
               *(clause for clause in undecided if clause.effect == "Allow"))  # fmt: skip
    keys = [item.key for clause in ordered for item in clause.open]
    for clause in ordered:
        document = clause.policy.document
        if document is not None and clause.statement is not None:
            keys += sorted(unknown_keys(document, clause.statement, context))
    return Decision("unknown", None, ordered, matched, tuple(dict.fromkeys(keys)))
