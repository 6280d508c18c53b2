"""The difference over several cells: each is compared with its own files and parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from ..errors import UsageError
from ..gate.cells import cells_in_one_run
from ..gate.options import GateOptions
from ..gate.prepare import choose
from ..progress import Observe, unobserved
from .compare import compare_sides
from .model import Difference
from .sides import NOTHING, read_sides


def difference(base: str, head: str | None, options: GateOptions, observe: Observe = unobserved) -> Difference:
    """What differs between two sides, in the cell that is named, or in all that have folders of their own. Raises
    UsageError, also where neither side has a manifest."""
    chosen = choose(options)
    names = cells_in_one_run(chosen.config, options.cell)
    parts: list[tuple[str, Difference]] = []
    is_there = False
    for name in names or (options.cell,):
        before, after = read_sides(base, head, options._replace(cell=name), observe)
        is_there = is_there or any(side.facts.project.sources or side.unreadable for side in (before, after))
        parts.append((name or "", compare_sides(before, after, observe)))
    if not is_there:
        raise UsageError(f"neither {parts[0][1].base} nor {parts[0][1].head} holds a manifest that concerns a role")
    return parts[0][1] if not names else _together(parts)


def _together(found: Sequence[tuple[str, Difference]]) -> Difference:
    """One difference of several cells: what is equal in some stands once, findings of the gate with their cell."""
    parts = [part for _, part in found]
    findings = [
        finding._replace(message=f"{finding.message} (cell {name})")
        for name, part in found
        for finding in part.findings
    ]
    return parts[0]._replace(
        roles=tuple(_each_once(change for part in parts for change in part.roles)),
        consumers=tuple(_each_once(change for part in parts for change in part.consumers)),
        findings=tuple(findings),
        others=tuple(_each_once(note for part in parts for note in part.others)),
        notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
        # A cell that has no files on one side is new, or gone.
        unread=tuple(dict.fromkeys(line for part in parts for line in part.unread if not line.endswith(NOTHING))),
    )


T = TypeVar("T")


def _each_once(items: Iterable[T]) -> Iterator[T]:
    seen: list[T] = []
    for item in items:
        if item not in seen:
            seen.append(item)
            yield item
