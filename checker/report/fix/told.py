"""What the formats of `checker fix` are given."""

from __future__ import annotations

from ...fix.planning.repair import Repair
from ...iam.values import NamedTuple


class Told(NamedTuple):
    """A repair and what became of it: "shown" (nothing was written), "written" in place, or "copied" to `names`."""

    repair: Repair
    outcome: str
    names: tuple[str, ...] = ()
