"""Findings that one edit cures, shown as one: the same problem at the same place, for several objects, or what cannot
be told of several objects because of the same change."""

from __future__ import annotations

from collections.abc import Iterable

from ..iam.values import NamedTuple
from ..inventory.objects import called
from .finding import Finding

_MOST_NAMED = 5


class Group(NamedTuple):
    """A finding, and those of other objects that say the same."""

    finding: Finding
    others: tuple[Finding, ...] = ()

    @property
    def message(self) -> str:
        """The message about the first object, with the number of the others."""
        finding = self.finding
        if not self.others or finding.subject is None:
            return finding.message
        name = called(finding.subject)
        return finding.message.replace(name, f"{name} and {len(self.others)} more", 1)

    @property
    def named(self) -> str:
        """The other objects, by name; "" for none."""
        names = [called(item.subject) for item in self.others if item.subject is not None]
        more = len(names) - _MOST_NAMED
        return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")

    @property
    def all(self) -> tuple[Finding, ...]:
        """Every finding of the group."""
        return self.finding, *self.others


def grouped(findings: Iterable[Finding]) -> tuple[Group, ...]:
    """The findings in groups, each where its first one stood."""
    groups: dict[object, list[Finding]] = {}
    for number, finding in enumerate(findings):
        groups.setdefault(_key(finding) or number, []).append(finding)
    return tuple(Group(first, tuple(others)) for first, *others in groups.values())


def _key(finding: Finding) -> object:
    """What the findings of a group have in common; None for a finding that is not grouped."""
    if finding.subject is None:
        return None
    name = called(finding.subject)
    if name not in finding.message:
        return None
    for change in finding.subject.alterations:
        if f"{change.what} changes it" in finding.message:
            # Wherever the objects stand: what changes them is what has to be looked at.
            return finding.rule, finding.severity, change.what, finding.why, finding.help, finding.cells
    wording = finding.message.replace(name, "\0", 1)
    return finding.rule, finding.severity, finding.location, wording, finding.why, finding.help, finding.cells
