"""The reverse question, for what is forbidden: is there an ARN that a role may do something to?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from ..catalogue.catalogue import service
from ..decisions.branches import branches
from ..decisions.clauses import Atom
from ..decisions.conditions import Truth
from ..decisions.policies import NEVER_GRANT, Layer
from ..decisions.principals import Caller, known_of
from ..decisions.unasked import asks_no_policy
from ..documents.context import Context
from ..patterns.globs import wildcard_glob
from ..patterns.language import overlap
from .action_groups import alike, beyond_the_list, spelled_out
from .prove import CAPPED, UNDECIDED, Proof, atoms_of, hanging, in_every_case, proof_at, rank, unlisted
from .regions import Region, RegionCell, allowed_at, regions

_CROWDED_NAMES = "the patterns for actions that are not listed are too many to be told apart"


def may_reach(
    action: str,
    resource: str,
    layers: tuple[Layer, ...],
    context: Context = Context(),  # noqa: B008  # immutable
    caller: Caller | None = None,
) -> Proof | None:
    """Whether there is an ARN matching `resource` that the action may reach. A pattern also stands for actions that no
    catalogue lists.

    Returns a proof with such an ARN as witness ("granted" for certain, "conditional" when conditions decide, "unknown"
    when only policies that cannot be read might allow it), or None when there is none. Other accounts' own policies are
    taken to allow.
    """
    named, context = spelled_out(action), known_of(caller, context)
    if named is None:
        overlaps = any(_meet(text, action) for text in _allowed(layers))
        return unlisted(action, resource, context) if overlaps else None
    proofs = [_may_reach(group[0], resource, layers, context, caller) for group in alike(named, (layers,))]
    proofs.append(may_reach_beyond(action, resource, layers, context, caller))
    return max((proof for proof in proofs if proof is not None), key=rank, default=None)


def could_allow(action: str, layers: tuple[Layer, ...]) -> bool:
    """Whether some statement may allow one of the actions that an Action string takes in, on anything: without one,
    there is nothing that `may_reach` would find. Cheap, since most roles share the cached look-ups."""
    for layer in layers:
        if layer.name in NEVER_GRANT:
            continue
        for policy in layer.policies:
            if policy.document is None or policy.document.holes:
                return True
            for statement in policy.document.statements:
                if statement.effect == "Allow" and (
                    statement.not_actions or any(_meet(entry.text, action) for entry in statement.actions)
                ):
                    return True
    return spelled_out(action) is None or asks_no_policy(action)


@lru_cache(maxsize=8192)
def _meet(one: str, other: str) -> bool:
    return overlap(wildcard_glob(one.lower()), wildcard_glob(other.lower()))


def may_reach_beyond(
    pattern: str,
    resource: str,
    layers: tuple[Layer, ...],
    context: Context = Context(),  # noqa: B008  # immutable
    caller: Caller | None = None,
) -> Proof | None:
    """`may_reach`, only for the actions that an Action string takes in and no catalogue lists; None for a string
    without wildcards. The proof's action is one that a policy names, or stands for any (see `beyond_the_list`)."""
    prefix, _, name = pattern.partition(":")
    if ("*" not in name and "?" not in name) or service(prefix) is None:
        return None
    named = beyond_the_list(pattern, (layers,))
    if named is None:
        return Proof(
            verdict="unknown",
            action=pattern,
            resource=resource,
            witness=None,
            decision=UNDECIDED,
            context=context,
            reasons=(_CROWDED_NAMES,),
        )
    context = known_of(caller, context)
    proofs = (_may_reach(action, resource, layers, context, caller) for action in named)
    return max((proof for proof in proofs if proof is not None), key=rank, default=None)


def _allowed(layers: tuple[Layer, ...]) -> Iterator[str]:
    """The Action strings of all Allow statements; `*` for NotAction, and for what cannot be read."""
    for layer in layers:
        for policy in layer.policies:
            yield from ("*",) if policy.document is None and not policy.refused else ()
            for statement in policy.document.statements if policy.document else ():
                if statement.effect == "Allow":
                    yield from ("*",) if statement.not_actions else (entry.text for entry in statement.actions)


def _may_reach(
    action: str, resource: str, layers: tuple[Layer, ...], context: Context, caller: Caller | None
) -> Proof | None:
    best: Proof | None = None
    for region in regions(action, resource, layers, context, caller, needs_an_allow=True):
        if region.capped:
            return Proof(
                verdict="unknown",
                action=action,
                resource=resource,
                witness=None,
                decision=UNDECIDED,
                context=context,
                reasons=(CAPPED,),
            )
        for cell in region.cells:
            proof = _reached(region, cell, context)
            if proof is not None and (best is None or rank(proof) > rank(best)):
                allowing = tuple(clause for clause, _ in cell.covered if clause.effect == "Allow" and clause.statement)
                best = proof._replace(action=action, resource=resource, allowing=allowing)
            if best is not None and best.verdict == "granted":
                return best
    return best


def _reached(region: Region, cell: RegionCell, context: Context) -> Proof | None:
    """The proof that the ARNs of a cell may be reached, and on what conditions; None where they surely cannot be."""
    truth = in_every_case(region, cell, context)
    if truth is not None:
        return proof_at("granted", region, cell, context) if truth else None
    readable = tuple((clause, covered) for clause, covered in cell.covered if clause.statement is not None)
    if in_every_case(region, cell._replace(covered=readable), context) is False:
        return proof_at("unknown", region, cell, context)

    def judge(assumed: Mapping[Atom, bool]) -> Truth:
        return allowed_at(region, cell, assumed)

    cases = branches(atoms_of([cell]), context, judge)
    proof = hanging(region, [cell], cases or (), judge, context)
    return proof._replace(verdict="conditional")
