"""What every format is given: the findings, what was proven, what was skipped, and the counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..findings.severity import SEVERITIES
from ..iam.values import NamedTuple

if TYPE_CHECKING:
    from ..findings.finding import Failure, Finding
    from ..findings.severity import Severity
    from ..project.file_facts import Skipped
    from ..requirements.check import Outcome
    from ..suppression.baseline import Baseline, Compared
    from ..suppression.covering import Covered
    from ..text.source import Source


class Summary(NamedTuple):
    """Counts of one run. `checked` counts roles put to at least one requirement, `passed_over` documents of other
    kinds.
    """

    files: int
    documents: int
    passed_over: int
    roles: int
    policies: int
    checked: int
    skipped: int


class HeldAgainst(NamedTuple):
    """A baseline, and the findings held against it, in a cell ("" for the only one)."""

    baseline: Baseline
    compared: Compared
    cell: str = ""


class Report(NamedTuple):
    """One run of the gate. `unreadable` are (path, reason); `sources` hold the texts that findings point into.
    `suppressed` are findings that are not reported, and `baseline` what came of holding the findings against one.
    `elsewhere` counts findings that the change asked about has nothing to do with. `cell` is the one that was asked
    about, `cells` are all where there were several, `left_out` are (path, reason) of what was not looked into below the
    folders, `fail_on` the severity from which findings fail the run, `read` the files that hold something of ours.
    `is_unconfigured`: nothing says what is required, so that the shipped requirement was taken."""

    findings: tuple[Finding, ...]
    failures: tuple[Failure, ...]
    outcomes: tuple[Outcome, ...]
    skipped: tuple[Skipped, ...]
    unreadable: tuple[tuple[str, str], ...]
    summary: Summary
    sources: Mapping[str, Source]
    suppressed: tuple[Covered, ...] = ()
    baseline: HeldAgainst | None = None
    elsewhere: int = 0
    cell: str = ""
    cells: tuple[str, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    fail_on: Severity = "error"
    read: frozenset[str] = frozenset()
    is_unconfigured: bool = False

    def fails(self, finding: Finding) -> bool:
        """Whether a finding fails the run."""
        return SEVERITIES.index(finding.severity) <= SEVERITIES.index(self.fail_on)

    def count(self, severity: Severity) -> int:
        """How many findings of a severity are reported."""
        return sum(finding.severity == severity for finding in self.findings)


def nothing_for_us(files: int, documents: int) -> Report:
    """The report on files that hold nothing for us."""
    return Report(
        findings=(),
        failures=(),
        outcomes=(),
        skipped=(),
        unreadable=(),
        summary=Summary(
            files=files, documents=documents, passed_over=documents, roles=0, policies=0, checked=0, skipped=0
        ),
        sources={},
    )
