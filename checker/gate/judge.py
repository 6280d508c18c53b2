"""Judges what was read: puts requirements and rules to it, applies suppressions and the baseline. Pure."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping

from ..ack.build import together
from ..findings.finding import Failure, Finding, files_of, in_order
from ..findings.location import Locator
from ..findings.problem import Weakening
from ..findings.suppression import Suppression
from ..iam.values import NamedTuple
from ..inventory.names import names_of
from ..inventory.objects import Origin
from ..progress import Observe, unobserved
from ..project.project import Project, link
from ..requirements.check import Outcome, RoleCheck, check_requirement
from ..rules import BY_ID
from ..rules.facts import Facts
from ..suppression.baseline import against
from ..suppression.covering import Covered, cover
from ..suppression.looked_for import LookedFor, dark_files
from ..suppression.reading import anchor_of, suppressions
from ..text.source import as_written
from .baselined import by_baseline
from .engine import Found, run
from .judged import Earlier, Judged, earlier_of
from .prepared import Material, Prepared, Since, Terms
from .report import HeldAgainst, Report, Summary


def judge(material: Material, terms: Terms, observe: Observe = unobserved, earlier: Earlier | None = None) -> Judged:
    """Puts requirements and rules to what was read; a pure function of it. What follows from unchanged
    documents is taken over from an `earlier` judgement by the same terms: what was found in them, and what was proven
    of roles that no changed document bears on."""
    if terms.since is not None and terms.since.judged is not None:
        earlier = terms.since.judged.earlier
    facts = gather(material, terms, observe, earlier)
    return _judged(Prepared(material, terms), facts, facts, earlier.found if earlier else {}, observe)


def judge_both(
    first: Prepared, second: Prepared, observe: Observe = unobserved, earlier: Earlier | None = None
) -> tuple[Judged, Judged]:
    """Judges two states by what differs between them. What rules find in documents that both have, and what comes of
    requirements put to roles on which nothing bears that differs, would be the same on both sides, and is left out."""
    before = gather(*first, observe, earlier, is_asked_later=True)
    after = gather(*second, observe, earlier_of(before, {}), is_asked_later=True)
    both = {id(one) for one in before.project.document_facts} & {id(one) for one in after.project.document_facts}
    known: dict[int, Found] = {number: {} for number in both}
    return (
        _judged(first, before, _differing(before, after), known, observe),
        _judged(second, after, _differing(after, before), known, observe),
    )


def _differing(facts: Facts, other: Facts) -> Facts:
    """The facts with those checks only that the other state does not have just so."""
    outcomes = []
    for one, there in zip(facts.outcomes, other.outcomes, strict=True):
        held: dict[int, list[RoleCheck]] = {}
        for check in there.checks:
            held.setdefault(id(check.selected.role.object), []).append(check)
        checks = (check for check in one.checks if check not in held.get(id(check.selected.role.object), ()))
        outcomes.append(one._replace(checks=tuple(checks)))
    return facts._replace(outcomes=tuple(outcomes))


def _judged(prepared: Prepared, facts: Facts, asked: Facts, found: Mapping[int, Found], observe: Observe) -> Judged:
    """The judgement on a state; `asked` are the facts that rules are put to, `found` is known of single documents."""
    material, terms = prepared
    project, outcomes, files = facts.project, facts.outcomes, terms.files
    documents = {**terms.requirements.documents, **project.documents}
    sources = {**terms.requirements.sources, **project.sources}
    if terms.config is not None and terms.config.source is not None:
        sources[terms.config.file] = terms.config.source
        documents |= {(terms.config.file, 0): terms.config.document} if terms.config.document else {}
    if terms.trusted is not None:
        sources, documents = {**terms.trusted.sources, **sources}, {**terms.trusted.documents, **documents}
    locator = Locator(documents, sources)
    result = _suppressed(material, terms, asked, locator, observe, found)
    looked = _looked_for(material, terms, project, result.failures)
    known = None
    if terms.baseline is not None:
        known = HeldAgainst(terms.baseline, against(result.findings, terms.baseline, looked), looked.cell)
    findings = result.findings if known is None else known.compared.new
    touched = _touched(terms.since, findings, facts)
    report = Report(
        findings=touched,
        failures=result.failures,
        outcomes=outcomes,
        skipped=tuple(item for item in project.skipped if files is None or item.file in files),
        unreadable=material.unreadable,
        summary=_summary(project, material.file_count, outcomes, files),
        sources={name: as_written(source) for name, source in sources.items()},
        suppressed=(*result.suppressed, *(by_baseline(known) if known else ())),
        baseline=known,
        elsewhere=len(findings) - len(touched),
        cell=terms.cell,
        left_out=material.left_out,
        read=_read(terms, project),
        is_unconfigured=terms.is_unconfigured and bool(terms.asked),
    )
    full = facts._replace(suppressions=result.facts.suppressions, weakened=result.facts.weakened)
    return Judged(report, full, result.by_document)


def _read(terms: Terms, project: Project) -> frozenset[str]:
    """The files that hold something of ours, as they were named: objects, requirements, the configuration."""
    names = {file for file, _ in (*project.documents, *terms.requirements.documents)}
    names |= {item.source.name for item in project.broken} | {item.file for item in project.skipped}
    names |= {terms.config.file} if terms.config is not None and terms.config.file else set()
    return frozenset(names)


def gather(
    material: Material,
    terms: Terms,
    observe: Observe = unobserved,
    earlier: Earlier | None = None,
    *,
    is_asked_later: bool = False,
) -> Facts:
    """What rules judge: the project, and the requirements put to it."""
    before = {item.requirement.name: item for item in earlier.outcomes} if earlier else {}
    project = link(
        material.files,
        material.background,
        passed_over=material.passed_over,
        earlier=earlier.documents if earlier else {},
        placeholders=terms.placeholders,
        renderings=material.renderings,
        charts=material.charts,
    )
    names = names_of(project.inventory, terms.parameters.get("account"), terms.parameters)
    # Access is asked of roles that templates leave open as well, and of open policies that roles refer to.
    everything = names
    if project.open.objects:
        both = together((project.inventory, project.open), project.inventory.unread)
        everything = names_of(both, terms.parameters.get("account"), terms.parameters)
    outcomes = tuple(
        check_requirement(
            item,
            everything,
            terms.parameters,
            terms.files,
            observe=observe,
            today=terms.today,
            earlier=before.get(item.name),
            is_asked_later=is_asked_later,
        )
        for item in terms.asked
    )
    return Facts(
        project=project,
        names=names,
        outcomes=outcomes,
        other_cells=terms.other_cells,
        parameters=terms.parameters,
        today=terms.today,
        files=terms.files,
    )


class _Found(NamedTuple):
    findings: tuple[Finding, ...]
    failures: tuple[Failure, ...]
    suppressed: tuple[Covered, ...]
    facts: Facts
    by_document: Mapping[int, Found]


def _suppressed(
    material: Material,
    terms: Terms,
    facts: Facts,
    locator: Locator,
    observe: Observe,
    known: Mapping[int, Found],
) -> _Found:
    """Runs the rules, sorts out what is suppressed, and then has the suppressions themselves judged."""
    settings = terms.settings._replace(files=terms.files)
    last = tuple(rule for rule in settings.rules if rule.ABOUT.judges_suppressions)
    others = settings._replace(rules=tuple(rule for rule in settings.rules if rule not in last))
    first = run(facts, others, locator, observe, known)
    weakened = terms.trusted.weakenings if terms.trusted else ()
    if terms.config is None:
        # Nothing is suppressed, so suppressions are not judged; what a change weakens is told all the same.
        second = run(facts._replace(weakened=weakened), settings._replace(rules=last), locator)
        findings = in_order((*first.findings, *second.findings))
        return _Found(findings, (*first.failures, *second.failures), (), facts, first.found)
    listed = suppressions(facts.project, terms.requirements, terms.config)
    if terms.trusted is not None:
        listed, added = _of_revision(listed, terms, facts.project)
        weakened += tuple(_as_weakening(item) for item in added)
    looked = _looked_for(material, terms, facts.project, first.failures)

    def is_judged(item: Suppression) -> bool:
        if item.rule not in BY_ID or looked.depends_on_cell(item.rule):
            return False
        is_listed = item.how == "configuration"
        return looked.everywhere(item.rule) if is_listed else looked.in_file(item.rule, item.place.file)

    result = cover(first.findings, listed, facts.project, locator, terms.today, is_judged)
    full_facts = facts._replace(suppressions=result.suppressions, weakened=weakened)
    second = run(full_facts, settings._replace(rules=last), locator)
    findings = in_order((*result.findings, *second.findings))
    return _Found(findings, (*first.failures, *second.failures), result.suppressed, full_facts, first.found)


def _of_revision(
    listed: tuple[Suppression, ...], terms: Terms, project: Project
) -> tuple[tuple[Suppression, ...], tuple[Suppression, ...]]:
    """The suppressions that the revision has too, and those in manifests that it does not have."""
    left = Counter(terms.trusted.known if terms.trusted else {})
    kept: list[Suppression] = []
    added: list[Suppression] = []
    for item in listed:
        anchor = anchor_of(item, project, terms.requirements)
        is_known = item.how not in ("comment", "annotation") or left[anchor] > 0
        left[anchor] -= 1
        (kept if is_known else added).append(item)
    return tuple(kept), tuple(added)


def _as_weakening(item: Suppression) -> Weakening:
    message = f"the {item.how} accepts {item.rule or 'something'}; it decides nothing before it is merged"
    return Weakening(item.place, message, f"{item.how} {item.rule} {item.scope}")


def _touched(since: Since | None, findings: tuple[Finding, ...], facts: Facts) -> tuple[Finding, ...]:
    """The findings that a change bears on: new ones, and those on changed files or on roles with a policy in one."""
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


def _looked_for(material: Material, terms: Terms, project: Project, failures: tuple[Failure, ...]) -> LookedFor:
    names = {rule.ABOUT.id for rule in terms.settings.rules if terms.settings.severities.get(rule.ABOUT.id) != "off"}
    files = frozenset(map(os.path.abspath, terms.files)) if terms.files is not None else None
    return LookedFor(
        frozenset(names - {failure.rule for failure in failures}),
        frozenset() if terms.is_partial else files,
        dark_files(project, material.unreadable),
        terms.cell if terms.other_cells else "",
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
