"""What was read, judged: requirements and rules are put to it, suppressions and the baseline applied. Pure."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from ..config.file import Config
from ..findings.finding import Failure, Finding, files_of, in_order
from ..findings.location import Locator
from ..findings.problem import Weakening
from ..findings.suppression import Suppression
from ..inventory.names import make_index
from ..inventory.objects import Origin
from ..progress import Observe, unobserved
from ..project.project import Project, load
from ..requirements.check import Outcome, check_project
from ..requirements.load import Loaded
from ..requirements.model import Requirement
from ..rules import BY_ID
from ..rules.facts import Facts
from ..suppression.baseline import Baseline, against
from ..suppression.covering import Covered, cover
from ..suppression.looked_for import LookedFor, dark_files
from ..suppression.reading import anchor_of, suppressions
from ..text.documents import Document
from ..text.source import Source
from .baselined import by_baseline
from .engine import Settings, run
from .report import Known, Report, Summary


class Since(NamedTuple):
    """What to report of a change: findings on the `changed` files (None: on all), and those that were not there
    `before`, at this revision."""

    revision: str
    changed: frozenset[str] | None
    before: Baseline


class Trusted(NamedTuple):
    """What a run rests on that trusts a revision and not the change: the suppressions in manifests that the revision
    has (by anchor), what the change weakens, and the texts that this stands in."""

    revision: str
    known: Mapping[tuple[str, ...], int]
    weakenings: tuple[Weakening, ...]
    sources: Mapping[str, Source]
    documents: Mapping[tuple[str, int], Document]


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
    trusted: Trusted | None = None


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
    if made.trusted is not None:
        sources, documents = {**made.trusted.sources, **sources}, {**made.trusted.documents, **documents}
    locator = Locator(documents, sources)
    found = _suppressed(made, facts, locator, observe)
    looked = _looked_for(made, project, found.failures)
    known = None
    if made.baseline is not None:
        known = Known(made.baseline, against(found.findings, made.baseline, looked), looked.cell)
    findings = found.findings if known is None else known.compared.new
    touched = _touched(made.since, findings, facts)
    report = Report(
        findings=touched,
        failures=found.failures,
        outcomes=outcomes,
        skipped=tuple(item for item in project.skipped if files is None or item.file in files),
        unreadable=made.unreadable,
        summary=_summary(project, made.file_count, outcomes, files),
        sources=sources,
        suppressed=(*found.suppressed, *(by_baseline(known) if known else ())),
        baseline=known,
        elsewhere=len(findings) - len(touched),
        cell=made.cell,
        left_out=made.left_out,
        read=_read(made, project),
    )
    return Judged(report, found.facts)


def _read(made: Prepared, project: Project) -> frozenset[str]:
    """The real paths of the files that hold something of ours: objects, requirements, the configuration."""
    names = {file for file, _ in (*project.documents, *made.requirements.documents)}
    names |= {item.source.name for item in project.broken} | {item.file for item in project.skipped}
    names |= {made.config.file} if made.config is not None and made.config.file else set()
    return frozenset(map(os.path.realpath, names))


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
    last = tuple(rule for rule in settings.rules if rule.ABOUT.judges_suppressions)
    first = run(
        facts, settings._replace(rules=tuple(rule for rule in settings.rules if rule not in last)), locator, observe
    )
    weakened = made.trusted.weakenings if made.trusted else ()
    if made.config is None:
        # Nothing is suppressed, so suppressions are not judged; what a change weakens is told all the same.
        second = run(facts._replace(weakened=weakened), settings._replace(rules=last), locator)
        findings = in_order((*first.findings, *second.findings))
        return _Found(findings, (*first.failures, *second.failures), (), facts)
    listed = suppressions(facts.project, made.requirements, made.config)
    if made.trusted is not None:
        listed, added = _of_revision(listed, made, facts.project)
        weakened += tuple(_as_weakening(item) for item in added)
    looked = _looked_for(made, facts.project, first.failures)

    def is_judged(item: Suppression) -> bool:
        if item.rule not in BY_ID or looked.depends_on_cell(item.rule):
            return False
        is_listed = item.how == "configuration"
        return looked.everywhere(item.rule) if is_listed else looked.in_file(item.rule, item.place.file)

    result = cover(first.findings, listed, facts.project, locator, made.today, is_judged)
    told = facts._replace(suppressions=result.suppressions, weakened=weakened)
    second = run(told, settings._replace(rules=last), locator)
    findings = in_order((*result.findings, *second.findings))
    return _Found(findings, (*first.failures, *second.failures), result.suppressed, told)


def _of_revision(
    listed: tuple[Suppression, ...], made: Prepared, project: Project
) -> tuple[tuple[Suppression, ...], tuple[Suppression, ...]]:
    """The suppressions that the revision has too, and those in manifests that it does not have."""
    left = Counter(made.trusted.known if made.trusted else {})
    kept: list[Suppression] = []
    added: list[Suppression] = []
    for item in listed:
        anchor = anchor_of(item, project, made.requirements)
        is_known = item.how not in ("comment", "annotation") or left[anchor] > 0
        left[anchor] -= 1
        (kept if is_known else added).append(item)
    return tuple(kept), tuple(added)


def _as_weakening(item: Suppression) -> Weakening:
    said = f"the {item.how} accepts {item.rule or 'something'}; it decides nothing before it is merged"
    return Weakening(item.place, said, f"{item.how} {item.rule} {item.scope}")


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
    names = {rule.ABOUT.id for rule in made.settings.rules if made.settings.severities.get(rule.ABOUT.id) != "off"}
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
        files=files_read,
        documents=project.document_count,
        passed_over=project.passed_over,
        roles=sum(files is None or role.object.origin.file in files for role in inventory.roles),
        policies=sum(files is None or policy.object.origin.file in files for policy in inventory.policies),
        checked=len({id(check.role) for outcome in outcomes for check in outcome.checks}),
        skipped=sum(files is None or item.file in files for item in project.skipped),
    )
