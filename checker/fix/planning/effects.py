"""What edits do to access: for every role that they bear on, what it gains and what it loses, by `compare`."""

from __future__ import annotations

import json
from collections.abc import Iterable

from ...iam.decisions.policies import Attached, Layer
from ...iam.documents.document import parse
from ...iam.proofs.comparison import compare_changed, says_the_same
from ...iam.proofs.grants import Change, compact
from ...iam.values import NamedTuple
from ...inventory.objects import Object, Role, called
from ...requirements.layers import stack
from ...rules.facts import Facts
from .plan import Need
from .propose import Proposal


class Effect(NamedTuple):
    """One role: sentences on what it gains and loses; `is_exact` says that what it gains is what was missing, and
    nothing else."""

    role: Object
    sentences: tuple[str, ...]
    is_exact: bool


def effects(before: Facts, after: Facts, fixes: Iterable[Proposal]) -> tuple[Effect, ...]:
    """The effect on every role whose policies differ between the two."""
    needs: dict[tuple[str, ...], list[Need]] = {}
    for item in fixes:
        if item.finding.subject is not None:
            needs.setdefault(_identity(item.finding.subject), []).extend(item.plan.needs)
    old = {_identity(role.object): role for role in before.project.inventory.roles}
    all_effects = []
    for role in after.project.inventory.roles:
        earlier = old.get(_identity(role.object))
        if earlier is not None:
            effect = _effect(before, after, earlier, role, needs.get(_identity(role.object), []))
            if effect is not None:
                all_effects.append(effect)
    return tuple(all_effects)


def _effect(before: Facts, after: Facts, earlier: Role, role: Role, needs: list[Need]) -> Effect | None:
    old, new = stack(earlier, before.names, None).layers, stack(role, after.names, None).layers
    if says_the_same(old, new):
        return None
    unread = [policy.label for layer in old for policy in layer.policies if policy.document is None]
    if needs and not unread and compare_changed(_with(old, needs), new).is_same:
        exact = [f"gains {', '.join(_of(needs, resource))} on {resource}" for resource in _resources(needs)]
        return Effect(role.object, tuple(exact), True)
    comparison = compare_changed(old, new)
    lines = [f"gains {_shown(change)}" for change in comparison.gained] + [
        f"loses {_shown(change)}" for change in comparison.lost
    ]
    lines += [] if unread else [f"cannot tell: {text}" for text in comparison.unclear]
    if unread:
        lines.insert(0, f"{', '.join(unread)} could not be read before, so what is gained cannot be compared")
    return Effect(role.object, tuple(dict.fromkeys(lines)) or (_NOTHING,), comparison.is_same)


NOTHING_ELSE = ", and nothing else; it loses nothing"
_NOTHING = "gains and loses nothing"


def told(effect: Effect) -> tuple[str, ...]:
    """The effect as lines for people."""
    name = called(effect.role)
    whole = [f"{name} {sentence}" for sentence in effect.sentences]
    if effect.is_exact and effect.sentences != (_NOTHING,):
        whole[-1] += NOTHING_ELSE
    return tuple(whole)


def _identity(item: Object) -> tuple[str, ...]:
    return item.origin.file, str(item.origin.document), item.namespace, item.name, item.pool


def _with(layers: tuple[Layer, ...], needs: list[Need]) -> tuple[Layer, ...]:
    statements = [{"Effect": "Allow", "Action": need.action, "Resource": need.resource} for need in needs]
    extra = Attached("what was missing", parse(json.dumps({"Version": "2012-10-17", "Statement": statements})).document)
    return tuple(layer._replace(policies=(*layer.policies, extra)) for layer in layers)


def _resources(needs: list[Need]) -> list[str]:
    return list(dict.fromkeys(need.resource for need in needs))


def _of(needs: list[Need], resource: str) -> list[str]:
    return list(dict.fromkeys(need.action for need in needs if need.resource == resource))


def _shown(change: Change) -> str:
    return f"{', '.join(compact(change.actions))} on {change.witness}"
