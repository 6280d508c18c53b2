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

from collections.abc import Iterable, Iterator
from functools import lru_cache

from ..values import NamedTuple
from .clauses import Clause
from .conditions import Truth, all_of, any_of, negation
from .policies import GRANTING, LAYERS, OWN, Attached, Layer, LayerName
from .principals import Caller, Naming

Applied = tuple[Clause, Truth]
"""A clause and whether it applies to the request."""


class _Plan(NamedTuple):
    """The levels by what they are for: `gates` must allow whoever calls, `own` are the caller's, `granting` the
    resource's policies. `plain` are `gates` and `own` together: all must allow where nothing is granting."""

    gates: tuple[int, ...]
    own: tuple[int, ...]
    granting: tuple[int, ...]
    plain: tuple[int, ...]


class Situation(NamedTuple):
    """The layers, who calls, and whether the resource is in another account than the caller."""

    layers: tuple[Layer, ...]
    caller: Caller | None
    crosses: bool
    plan: _Plan


def situation(layers: tuple[Layer, ...], caller: Caller | None, owner: str) -> Situation:
    """`owner` is the account of the resource, 12 digits, or "" where it is not known and so taken to be the caller's.

    Across accounts a policy of the resource's own must allow too; where none is given, it counts as one nobody could
    read. A role or user without identity policies is one for whom they allow nothing.
    """
    for layer in layers:
        for policy in layer.policies:
            if (
                policy.document is not None
                and layer.name in LAYERS
                and policy.document.kind != LAYERS[layer.name].documents
            ):
                raise ValueError(
                    f"{policy.label} is a policy of the kind {policy.document.kind}, in layer {layer.name}"
                )
    account = caller.account if caller else ""
    crosses = bool(account and owner and account != owner)
    names = tuple([layer.name for layer in layers])
    if crosses and not any(name in GRANTING for name in names):
        where = f"account {owner}" if owner.isdigit() else "another account"
        reason = f"it is in {where}, whose own policy must allow the role as well"
        layers = (*layers, Layer("resource", (Attached("the policy of the resource", None, reason),)))
        names = (*names, "resource")
    is_outsider = caller is not None and not caller.has_policies
    if is_outsider and not any(name in GRANTING for name in names):
        # Who comes from outside has only what a resource's policy gives.
        layers, names = (*layers, Layer("trust", ())), (*names, "trust")
    has_own = caller is None or caller.kind in ("role", "user")
    if has_own and "identity" not in names:
        layers, names = (*layers, Layer("identity", ())), (*names, "identity")
    return Situation(layers, caller, crosses, _plan(names, has_own, is_outsider))


@lru_cache(maxsize=256)
def _plan(names: tuple[LayerName, ...], has_own: bool, is_outsider: bool) -> _Plan:
    for name in names:
        if name not in LAYERS:
            # A misspelt boundary must not pass for no boundary.
            raise ValueError(f"there is no layer {name!r}; there is {', '.join(LAYERS)}")

    def levels(wanted: tuple[str, ...]) -> tuple[int, ...]:
        return tuple(level for level, name in enumerate(names) if name in wanted)

    own = tuple(level for name in OWN for level in levels((name,))) if has_own else ()
    gates = levels(
        tuple(name for name, kind in LAYERS.items() if kind.part == "gate" and not (is_outsider and kind.for_members))
    )
    return _Plan(gates, own, levels(GRANTING), (*gates, *own))


_Grants = dict[int, dict[Naming, Truth]]
"""By level, and by how the caller is named there, whether something allows."""


def is_allowed(given: Situation, applied: Iterable[Applied]) -> Truth:
    """Whether the request is allowed, in three values."""
    return weigh(given, applied)[0]


def weigh(given: Situation, applied: Iterable[Applied]) -> tuple[Truth, LayerName | None]:
    """Whether the request is allowed, and the first layer that does not allow it; no layer (None) where an explicit
    Deny decides, or where no layer surely withholds it.
    """
    denied: Truth = False
    grants: _Grants = {}
    for clause, truth in applied:
        if truth is False:
            continue
        if clause.effect == "Allow":
            by_naming = grants.setdefault(clause.level, {})
            by_naming[clause.naming] = truth or by_naming.get(clause.naming)
        elif truth:
            return False, None
        else:
            denied = None
    result = negation(denied)
    if not given.plan.granting:
        for level in given.plan.plain:
            allowing = grants.get(level)
            if not allowing:
                return False, given.layers[level].name
            if True not in allowing.values():
                result = None
        return result, None
    for name, truth in _demands(given, grants):
        if truth is False:
            return False, name
        if truth is None:
            result = None
    return result, None


def _granted(grants: _Grants, level: int, *names: Naming) -> Truth:
    """Whether an Allow of this level applies; with `names`, one that names the caller in one of these ways."""
    by_naming = grants.get(level)
    if not by_naming:
        return False
    truths = [truth for naming, truth in by_naming.items() if not names or naming in names]
    return True if True in truths else None if truths else False


def _demands(given: Situation, grants: _Grants) -> Iterator[tuple[LayerName, Truth]]:
    """What must be true, each with the layer to blame where it is not."""
    gates, own_levels, granting, _ = given.plan
    layers = given.layers
    for level in gates:
        yield layers[level].name, _granted(grants, level)
    own = [(layers[level].name, _granted(grants, level)) for level in own_levels]
    is_outsider = given.caller is not None and not given.caller.has_policies
    if given.crosses or is_outsider:
        yield from own
        for level in granting:
            yield layers[level].name, _granted(grants, level)
        return
    for level in granting:
        yield from _within_the_account(layers[level].name, level, own, grants)


def _within_the_account(
    name: LayerName, level: int, own: list[tuple[LayerName, Truth]], grants: _Grants
) -> Iterator[tuple[LayerName, Truth]]:
    by_account = _granted(grants, level, "account") if LAYERS[name].part == "must grant" else True
    limits = all_of(truth for layer, truth in own if layer != "identity")
    ways = any_of(
        (
            all_of((by_account, *(truth for _, truth in own))),
            all_of((_granted(grants, level, "role"), limits)),
            _granted(grants, level, "session", "user", "anyone-by-arn"),
            all_of((_granted(grants, level, "anyone"), limits or None)),
        )
    )
    if ways is not False:
        yield name, ways
    elif _granted(grants, level, "role"):
        # The role is let in, so what it lacks is not an identity policy.
        yield from (row for row in own if row[0] != "identity")
    else:
        yield name, by_account
        yield from own
