"""Open conditions, decided case by case.

What a policy says may hang on condition keys of which nothing is known. Each such key has few values that make a
difference: those the conditions name, one beside them, none at all. The question is asked again with each of these
assumed, key after key, until it has an answer; what is true in every branch is true. So two statements that complement
each other grant, and two that contradict each other do not, as in AWS, where a request has one value for a key.

The branches always take in every request there can be; where the values of a key cannot be told apart they take in
more, which can turn an answer into "cannot tell", never into a wrong one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import product

from ..documents.context import Context, Values
from ..documents.document import Condition
from ..values import NamedTuple
from .clauses import Atom
from .conditions import Truth, test
from .samples import sample_values

CAP = 600
"""Questions asked before the search for an answer is given up."""

_MOST_KEYS = 150
"""Keys taken one after the other: each is one level of recursion."""

_FREE_ATOMS = 5
"""Conditions on one key that may vary freely where its values cannot be told apart: 2⁵ cases."""

_MOST_TRIED = 40

Judge = Callable[[Mapping[Atom, bool]], Truth]


class Branch(NamedTuple):
    """One case: what was assumed of the conditions, the values that make it so (None for a key without an example),
    and the answer."""

    truth: Truth
    assumed: dict[Atom, bool]
    examples: dict[str, Values | None]


class _Option(NamedTuple):
    truths: dict[Atom, bool]
    example: Values | None


def branches(
    atoms: Iterable[Atom], context: Context, judge: Judge, present: frozenset[str] = frozenset()
) -> tuple[Branch, ...] | None:
    """Every case of the open conditions with its answer, or None when there are too many.

    `present` are keys (lower case) that every request carries, whatever their values. `judge` answers under assumptions
    about some of the conditions: None where the answer needs more of them.
    """
    by_key: dict[str, list[Atom]] = {}
    for item in dict.fromkeys(atoms):
        by_key.setdefault(item.key, []).append(item)
    keys = list(by_key)
    if len(keys) > _MOST_KEYS:
        return None
    options: dict[str, list[_Option] | None] = {}
    leaves: list[Branch] = []
    asked = 0

    def grow(number: int, assumed: dict[Atom, bool], examples: dict[str, Values | None]) -> bool:
        nonlocal asked
        asked += 1
        truth = judge(assumed)
        if truth is not None or number == len(keys):
            leaves.append(Branch(truth, assumed, examples))
            return True
        key = keys[number]
        if key not in options:
            samples = sample_values(key, by_key[key], context, is_present=key in present)
            options[key] = _options(samples, by_key[key], context)
        cases = options[key]
        if cases is None or asked > CAP:
            return False
        return all(grow(number + 1, {**assumed, **case.truths}, {**examples, key: case.example}) for case in cases)

    return tuple(leaves) if grow(0, {}, {}) else None


def with_examples(context: Context, branch: Branch) -> Context | None:
    """The context of a request that takes this branch; None where there is no example of one."""
    if any(values is None for values in branch.examples.values()):
        return None
    known = {key: values for key, values in branch.examples.items() if values}
    absent = frozenset(key for key, values in branch.examples.items() if not values)
    return context._replace(values={**context.values, **known}, absent=context.absent | absent)


def fewest(branch: Branch, judge: Judge) -> dict[Atom, bool]:
    """The assumptions of a branch that its answer really needs; all of them where they are too many to try."""
    needed = dict(branch.assumed)
    if len(needed) > _MOST_TRIED:
        return needed
    for item in branch.assumed:
        without = {other: truth for other, truth in needed.items() if other != item}
        if judge(without) is branch.truth:
            needed = without
    return needed


def _options(samples: list[Values] | None, atoms: list[Atom], context: Context) -> list[_Option] | None:
    """The distinguishable cases of one key: which of its conditions hold. None where there are too many."""
    cases: dict[tuple[bool, ...], Values | None] = {}
    for values in samples if samples is not None else [None]:
        truths = [_hold(item, values, context) for item in atoms]
        free = truths.count(None)
        if free > _FREE_ATOMS:
            return None
        for case in _settled(truths):
            if free or case not in cases:
                cases[case] = None if free else values
    return [_Option(dict(zip(atoms, case, strict=True)), values) for case, values in cases.items()]


def _hold(item: Atom, values: Values | None, context: Context) -> Truth:
    if values is None:
        return None
    stated = context._replace(values={**context.values, item.key: values})
    return test(Condition(item.operator, item.key, item.values, ()), stated, has_variables=item.has_variables)


def _settled(truths: list[Truth]) -> Iterator[tuple[bool, ...]]:
    """Every way to settle the truths that cannot be told."""
    return product(*((False, True) if truth is None else (truth,) for truth in truths))
