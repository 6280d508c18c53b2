"""Access that stays, on other conditions than before: one thing, where a comparison sees a loss and a gain."""

from __future__ import annotations

from collections.abc import Iterator

from ..iam.decisions.policies import Layer
from ..iam.proofs.grants import Comparison
from ..iam.proofs.prove import prove, show_condition
from .model import Recondition

_MOST = 20
"""Changes of a role that are looked at for this; each takes two proofs."""


def reconditioned(before: tuple[Layer, ...], after: tuple[Layer, ...], found: Comparison) -> Iterator[Recondition]:
    """Of what a comparison of these layers has found: what both grant, on conditions on one side at least."""
    changes = dict.fromkeys((item.actions, item.witness) for item in (*found.lost, *found.gained))
    for actions, witness in list(changes)[:_MOST]:
        one, other = (_conditions(actions, witness, layers) for layers in (before, after))
        if one is not None and other is not None and one != other:
            yield Recondition(actions, witness, one, other)


def _conditions(actions: tuple[str, ...], resource: str, layers: tuple[Layer, ...]) -> str | None:
    """On what conditions the actions are granted: "" for none; None where they are not granted, where that cannot be
    told, or for actions that no list has."""
    proof = None if any("(" in action for action in actions) else prove(actions, resource, layers)
    if proof is None or proof.verdict not in ("granted", "conditional"):
        return None
    if proof.verdict == "granted":
        return ""
    alternatives = (
        " and ".join(f"{'' if term.holds else 'not '}{show_condition(term.condition)}" for term in terms)
        for terms in proof.conditions
    )
    return ", or ".join(alternatives) or None
