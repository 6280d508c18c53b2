"""What can be broken in the embedded cell: the registry."""

from __future__ import annotations

from collections.abc import Callable

from ...iam.values import NamedTuple
from ..cell import Cell


class Break(NamedTuple):
    """A way to break the cell: the cause it stages, the index whose proxy then fails, what is done."""

    cause: str
    index_name: str
    change: Callable[[Cell, str], None]

    @property
    def told(self) -> str:
        """What is done, for people."""
        return (self.change.__doc__ or "").strip().splitlines()[0]


BREAKS: dict[str, Break] = {}


def stages(cause: str, index: str = "acme") -> Callable[[Callable[[Cell, str], None]], Callable[[Cell, str], None]]:
    """Registers a function as the way to stage a cause."""

    def register(change: Callable[[Cell, str], None]) -> Callable[[Cell, str], None]:
        BREAKS[cause] = Break(cause, index, change)
        return change

    return register
