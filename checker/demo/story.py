"""The story that `checker demo` tells: a healthy cell, something breaks, the diagnosis names it, the fix cures it."""

from __future__ import annotations

from collections.abc import Callable

from ..fix.cluster.apply import apply
from ..fix.cluster.emission import Emission, emit
from ..fix.cluster.store import StoppedError
from ..fix.cluster.withheld import Withheld
from ..fix.cluster.world import World
from ..iam.values import NamedTuple
from ..live.asking import Observer
from ..live.clients.kubernetes import Cluster
from ..live.collect import collect
from ..live.record.record import dump, load
from ..requirements.load import load_requirements
from ..requirements.shipped import shipped_policies
from ..runbook.diagnose import Diagnosis, diagnose
from .breaks.registry import BREAKS, Break
from .cell import Cell


class Story(NamedTuple):
    """What was told: the break, the diagnoses before and after it, the fix (or why there is none), the steps of
    applying it, and the diagnosis after that (None where nothing was applied). `admits_unsafe`: the fix is not a
    safe one.
    """

    staged: Break
    healthy: Diagnosis
    broken: Diagnosis
    fix: Emission | Withheld
    admits_unsafe: bool
    steps: tuple[str, ...]
    after: Diagnosis | None

    @property
    def ended_as_told(self) -> bool:
        """Whether the diagnosis named what was broken, and the fix, if there is one, ended healthy."""
        first = self.broken.causes[0] if self.broken.causes else None
        named = self.healthy.verdict == "healthy" and first is not None and first.id == self.staged.cause
        cured = not isinstance(self.fix, Emission) or (self.after is not None and self.after.verdict == "healthy")
        return named and cured


def tell(cause: str, observer: Observer | None = None) -> Story:
    """Runs the cell, breaks it, diagnoses it and mends it. Raises KeyError for a cause that cannot be staged."""
    staged = BREAKS[cause]
    requirements = load_requirements((shipped_policies(),)).requirements
    with Cell() as cell:
        healthy = look_at(cell, staged.index_name, observer)
        staged.change(cell, staged.index_name)
        broken = look_at(cell, staged.index_name, observer)
        fix = emit(broken, requirements, lambda plan: plan.is_safe)
        with_unsafe = emit(broken, requirements, lambda plan: True) if isinstance(fix, Withheld) else fix
        steps: list[str] = []
        after = None
        if isinstance(with_unsafe, Emission):
            after = mend(cell, staged.index_name, broken, with_unsafe, steps.append)
        is_unsafe = isinstance(fix, Withheld) and isinstance(with_unsafe, Emission)
        return Story(
            staged=staged,
            healthy=healthy,
            broken=broken,
            fix=with_unsafe,
            admits_unsafe=is_unsafe,
            steps=tuple(steps),
            after=after,
        )


def play(data: bytes, cause: str | None = None, observer: Observer | None = None) -> Diagnosis:
    """The diagnosis of the cell where the proxy logs these lines in place of its own; broken as for `cause` where one
    is given, else well. Raises KeyError for a cause that cannot be staged."""
    index = BREAKS[cause].index_name if cause else "acme"
    with Cell() as cell:
        if cause:
            BREAKS[cause].change(cell, index)
        cell.play(index, data)
        return look_at(cell, index, observer)


def mend(cell: Cell, index: str, broken: Diagnosis, fix: Emission, say: Callable[[str], None]) -> Diagnosis | None:
    """Applies the fix in the embedded cell, where controller and proxy answer at once; the diagnosis after it."""
    cell.live_on()
    connection = cell.access().connection
    if connection is None:
        return None
    world = World(
        cluster=Cluster(connection),
        look=lambda seconds, _: look_at(cell, index, None, seconds),
        say=say,
        confirm=lambda question: True,
        pause=lambda seconds: None,
        patience=10,
    )
    try:
        return apply(world, broken, fix)
    except StoppedError as error:
        say(str(error))
        return None


def look_at(cell: Cell, index: str, observer: Observer | None = None, since_seconds: int = 900) -> Diagnosis:
    """Collects and diagnoses, through a record as a file would hold it."""
    manifests = (cell.manifests,) if cell.manifests else ()
    target = cell.target(index)._replace(since_seconds=since_seconds)
    record = collect(target, cell.access(), cell.search, manifests=manifests, observer=observer)
    requirements = load_requirements((shipped_policies(),)).requirements
    return diagnose(load(dump(record), "the record"), requirements)
