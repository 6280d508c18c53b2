"""From a record to a diagnosis: every cause is looked for and ranked by how sure it is; then the verdict."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from ..iam.values import NamedTuple
from ..live.record.record import Record
from ..requirements.model import Requirement
from .case.case import Case, make_case
from .case.witnesses import SUREST_FIRST, Confidence, confidence
from .causes import CAUSES
from .check import Check
from .commands import addressed
from .evidence.gate_rules import RuleFinding, rule_findings
from .known_cause import KnownCause
from .steps import checks

Verdict = Literal["healthy", "cause-found", "inconclusive"]

EXIT_CODES: dict[Verdict, int] = {"healthy": 0, "cause-found": 1, "inconclusive": 3}


class Cause(NamedTuple):
    """A cause and how sure it is, with what it rests on and what to do about it."""

    id: str
    title: str
    confidence: Confidence
    manifest_helps: bool
    restart_needed: bool
    remediation: str
    evidence: tuple[str, ...]
    next: tuple[str, ...]


class Diagnosis(NamedTuple):
    """The verdict; the causes that may hold, surest first; those that are ruled out or unknown; the checks; what was
    not read, in sentences; and what the gate's rules on access say of the deployed policies."""

    verdict: Verdict
    causes: tuple[Cause, ...]
    dismissed: tuple[Cause, ...]
    checks: tuple[Check, ...]
    unknowns: tuple[str, ...]
    findings: tuple[RuleFinding, ...]
    case: Case


def diagnose(record: Record, requirements: Iterable[Requirement]) -> Diagnosis:
    """The diagnosis of a record; a pure function of it and of the requirements."""
    asked = tuple(requirements)
    case = make_case(record, asked)
    causes = [_cause(module, case) for module in CAUSES]
    causes.sort(key=lambda cause: SUREST_FIRST.index(cause.confidence))
    holding = tuple(cause for cause in causes if cause.confidence in ("confirmed", "likely", "possible"))
    check_results = checks(case)
    return Diagnosis(
        verdict=_verdict(record, holding, check_results),
        causes=holding,
        dismissed=tuple(cause for cause in causes if cause not in holding),
        checks=check_results,
        unknowns=_unknowns(case, check_results),
        findings=rule_findings(case, asked),
        case=case,
    )


def _cause(known: KnownCause, case: Case) -> Cause:
    seen = known.look(case)
    return Cause(
        id=known.id,
        title=known.title,
        confidence=confidence(seen),
        manifest_helps=known.manifest_helps,
        restart_needed=known.restart_needed if seen.restart is None else seen.restart,
        remediation=seen.remediation or known.remediation,
        evidence=seen.evidence,
        next=tuple(addressed(line, case.record.target) for line in seen.next),
    )


_SECOND_OPINIONS = ("simulation", "scps", "rcps", "vpc-endpoints", "log-previous/", "right/")
"""Readings that a healthy verdict can do without: most credentials may not have them, and the log speaks for them."""


def _verdict(record: Record, causes: tuple[Cause, ...], made: tuple[Check, ...]) -> Verdict:
    """Healthy only where every vital check is ok and every question was answered: what could not be checked is never
    green."""
    if any(cause.confidence in ("confirmed", "likely") for cause in causes):
        return "cause-found"
    is_well = all(check.state == "ok" for check in made if check.is_vital)
    is_complete = all(
        item.is_settled or item.status == "skipped" or name.startswith(_SECOND_OPINIONS)
        for name, item in record.readings.items()
    )
    return "healthy" if is_well and is_complete and not causes else "inconclusive"


def _unknowns(case: Case, made: tuple[Check, ...]) -> tuple[str, ...]:
    """What was not read: checks without an answer, and the layers that nobody looked at."""
    unknowns = []
    if case.log.failing and all(event.is_previous for event in case.events):
        unknowns.append("log: refreshes fail, and why is not said in words that checker knows")
    unknowns += [f"{check.id}: {check.detail}" for check in made if check.state == "unknown"]
    unknowns += [f"{check.id}: {check.detail}" for check in made if check.state == "skipped"]
    for name, item in sorted(case.record.readings.items()):
        is_told = any(check.source == item.source for check in made)
        if not item.is_settled and item.status != "skipped" and not is_told and not name.startswith("right/"):
            unknowns.append(f"{item.source or name}: {item.detail or item.status}")
    if case.value("scps") is None:
        unknowns.append("service and resource control policies of the organization were not read")
    missing = [
        name.removeprefix("right/")
        for name, item in case.record.readings.items()
        if name.startswith("right/") and item.value is False
    ]
    if missing:
        unknowns.append(f"rights missing in the cluster: {', '.join(sorted(missing))}")
    return tuple(dict.fromkeys(unknowns))
