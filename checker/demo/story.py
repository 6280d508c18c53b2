"""The story that `checker demo` tells: a healthy cell, something breaks, the diagnosis names it."""

from __future__ import annotations

from typing import NamedTuple

from ..live.asking import Observer
from ..live.collect import collect
from ..live.record import dump, load
from ..requirements.load import load_requirements
from ..requirements.shipped import shipped_policies
from ..runbook.diagnose import Diagnosis, diagnose
from .breaks import BREAKS, Break
from .cell import Cell


class Story(NamedTuple):
    """What was told: the break, the diagnosis before and after it. `ended_as_told`: it was healthy, and then the cause
    that was staged came first.
    """

    staged: Break
    healthy: Diagnosis
    broken: Diagnosis

    @property
    def ended_as_told(self) -> bool:
        """Whether the diagnosis named what was broken."""
        first = self.broken.causes[0] if self.broken.causes else None
        return self.healthy.verdict == "healthy" and first is not None and first.id == self.staged.cause


def tell(cause: str, observer: Observer | None = None) -> Story:
    """Runs the cell, breaks it and diagnoses it. Raises KeyError for a cause that cannot be staged."""
    staged = BREAKS[cause]
    with Cell() as cell:
        healthy = look_at(cell, staged.index_name, observer)
        staged.change(cell, staged.index_name)
        return Story(staged, healthy, look_at(cell, staged.index_name, observer))


def look_at(cell: Cell, index: str, observer: Observer | None = None) -> Diagnosis:
    """Collects and diagnoses, through a record as a file would hold it."""
    manifests = (cell.manifests,) if cell.manifests else ()
    record = collect(cell.target(index), cell.access(), cell.search, manifests=manifests, observer=observer)
    requirements = load_requirements((shipped_policies(),)).requirements
    return diagnose(load(dump(record), "the record"), requirements)
