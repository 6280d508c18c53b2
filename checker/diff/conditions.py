"""Access that stays granted, on other conditions: one change, where a comparison sees a loss and a gain."""

from __future__ import annotations

from collections.abc import Iterable

from ..iam.decisions.policies import Layer
from ..iam.patterns.globs import matches, wildcard_glob
from ..iam.proofs.comparison import compared_by
from ..iam.proofs.grants import Comparison
from ..iam.proofs.prove import prove, show_condition
from .model import Recondition

Access = tuple[tuple[str, ...], str]
"""Actions, and an ARN on which they differ."""

_MOST = 20
"""Changes of a role that are looked at for this; each takes two proofs."""


def reconditioned(
    before: tuple[Layer, ...], after: tuple[Layer, ...], found: Comparison
) -> dict[Access, Recondition | None]:
    """Every change that a comparison of these layers has found, with its conditions before and after where only these
    differ, else None. Looked at are witnesses compared by themselves: others stand for a whole kind of resources."""
    changes = dict.fromkeys((item.actions, item.witness) for item in (*found.lost, *found.gained))
    patterns = compared_by(before, after)
    wide = [wildcard_glob(name) for name in patterns if any(char in name for char in "*?$")]
    alone = [name for name in patterns if not any(matches(glob, name) for glob in wide)]
    reconditions: dict[Access, Recondition | None] = dict.fromkeys(changes)
    for actions, witness in [access for access in changes if access[1] in alone][:_MOST]:
        was, now = (_conditions(actions, witness, layers) for layers in (before, after))
        if was is not None and now is not None and was != now:
            reconditions[actions, witness] = Recondition(actions, witness, was, now)
    return reconditions


def in_all(parts: Iterable[dict[Access, Recondition | None]]) -> tuple[Recondition, ...]:
    """The conditions that change alike in every way of using the role: a session may lose something else."""
    by_access: dict[Access, set[Recondition | None]] = {}
    for part in parts:
        for access, item in part.items():
            by_access.setdefault(access, set()).add(item)
    return tuple(item for items in by_access.values() if len(items) == 1 for item in items if item is not None)


def _conditions(actions: tuple[str, ...], resource: str, layers: tuple[Layer, ...]) -> str | None:
    """On what conditions the actions are granted, "" for none; None where they are not granted, where that is unknown,
    or for "(any other action)"."""
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
