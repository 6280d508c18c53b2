"""What the layers of policies do to each other: an explicit Deny anywhere wins, then the layers must agree.

Source: IAM User Guide, "Policy evaluation logic" and its sections on single-account and cross-account requests. In
short: every level of SCPs and the VPC endpoint must allow; RCPs only ever deny here, since RCPFullAWSAccess cannot be
detached; identity policies, the boundary and the session policy must all allow, unless a resource-based policy of the
same account names the caller more closely than by its account:

| the resource policy names | limited by identity | by boundary | by session policy |
| --- | --- | --- | --- |
| the account | yes: it only delegates | yes | yes |
| the role | no | yes | yes |
| the very session, a user, `*` with aws:PrincipalArn | no | no | no |
| bare `*` | no | documented nowhere: cannot tell | cannot tell |

A KMS key policy and a trust policy must themselves allow: identity policies count only where the policy hands the
decision to the account (KMS Developer Guide, "Key policies"; IAM User Guide, "IAM roles: Trust policy"). Across
accounts both sides must allow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from .conditions import Truth, all_of, any_of, negation
from .policies import Attached, Clause, Layer, LayerName
from .principals import Caller, Naming

_GATES = ("scp", "endpoint")
_OWN = ("identity", "boundary", "session")
_MUST_ALLOW = ("key", "trust")
_GRANTING = ("resource", *_MUST_ALLOW)

Applied = tuple[Clause, Truth]
"""A clause and whether it applies to the request."""


class Situation(NamedTuple):
    """The layers, who calls, and whether the resource is in another account than the caller."""

    layers: tuple[Layer, ...]
    caller: Caller | None
    crosses: bool

    def levels(self, names: Iterable[LayerName | str]) -> list[int]:
        """The places of the layers with these names."""
        return [level for level, layer in enumerate(self.layers) if layer.name in names]


def situation(layers: tuple[Layer, ...], caller: Caller | None, owner: str) -> Situation:
    """`owner` is the account of the resource, 12 digits, or "" where it is not known and so taken to be the caller's.

    Across accounts a policy of the resource's own must allow too; where none is given, it counts as one nobody could
    read.
    """
    account = caller.account if caller else ""
    crosses = bool(account and owner and account != owner)
    if crosses and not any(layer.name in _GRANTING for layer in layers):
        reason = f"it is in account {owner}, whose own policy must allow the role as well"
        layers = (*layers, Layer("resource", (Attached("the policy of the resource", None, reason),)))
    return Situation(layers, caller, crosses)


def is_allowed(given: Situation, applied: list[Applied]) -> Truth:
    """Whether the request is allowed, in three values."""
    denied = any_of(truth for clause, truth in applied if clause.effect == "Deny")
    if denied is True:
        return False
    return all_of((negation(denied), _agree(given, _grants(applied))))


Granted = Callable[..., Truth]
"""Asks whether an Allow of a level applies, whatever it calls the caller or by one way of naming it."""


def _grants(applied: list[Applied]) -> Granted:
    found: dict[tuple[int, Naming], list[Truth]] = {}
    for clause, truth in applied:
        if clause.effect == "Allow" and truth is not False:
            found.setdefault((clause.level, clause.naming), []).append(truth)

    def granted(level: int, *names: Naming) -> Truth:
        rows = (truths for (at, naming), truths in found.items() if at == level and (not names or naming in names))
        return any_of(truth for truths in rows for truth in truths)

    return granted


def _agree(given: Situation, granted: Granted) -> Truth:
    return all_of(truth for _, truth in _demands(given, granted))


def _demands(given: Situation, granted: Granted) -> Iterable[tuple[LayerName, Truth]]:
    """What must be true, each with the layer to blame where it is not."""
    for level in given.levels(_GATES):
        yield given.layers[level].name, granted(level)
    if given.caller is not None and not given.caller.has_policies:
        for level in given.levels(_GRANTING):
            yield given.layers[level].name, granted(level)
        return
    own = [(given.layers[level].name, granted(level)) for level in given.levels(_OWN)]
    if given.caller is not None and given.caller.kind == "root":
        own = []
    elif not given.levels(("identity",)):
        own.insert(0, ("identity", False))
    granting = given.levels(_GRANTING)
    if given.crosses or not granting:
        yield from own
        yield from ((given.layers[level].name, granted(level)) for level in granting)
        return
    for level in granting:
        yield from _within_the_account(given.layers[level].name, level, own, granted)


def _within_the_account(
    name: LayerName, level: int, own: list[tuple[LayerName, Truth]], granted: Granted
) -> Iterable[tuple[LayerName, Truth]]:
    by_account = granted(level, "account") if name in _MUST_ALLOW else True
    limits = all_of(truth for layer, truth in own if layer != "identity")
    ways = (
        all_of((by_account, *(truth for _, truth in own))),
        all_of((granted(level, "role"), limits)),
        granted(level, "session", "user", "anyone-by-arn"),
        all_of((granted(level, "anyone"), limits or None)),
    )
    if any_of(ways) is not False:
        yield name, any_of(ways)
        return
    yield name, by_account
    yield from own


def decisive(given: Situation, applied: list[Applied]) -> LayerName | None:
    """The first layer that does not allow; None where all of them may."""
    return next((name for name, truth in _demands(given, _grants(applied)) if truth is False), None)
