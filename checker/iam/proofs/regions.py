"""A question about a whole pattern of ARNs, cut into cells.

The patterns of all statements cut the ARNs asked about into cells (see `language`): within a cell every ARN is covered
by the same statements, so one decision speaks for all of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from ..catalogue.resource_types import resource_shapes
from ..decisions.clauses import Atom, Clause, PolicyQuestion, applies, compile_layers
from ..decisions.combine import Situation, is_allowed, situation
from ..decisions.conditions import Truth
from ..decisions.policies import Layer
from ..decisions.principals import Caller, account_of
from ..decisions.unasked import asks_no_policy, layers_for
from ..documents.context import Context
from ..patterns.globs import Glob, arn_glob, matches, wildcard_glob
from ..patterns.language import explore, overlap
from ..values import NamedTuple


class RegionCell(NamedTuple):
    """One cell of a region: its shortest ARN, and the clauses that cover it, surely (True) or perhaps (None)."""

    witness: str
    covered: tuple[tuple[Clause, Truth], ...]


class Region(NamedTuple):
    """All cells of one action on one pattern; `capped` says that there are too many."""

    action: str
    situation: Situation
    clauses: tuple[Clause, ...]
    cells: tuple[RegionCell, ...]
    capped: bool


def regions(
    action: str,
    resource: str,
    layers: tuple[Layer, ...],
    context: Context,
    caller: Caller | None,
    beside: tuple[Layer, ...] = (),
    *,
    needs_an_allow: bool = False,
) -> Iterator[Region]:
    """The cells of the region, once for each kind of ARN that the action is authorized on and the pattern can take.

    With other policies `beside`, the cells are cut by their patterns too: both sides then have the same cells, in the
    same order. With `needs_an_allow`, there are none unless some statement can allow the action or the caller is root.
    """
    pattern = arn_glob(resource)
    shapes = askable_shapes(action.lower(), resource)
    if not shapes:
        return
    owner = account_of(resource)
    if caller is not None and not owner and not _may_be_of(resource, caller.account):
        owner = _SOME_OTHER
    given = situation(layers_for(action, layers, caller), caller, "" if asks_no_policy(action) else owner)
    clauses = compile_layers(given.layers, PolicyQuestion(action, context, caller))
    if needs_an_allow and not any(clause.effect == "Allow" for clause in clauses) and not _is_root(caller):
        return
    others = compile_layers(beside, PolicyQuestion(action, context, caller))
    globs = sorted(
        {id(glob): glob for clause in (*clauses, *others) for glob in clause.about.maybe}.values(),
        key=lambda glob: (glob.text, id(glob)),
    )
    bits = {id(glob): 1 << number for number, glob in enumerate(globs)}
    masks = [(clause, _mask(clause.about.surely, bits), _mask(clause.about.maybe, bits)) for clause in clauses]
    for shape in shapes:
        cells = explore(pattern, globs, within=None if pattern.fixed is not None else shape)
        yield Region(
            action,
            given,
            clauses,
            tuple(RegionCell(cell.witness, tuple(_covered(masks, cell.accepted))) for cell in cells.cells),
            cells.capped,
        )


_SOME_OTHER = "another"


def takes_in_other_accounts(resource: str, caller: Caller) -> bool:
    """Whether an ARN pattern leaves the account open, so that it also matches resources of other accounts."""
    fields = resource.split(":", 5)
    return bool(caller.account) and len(fields) == 6 and ("*" in fields[4] or "?" in fields[4])


def _may_be_of(resource: str, account: str) -> bool:
    """Whether an ARN pattern can match a resource of this account; True where it has no account."""
    fields = resource.split(":", 5)
    return not account or len(fields) < 6 or not fields[4] or matches(wildcard_glob(fields[4]), account)


def _is_root(caller: Caller | None) -> bool:
    return caller is not None and caller.kind == "root"


@lru_cache(maxsize=1024)
def askable_shapes(action: str, resource: str) -> tuple[Glob, ...]:
    """The shapes of ARN on which the action is authorized and that the pattern can take."""
    return tuple(shape for shape in resource_shapes(action) if _can_take(resource, shape))


@lru_cache(maxsize=4096)
def _can_take(resource: str, shape: Glob) -> bool:
    """Whether the pattern can take an ARN of this shape. Asked once for all actions of a resource type."""
    return overlap(arn_glob(resource), shape)


def _mask(globs: tuple[Glob, ...], bits: dict[int, int]) -> int:
    mask = 0
    for glob in globs:
        mask |= bits[id(glob)]
    return mask


def _covered(masks: list[tuple[Clause, int, int]], accepted: int) -> Iterator[tuple[Clause, Truth]]:
    for clause, surely, maybe in masks:
        inside: Truth = True if accepted & surely else None if accepted & maybe else False
        truth = inside if not clause.negated else None if inside is None else not inside
        if truth is not False:
            yield clause, truth


def allowed_at(region: Region, cell: RegionCell, assumed: Mapping[Atom, bool]) -> Truth:
    """Whether the ARNs of one cell are allowed, with these conditions assumed."""
    return is_allowed(region.situation, [(clause, applies(clause, truth, assumed)) for clause, truth in cell.covered])
