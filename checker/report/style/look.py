"""How text may look."""

from __future__ import annotations

from ...iam.values import NamedTuple


class Look(NamedTuple):
    """How text may look: colour, width of the terminal (None: do not wrap), and how much is said; with `statistics`,
    also how often each rule has found something. `links`: places are links to their files."""

    color: bool = False
    width: int | None = None
    quiet: bool = False
    verbose: bool = False
    statistics: bool = False
    links: bool = False
