"""How text may look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...iam.values import NamedTuple

if TYPE_CHECKING:
    pass


class Look(NamedTuple):
    """How text may look: colour, width of the terminal (None: do not wrap), and how much is said; with `statistics`,
    also how often each rule has found something."""

    color: bool = False
    width: int | None = None
    quiet: bool = False
    verbose: bool = False
    statistics: bool = False
