"""One concrete request against the policies that bear on it.

Order of AWS's own evaluation (IAM User Guide, "Policy evaluation logic"): an explicit Deny anywhere wins; then every
layer must allow; what nobody allows is denied implicitly, by the first layer that does not.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from .conditions import Truth, any_of
from .context import Context
from .policies import Clause, Layer, LayerName, compile_layers, covers

Outcome = Literal["allowed", "explicit-deny", "implicit-deny", "unknown"]


class Request(NamedTuple):
    """One API call: the action (`dynamodb:GetItem`), the ARN it is authorized on, and what else is known."""

    action: str
    resource: str
    context: Context = Context()


class Decision(NamedTuple):
    """The outcome, the layer that denies implicitly (if any), and the clauses that decide.

    For "unknown", `clauses` are those whose truth is open: conditions on unknown keys, and policies that cannot be
    read.
    """

    outcome: Outcome
    layer: LayerName | None
    clauses: tuple[Clause, ...]


def evaluate(request: Request, layers: tuple[Layer, ...]) -> Decision:
    """Decides one request. Never raises for readable input; what cannot be known makes the outcome "unknown"."""
    clauses = compile_layers(layers, request.action, request.context)
    return decide(layers, [(clause, covers(clause, request.resource)) for clause in clauses])


def decide(layers: tuple[Layer, ...], applied: list[tuple[Clause, Truth]]) -> Decision:
    """Combines clauses, each with whether it applies, into a decision."""
    denies = [(clause, truth) for clause, truth in applied if clause.effect == "Deny" and truth is not False]
    explicit = tuple(clause for clause, truth in denies if truth)
    if explicit:
        return Decision("explicit-deny", None, explicit)
    allows = [(clause, truth) for clause, truth in applied if clause.effect == "Allow" and truth is not False]
    for level, layer in enumerate(layers):
        if not any(clause.level == level for clause, _ in allows):
            return Decision("implicit-deny", layer.name, ())
    surely = all(any_of(truth for clause, truth in allows if clause.level == level) for level in range(len(layers)))
    if surely and not denies:
        return Decision("allowed", None, tuple(clause for clause, truth in allows if truth))
    return Decision("unknown", None, tuple(clause for clause, truth in (*denies, *allows) if truth is None))
