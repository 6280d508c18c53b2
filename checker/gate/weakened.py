"""What a change makes weaker of the rules that it is judged by. Pure.

A change that a run does not trust decides nothing itself; but once it is merged, it decides. So what it switches off,
accepts or asks otherwise is told where it stands.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator

from ..config.file import Config
from ..findings.place import Place
from ..findings.problem import Weakening
from ..findings.severity import SEVERITIES
from ..requirements.load import Loaded
from ..requirements.model import Requirement
from ..rules import BY_ID
from ..suppression.baseline import Baseline

_ORDER = (*SEVERITIES, "off")
_PARTS = {
    "appliesTo": ("roles", "service_accounts"),
    "require": ("require",),
    "forbid": ("forbid",),
    "trust": ("trust",),
    "parameters": ("parameters",),
    "context": ("context",),
}


def in_configuration(before: Config, now: Config) -> Iterator[Weakening]:
    """Severities that are lowered, entries of `ignore:`, parameters of cells, and where manifests and requirements
    are."""
    if before.source is None and now.source is None:
        return
    at = now if now.source is not None else before
    if before.source is not None and os.path.realpath(before.folder) != os.path.realpath(now.folder):
        where = now.file or "none"
        yield Weakening(_at(at), f"another configuration decides here: {where}, and {before.file} so far", where)
    for rule, severity in now.severities.items():
        known = BY_ID.get(rule)
        old = before.severities.get(rule, known.ABOUT.severity if known else severity)
        if _ORDER.index(severity) > _ORDER.index(old):
            yield Weakening(_at(at, "rules", rule), f"{rule} becomes {severity}, and is {old} so far", rule)
    for rule, old in before.severities.items():
        known = BY_ID.get(rule)
        if rule not in now.severities and known and _ORDER.index(known.ABOUT.severity) > _ORDER.index(old):
            yield Weakening(_at(at, "rules"), f"{rule} becomes {known.ABOUT.severity} again, and is {old} so far", rule)
    accepted = Counter(entry._replace(offset=0, length=1) for entry in before.ignores)
    for number, entry in enumerate(now.ignores):
        plain = entry._replace(offset=0, length=1)
        if accepted[plain] > 0:
            accepted[plain] -= 1
            continue
        about = entry.subject or entry.file or "everything"
        message = f"ignore: accepts {', '.join(entry.rules)} for {about}"
        place = _at(at, "ignore", number) if at.document is not None else Place(at.file, None, offset=entry.offset)
        yield Weakening(place, message, f"{' '.join(entry.rules)} {about}")
    yield from _other_cells(before, now, at)
    for name, old_paths, paths in (
        ("manifests", before.manifests, now.manifests),
        ("policies", before.policies, now.policies),
        ("catalogue", before.catalogue, now.catalogue),
    ):
        if old_paths != paths:
            shown = ", ".join(old_paths) if isinstance(old_paths, tuple) else old_paths
            yield Weakening(_at(at, name), f"{name}: is another one; so far it is {shown or 'not given'}", name)


def _other_cells(before: Config, now: Config, at: Config) -> Iterator[Weakening]:
    cells = {cell.name: cell for cell in now.cells}
    for name in cells.keys() - {cell.name for cell in before.cells}:
        yield Weakening(_at(at, "cells", name), f"the cell {name} is new", name)
    for cell in before.cells:
        new_cell = cells.get(cell.name)
        if new_cell is None:
            yield Weakening(_at(at, "cells"), f"the cell {cell.name} is gone", cell.name)
            continue
        for name in dict.fromkeys((*cell.parameters, *new_cell.parameters)):
            old, new = cell.parameters.get(name), new_cell.parameters.get(name)
            if old != new:
                message = f"the parameter {name} of {cell.name} is {new or 'gone'}, and {old or 'not given'} so far"
                yield Weakening(_at(at, "cells", cell.name), message, f"{cell.name} {name}")
        if cell.manifests != new_cell.manifests:
            message = (
                f"the manifests of {cell.name} are others; so far they are {', '.join(cell.manifests) or 'not given'}"
            )
            yield Weakening(_at(at, "cells", cell.name), message, f"{cell.name} manifests")
        for name in dict.fromkeys((*cell.placeholders, *new_cell.placeholders)):
            old, new = cell.placeholders.get(name), new_cell.placeholders.get(name)
            if old != new:
                message = f"{cell.name} fills {name} in with {_quoted(new)}, and with {_quoted(old)} so far"
                yield Weakening(_at(at, "cells", cell.name), message, f"{cell.name} {name}")


def _quoted(value: str | None) -> str:
    return repr(value) if value is not None else "nothing"


def in_requirements(before: Loaded, now: Loaded) -> Iterator[Weakening]:
    """Requirements that are gone, or ask something else; whether for more or for less is not told."""
    by_name: dict[str, list[Requirement]] = {}
    for requirement in now.requirements:
        by_name.setdefault(requirement.name, []).append(requirement)
    for old in before.requirements:
        named = by_name.get(old.name, [])
        new = next((item for item in named if not _other_parts(old, item)), named[0] if named else None)
        if new is None:
            yield Weakening(_named(old), f"the requirement {old.name} is gone", old.name)
            continue
        named.remove(new)
        other = _other_parts(old, new)
        if other:
            message = f"the requirement {old.name} asks something else: {', '.join(other)}"
            yield Weakening(_named(new), message, f"{old.name} {' '.join(other)}")


def _other_parts(old: Requirement, new: Requirement) -> list[str]:
    return [part for part, fields in _PARTS.items() if any(getattr(old, x) != getattr(new, x) for x in fields)]


def in_baseline(before: Baseline, now: Baseline) -> Iterator[Weakening]:
    """Entries that were added to a baseline."""
    more = Counter(now.entries) - Counter(before.entries)
    if more:
        number = sum(more.values())
        rules = ", ".join(dict.fromkeys(entry.rule for entry in more))
        message = f"the baseline accepts {number} more {'finding' if number == 1 else 'findings'}: {rules}"
        yield Weakening(Place(now.file, None, offset=0), message, rules)


def _at(config: Config, *path: str | int) -> Place:
    """An entry of the configuration, or what comes nearest to it; the beginning of the file where it is TOML."""
    if config.document is None:
        return Place(config.file, None, offset=0)
    return Place(config.file, 0, path, "key")


def _named(requirement: Requirement) -> Place:
    return Place(requirement.origin.file, requirement.origin.document, ("metadata", "name"))
