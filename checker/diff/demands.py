"""What requirements say of a role before and after."""

from __future__ import annotations

from collections.abc import Iterator

from .answers import answers, compared
from .model import Demand
from .pairs import Pair
from .sides import Side


def demands(pair: Pair, before: Side, after: Side) -> Iterator[Demand]:
    """The questions about the role whose answers differ.

    What a new role lacks was never there to lose; a role that goes is missed by those who worked with it (see
    `consumers`), and, where nobody is known to have worked with it, by somebody who is not.
    """
    old, new = answers(pair.before, before), answers(pair.after, after)
    for demand in compared(old, new):
        if demand.kind == "trust" and (demand.before is None or demand.after is None):
            continue  # the service account came or went, or works with another role
        if pair.before is None and demand.kind != "forbidden":
            continue
        if pair.after is None and (demand.kind == "forbidden" or before.users_of(pair.before)):
            continue
        yield demand
