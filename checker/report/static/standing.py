"""What a run comes to, in sentences that every format for people shares."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ...findings.severity import SEVERITIES
from ...gate.report import Report
from ..style.wrapping import count

if TYPE_CHECKING:
    from ...requirements.check import Outcome


def verdict(report: Report, fixable: str = "") -> str:
    """One sentence: what was found (and how much of it is `fixable`), or that nothing was, or that not everything could
    be checked."""
    numbers = [(report.count(name), name) for name in SEVERITIES]
    counted = ", ".join(count(number, name) for number, name in numbers if number)
    if counted:
        return f"Found {counted} ({fixable})." if fixable else f"Found {counted}."
    if could_not_check(report):
        return "Could not check everything."
    return "No problems but those that are suppressed." if report.suppressed else "No problems."


def could_not_check(report: Report) -> bool:
    """Whether a file could not be read, or a rule broke down."""
    return bool(report.unreadable or report.failures)


def standing(report: Report) -> list[str]:
    """The sentences after the verdict: access by requirement, what was read, what is not shown."""
    lines = [
        f"{outcome.cell}: {line}" if outcome.cell else line
        for outcome in report.outcomes
        for line in (_proven(outcome), *_entry(outcome))
    ]
    if report.is_unconfigured:
        lines.append("There is no checker.yaml here or above: the shipped requirement was taken (checker init).")
    counts = report.summary
    in_part = sum(item.in_part for item in report.skipped)
    parts = [count(counts.roles, "role")]
    parts += [f"{counts.policies} {'policy' if counts.policies == 1 else 'policies'}"] if counts.policies else []
    parts += [f"{count(counts.passed_over, 'unrelated document')}"] if counts.passed_over else []
    parts += [f"{counts.skipped - in_part} skipped (not checked)"] if counts.skipped > in_part else []
    parts += [f"{count(in_part, 'template')} checked in part"] if in_part else []
    parts += [f"{len(report.left_out)} left out (-v names them)"] if report.left_out else []
    read = f"Read {count(counts.files, 'file')} with {count(counts.documents, 'document')}"
    lines.append(f"{read}: {', '.join(parts)}.")
    if report.unreadable:
        lines.append(f"{count(len(report.unreadable), 'file')} could not be read.")
    return [*lines, *_not_shown(report)]


def _not_shown(report: Report) -> list[str]:
    lines = []
    if report.suppressed:
        by = Counter(item.suppression.how for item in report.suppressed)
        listed = ", ".join(f"{number} by {how}" for how, number in by.items())
        lines.append(f"{count(len(report.suppressed), 'finding')} suppressed: {listed}.")
    if report.elsewhere:
        lines.append(f"{count(report.elsewhere, 'finding')} elsewhere, which this change does not touch.")
    known = report.baseline
    if known is not None and known.compared.fixed:
        number = len(known.compared.fixed)
        is_are = "is" if number == 1 else "are"
        entries = f"{number} {'entry' if number == 1 else 'entries'}"
        lines.append(
            f"{entries} of {known.baseline.file} {is_are} fixed; --write-baseline {known.baseline.file} takes"
            f" {'it' if number == 1 else 'them'} out."
        )
    return lines


def _proven(outcome: Outcome) -> str:
    name = outcome.requirement.name
    verdicts = [
        {question.proof.verdict if question.proof else "unknown" for question in check.required}
        for check in outcome.checks
    ]
    entries = [check.trust or check.entry for check in outcome.checks]
    good = sum(
        of_role == {"granted"} and (entry.truth is True or (entry.truth is None and entry.is_open))
        for of_role, entry in zip(verdicts, entries, strict=True)
    )
    if not outcome.checks:
        return f"{name}: no role was checked."
    return f"{name}: access proven for {good} of {count(len(outcome.checks), 'role')}."


def _entry(outcome: Outcome) -> list[str]:
    """Roles that their users surely or perhaps cannot assume: access is of use only to who gets in."""
    entries = [check.trust or check.entry for check in outcome.checks]
    asked = [check.trust for check in outcome.checks if check.trust is not None]
    shut = sum(entry.truth is False for entry in entries)
    unsure = sum(entry.truth is None and not entry.is_open for entry in entries)
    unnamed = sum(entry.truth is None and entry.is_open for entry in asked)
    lines = []
    if shut:
        whom = "it" if shut == 1 else "them"
        lines.append(f"{count(shut, 'role')} cannot be assumed by who is to use {whom}.")
    if unsure:
        lines.append(f"Who can assume {count(unsure, 'role')} cannot be told.")
    if unnamed:
        of = "its trust policy lets" if unnamed == 1 else "their trust policies let"
        lines.append(f"Who is to use {count(unnamed, 'role')} is not known; {of} some pod in.")
    return lines
