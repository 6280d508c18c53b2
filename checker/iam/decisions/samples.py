"""Values of a condition key that make a difference: one for each way in which its conditions can turn out.

Conditions on a key cut its values into finitely many cells (texts by the patterns they match, numbers, dates and
addresses by the bounds they lie between), so one value out of each cell stands for all requests. Sources for what
operators compare: see `operators`; for which keys are always there: see `global_keys`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

from ..catalogue.condition_keys import ConditionKey, find_key
from ..catalogue.global_keys import ALWAYS_PRESENT
from ..documents.context import Context, Values, look_up
from ..documents.document import Condition
from ..documents.operators import NUMBER, Operator, moment, split_operator
from ..documents.variables import expand
from ..patterns.globs import Glob, field_glob, text_glob, wildcard_glob
from ..patterns.language import explore
from .clauses import Atom
from .conditions import test

_MOST_SETS = 64
_MOST_COMPARISONS = 100_000
_FRESH = "other"


def sample_values(key: str, atoms: list[Atom], context: Context, *, is_present: bool = False) -> list[Values] | None:
    """One value list for every case that the conditions on the key can tell apart, with `()` for a missing key unless
    it is known to be present; None where the comparisons cannot be combined, or there are too many."""
    operators = [split_operator(item.operator) for item in atoms]
    known = find_key(key)
    has_plain = any(operator and operator.family != "null" and not operator.sets for operator in operators)
    if look_up(context, key) is not None or (known is not None and known.is_list and has_plain):
        # The value is known but the comparison cannot be made, or a list stands under an operator for one value.
        return None
    single = _singles(atoms, [operator for operator in operators if operator], context, known)
    if single is None or len(single) * sum(len(item.values) for item in atoms) > _MOST_COMPARISONS:
        return None
    samples: list[Values] = [] if is_present or key in ALWAYS_PRESENT else [()]
    samples += [(value,) for value in single]
    if not any(operator and operator.sets for operator in operators):
        return samples
    return _with_sets(samples, atoms, context)


def _singles(
    atoms: list[Atom], operators: list[Operator], context: Context, known: ConditionKey | None
) -> list[str] | None:
    families = {operator.family for operator in operators} - {"null"}
    if not families:
        return [_FRESH]
    if len(families) > 1 or len(operators) < len(atoms):
        return None
    texts = [text for item in atoms for text in item.values]
    family = families.pop()
    if family == "text":
        return _texts(atoms, operators, context)
    odd = [_FRESH] if family == "bool" and (known is None or known.type != "Bool") else []
    return [*dict.fromkeys(_SAMPLERS[family](texts)), *odd]


def _texts(atoms: list[Atom], operators: list[Operator], context: Context) -> list[str] | None:
    """One text for every combination of patterns that a text can match."""
    literals: set[str] = set()
    globs: list[Glob] = []
    ignores_case = False
    for item, operator in zip(atoms, operators, strict=True):
        for text in item.values if operator.family == "text" else ():
            wanted = expand(text, context, enabled=item.has_variables)
            if wanted.absent or wanted.unknown:
                continue
            if operator.is_arn or operator.is_pattern:
                globs.append((field_glob if operator.is_arn else text_glob)(wanted.text))
            else:
                literals.add(wanted.plain)
                ignores_case = ignores_case or operator.ignores_case
    literals |= {glob.fixed for glob in globs if glob.fixed is not None}
    if all(glob.fixed is not None for glob in globs):
        cases = {variant for text in literals for variant in _other_cases(text, literals)} if ignores_case else set()
        return [*sorted(literals | cases), _beside(literals | cases), ""]
    if ignores_case:
        return None
    patterns = [*globs, *(text_glob(tuple((char, False) for char in text)) for text in sorted(literals))]
    cells = explore(wildcard_glob("?*"), patterns)
    return None if cells.capped else [*(cell.witness for cell in cells.cells), ""]


def _other_cases(text: str, taken: set[str]) -> set[str]:
    """The text in lower and upper case, and in one mixture that is not taken."""
    flipped = (text[:position] + text[position].swapcase() + text[position + 1 :] for position in range(len(text)))
    mixed = next((item for item in flipped if item not in taken), text)
    return {text.lower(), text.upper(), mixed}


def _beside(taken: set[str]) -> str:
    fresh = _FRESH
    while fresh in taken or fresh.lower() in taken:
        fresh += "x"
    return fresh


def _with_sets(samples: list[Values], atoms: list[Atom], context: Context) -> list[Values] | None:
    """The samples, and sets of them, until no set makes a new difference."""
    known = {_signature(values, atoms, context): values for values in reversed(samples)}
    queue = list(known.values())
    singles = [values for values in queue if len(values) == 1]
    for values in queue:
        for (extra,) in singles:
            if values and extra not in values:
                joined = (*values, extra)
                signature = _signature(joined, atoms, context)
                if signature not in known:
                    known[signature] = joined
                    queue.append(joined)
        if len(known) > _MOST_SETS:
            return None
    return list(known.values())


def _signature(values: Values, atoms: list[Atom], context: Context) -> tuple[bool | None, ...]:
    stated = [(item, context._replace(values={**context.values, item.key: values})) for item in atoms]
    conditions = ((Condition(item.operator, item.key, item.values, ()), item, inside) for item, inside in stated)
    return tuple(test(condition, inside, has_variables=item.has_variables) for condition, item, inside in conditions)


def _numbers(texts: list[str]) -> Iterator[str]:
    from decimal import Decimal, localcontext

    with localcontext() as exact:
        exact.prec = 100
        ordered = sorted({Decimal(text) for text in texts if NUMBER.fullmatch(text)})
        samples = [f"{ordered[0] - 1:f}"] if ordered else ["0"]
        for bound, following in zip(ordered, [*ordered[1:], *(item + 2 for item in ordered[-1:])], strict=True):
            samples += [f"{bound:f}", f"{(bound + following) / 2:f}"]
    yield from samples


def _dates(texts: list[str]) -> Iterator[str]:
    ordered = sorted(float(bound) for bound in map(moment, texts) if bound is not None)
    if not ordered:
        yield _written(1_700_000_000)
        return
    yield _written(ordered[0] - 86_400)
    for bound, following in zip(ordered, [*ordered[1:], ordered[-1] + 172_800], strict=True):
        yield _written(bound)
        yield _written((bound + following) / 2)


def _written(seconds: float) -> str:
    from datetime import UTC, datetime

    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat()
    except (ValueError, OverflowError):
        return str(int(seconds))


def _addresses(texts: list[str]) -> Iterator[str]:
    """The first address of every network and the first one after it: between these nothing changes."""
    from ipaddress import ip_address, ip_network

    starts: dict[int, set[int]] = {4: {0}, 6: {0}}
    for text in texts:
        try:
            network = ip_network(text, strict=False)
        except ValueError:
            continue
        starts[network.version] |= {int(network.network_address), int(network.broadcast_address) + 1}
    for version, numbers in starts.items():
        for number in sorted(numbers):
            if number < 1 << (32 if version == 4 else 128):
                yield str(ip_address(number) if version == 4 else ip_address(number.to_bytes(16, "big")))


def _binaries(texts: list[str]) -> Iterator[str]:
    from base64 import b64decode, b64encode

    yield from texts
    taken = set()
    for text in texts:
        try:
            taken.add(b64decode(text, validate=True))
        except ValueError:
            continue
    yield next(b64encode(value).decode() for number in count() if (value := number.to_bytes(4, "big")) not in taken)


_SAMPLERS: dict[str, Callable[[list[str]], Iterator[str]]] = {
    "number": _numbers,
    "date": _dates,
    "address": _addresses,
    "binary": _binaries,
    "bool": lambda _: iter(("true", "false")),
}
