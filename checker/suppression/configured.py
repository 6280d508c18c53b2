"""The `ignore:` entries of the configuration."""

from __future__ import annotations

from collections.abc import Iterator

from ..config.file import Config
from ..config.ignores import Ignore
from ..findings.place import Place
from ..findings.suppression import Described, Suppression
from .written import problem_of, tidy


def in_configuration(config: Config) -> Iterator[Suppression]:
    """The suppressions that the configuration lists, one for each rule of an entry."""
    for number, entry in enumerate(config.ignores):
        place = _place(config, number, entry)
        target = Described(entry.subject, entry.file, config.folder)
        for rule in entry.rules:
            yield Suppression(
                how="configuration",
                rule=rule,
                scope=f"@{entry.sid}" if entry.sid else entry.path,
                reason=tidy(entry.reason),
                until=entry.until,
                place=place,
                target=target,
                problem=problem_of(rule),
            )


def _place(config: Config, number: int, entry: Ignore) -> Place:
    if config.document is not None:
        return Place(config.file, 0, ("ignore", number))
    return Place(config.file, None, offset=entry.offset, length=entry.length)
