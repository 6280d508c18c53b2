"""What was read, judged: requirements and rules are put to it, suppressions and the baseline applied. Pure."""

from __future__ import annotations

import os
from typing import NamedTuple

from .config import Config
from .engine import Failure, Finding, Settings, files_of, in_order, run
from .inventory import Origin
from .looked_for import LookedFor, dark_files
from .observing import Observe, unobserved
from .places import Locator
from .project import Project, load
from .report.model import Known, Report, Summary
from .requirements.check import Outcome, check_project
from .requirements.load import Loaded
from .requirements.model import Requirement
from .resolution import make_index
from .rules import BY_ID
from .rules.problem import Facts
from .suppression.baseline import Baseline, against
from .suppression.covering import Covered, by_baseline, cover
from .suppression.model import Suppression
from .suppression.reading import suppressions
from .text.source import Source


class Since(NamedTuple):
    """What to report of a change: findings on the `changed` files (None: on all), and those that were not there
    `before`, at this revision."""

    revision: str
    changed: frozenset[str] | None
    before: Baseline


class Prepared(NamedTuple):
    """Everything that a run of the gate rests on: what was read, and what is to be asked of it.

    `sources` were passed, `background` takes part in the inventory; `files` limits the report (None: all).
    `is_partial`: there are objects beyond these that nobody looked for. `config` holds the suppressions of the
    configuration; without it nothing is suppressed. `today` is the day (ISO, UTC) that they are judged by.
    """

    sources: tuple[Source, ...]
    background: tuple[Source, ...]
    file_count: int
    passed_over: int
    unreadable: tuple[tuple[str, str], ...]
    files: frozenset[str] | None
    requirements: Loaded
    asked: tuple[Requirement, ...]
    parameters: dict[str, str]
    other_cells: dict[str, dict[str, str]]
    settings: Settings
    is_partial: bool = False
    config: Config | None = None
    today: str = ""
    cell: str = ""
    baseline: Baseline | None = None
    since: Since | None = None
    left_out: tuple[tuple[str, str], ...] = ()


class Judged(NamedTuple):
    """The report, and the facts it rests on."""

    report: Report
    facts: Facts


def judge(made: Prepared, observe: Observe = unobserved) -> Judged:
    """Puts requirements and rules to what was read; a pure function of it."""
    facts = gather(made, observe)
    project, outcomes, files = facts.project, facts.outcomes, made.files
    documents = {**made.requirements.documents, **project.documents}
    sources = {**made.requirements.sources, **project.sources}
    if made.config is not None and made.config.source is not None:
        sources[made.config.file] = made.config.source
        documents |= {(made.config.file, 0): made.config.document} if made.config.document else {}
    locator = Locator(documents, sources)
    found = _suppressed(made, facts, locator, observe)
    looked = _looked_for(made, project, found.failures)
    known = None
    if made.baseline is not None:
        known = Known(made.baseline, against(found.findings, made.baseline, looked), looked.cell)
    findings = found.findings if known is None else known.compared.new
    touched = _touched(made.since, findings, facts)
    report = Report(
        touched,
        found.failures,
        outcomes,
        tuple(item for item in project.skipped if files is None or item.file in files),
        made.unreadable,
        _summary(project, made.file_count, outcomes, files),
        sources,
        suppressed=(*found.suppressed, *(by_baseline(known) if known else ())),
        baseline=known,
        elsewhere=len(findings) - len(touched),
        cell=made.cell,
        left_out=made.left_out,
    )
    return Judged(report, found.facts)


def gather(made: Prepared, observe: Observe = unobserved) -> Facts:
    """What rules judge: the project, and the requirements put to it."""
    project = load(made.sources, made.background, passed_over=made.passed_over)
    index = make_index(project.inventory, made.parameters.get("account"), made.parameters)
    outcomes = tuple(
        check_project(item, index, made.parameters, made.files, observe=observe, today=made.today)
        for item in made.asked
    )
    return Facts(project, index, outcomes, made.other_cells, made.parameters, today=made.today)


class _Found(NamedTuple):
    findings: tuple[Finding, ...]
    failures: tuple[Failure, ...]
    suppressed: tuple[Covered, ...]
    facts: Facts


def _suppressed(made: Prepared, facts: Facts, locator: Locator, observe: Observe) -> _Found:
    """Runs the rules, sorts out what is suppressed, and then has the suppressions themselves judged."""
    settings = made.settings._replace(files=made.files)
    last = tuple(rule for rule in settings.rules if hasattr(rule, "JUDGES_SUPPRESSIONS"))
    first = run(
        facts, settings._replace(rules=tuple(rule for rule in settings.rules if rule not in last)), locator, observe
    )
    if made.config is None:
        return _Found(first.findings, first.failures, (), facts)
    listed = suppressions(facts.project, made.requirements, made.config)
    looked = _looked_for(made, facts.project, first.failures)

    def is_judged(item: Suppression) -> bool:
        if item.rule not in BY_ID or looked.depends_on_cell(item.rule):
            return False
        is_listed = item.how == "configuration"
        return looked.everywhere(item.rule) if is_listed else looked.in_file(item.rule, item.place.file)

    result = cover(first.findings, listed, facts.project, locator, made.today, is_judged)
    told = facts._replace(suppressions=result.suppressions)
    second = run(told, settings._replace(rules=last), locator)
    findings = in_order((*result.findings, *second.findings))
    return _Found(findings, (*first.failures, *second.failures), result.suppressed, told)


def _touched(since: Since | None, findings: tuple[Finding, ...], facts: Facts) -> tuple[Finding, ...]:
    """The findings that a change has to do with: they are new, or concern a changed file, or a role of which a policy
    stands in one."""
    if since is None or since.changed is None:
        return findings
    new = set(map(id, against(findings, since.before).new))
    behind: dict[Origin, set[str]] = {}
    for check in (check for outcome in facts.outcomes for check in outcome.checks):
        texts = [source.text for source in check.stack.sources.values() if source.text is not None]
        behind.setdefault(check.role.object.origin, set()).update(text.owner.origin.file for text in texts)

    def concerned(finding: Finding) -> set[str]:
        return files_of(finding) | (behind.get(finding.subject.origin, set()) if finding.subject else set())

    return tuple(item for item in findings if id(item) in new or not since.changed.isdisjoint(concerned(item)))


def _looked_for(made: Prepared, project: Project, failures: tuple[Failure, ...]) -> LookedFor:
    names = {rule.ID for rule in made.settings.rules if made.settings.severities.get(rule.ID) != "off"}
    files = frozenset(map(os.path.abspath, made.files)) if made.files is not None else None
    return LookedFor(
        frozenset(names - {failure.rule for failure in failures}),
        frozenset() if made.is_partial else files,
        dark_files(project, made.unreadable),
        made.cell if made.other_cells else "",
    )


def _summary(
    project: Project,
    files_read: int,
    outcomes: tuple[Outcome, ...],
    files: frozenset[str] | None,
) -> Summary:
    inventory = project.inventory
    return Summary(
        files_read,
        project.document_count,
        project.passed_over,
        sum(files is None or role.object.origin.file in files for role in inventory.roles),
        sum(files is None or policy.object.origin.file in files for policy in inventory.policies),
        len({id(check.role) for outcome in outcomes for check in outcome.checks}),
        sum(files is None or item.file in files for item in project.skipped),
    )
