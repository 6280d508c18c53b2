"""Runs the rules and turns what they say into findings: severity, place, order, and which files were asked about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from types import MappingProxyType

from ..findings.finding import Failure, Finding, RelatedLocation, files_of, in_order
from ..findings.location import Location, Locator
from ..findings.place import Place
from ..findings.problem import Problem
from ..findings.severity import Level, Severity
from ..findings.values import ValuesFile, values_behind
from ..iam.documents.paths import show_path
from ..iam.values import NamedTuple
from ..inventory.objects import Object, Origin
from ..progress import Observe, unobserved
from ..project.project import DocumentFacts, Project
from ..rules.facts import Facts
from ..rules.rule import DocumentRule, Rule, looks_at_documents, looks_at_the_project
from .literal import is_literal


class Settings(NamedTuple):
    """What to run and report. `severities` overrides a rule's own ("off" switches it off); `files` limits the report
    to findings on these files, or on objects in them (None: all).
    """

    rules: tuple[Rule, ...]
    severities: Mapping[str, Level]
    files: frozenset[str] | None = None


Found = Mapping[str, tuple[Problem, ...]]
"""What rules have found in one document, by rule; only of those that have found something."""


class Result(NamedTuple):
    """All findings in the order of files and lines, and the rules that broke down. `found` is what the rules on single
    documents have found, by the identity of the document; documents in which one broke down are not in it."""

    findings: tuple[Finding, ...]
    failures: tuple[Failure, ...]
    found: Mapping[int, Found] = MappingProxyType({})


MOST_ALIKE = 100
"""Findings of one rule on one object, or outside of objects in one file, that are listed; the others are counted."""

_MOST_SUGGESTED = 25
"""Problems of one rule for which a better help is looked for."""


def run(
    facts: Facts,
    settings: Settings,
    locator: Locator,
    observe: Observe = unobserved,
    known: Mapping[int, Found] = MappingProxyType({}),
) -> Result:
    """Runs every rule of the settings over the facts. `known` is what an earlier run of the same rules has found in
    documents that are still the same."""
    failures: dict[str, Failure] = {}
    active = tuple(_active(settings))
    of_documents = [rule for rule, _ in active if looks_at_documents(rule)]
    by_document = _in_documents(of_documents, facts, known, failures, settings.files)
    with_findings = [found for found in by_document if found]
    findings: dict[tuple[str, Location, str], Finding] = {}
    checked = frozenset(check.role.object.origin for outcome in facts.outcomes for check in outcome.checks)
    for done, (rule, severity) in enumerate(active):
        observe("asking rules", done, len(active))
        try:
            problems: Iterable[Problem] = (
                rule.check_project(facts)
                if looks_at_the_project(rule)
                else chain.from_iterable(found.get(rule.ABOUT.id, ()) for found in with_findings)
            )
            for problem in _listed(problems):
                finding = _with_values(_finding(rule.ABOUT.id, severity, problem, locator), facts.project)
                of_the_gate = rule.ABOUT.is_about_the_gate and finding.subject is None
                # Access was asked of a role because of something in the files: what came of it is told.
                of_a_check = rule.ABOUT.asks_the_cell and finding.subject and finding.subject.origin in checked
                if of_the_gate or of_a_check or _is_asked_about(finding, facts, settings.files):
                    _add(findings, finding, is_of_the_text=looks_at_documents(rule))
        # A defect in one rule must not hide what the others find; it is reported and fails the run.
        except Exception:  # noqa: BLE001
            failures.setdefault(rule.ABOUT.id, _broken_down(rule.ABOUT.id))
    documents = facts.project.document_facts
    found = {} if failures else {id(one): there for one, there in zip(documents, by_document, strict=True)}
    return Result(in_order(findings.values()), tuple(failures.values()), found)


def _broken_down(rule: str) -> Failure:
    """What is said of a rule that has just raised an error."""
    import traceback

    return Failure(rule, traceback.format_exc())


def _add(findings: dict[tuple[str, Location, str], Finding], finding: Finding, *, is_of_the_text: bool) -> None:
    """Adds a finding, once. A fault in the text itself is one finding, however often the text is rendered; a fault in
    what it becomes is one finding for each rendering."""
    key = finding.rule, finding.location, finding.message
    known = findings.get(key)
    pools = [item.subject.pool if item is not None and item.subject is not None else "" for item in (known, finding)]
    if known is not None and not is_of_the_text and pools[0] != pools[1]:
        message = f"{finding.message} ({pools[1] or 'as it is written'})"
        findings.setdefault((*key[:2], message), finding._replace(message=message))
        return
    findings.setdefault(key, finding)


def active_rules(settings: Settings) -> tuple[str, ...]:
    """The rules that are asked, by name."""
    return tuple(rule.ABOUT.id for rule, _ in _active(settings))


def _active(settings: Settings) -> Iterator[tuple[Rule, Severity]]:
    for rule in settings.rules:
        severity = settings.severities.get(rule.ABOUT.id, rule.ABOUT.severity)
        if severity != "off":
            yield rule, severity


def _in_documents(
    rules: list[DocumentRule],
    facts: Facts,
    known: Mapping[int, Found],
    failures: dict[str, Failure],
    files: frozenset[str] | None,
) -> list[Found]:
    """What the rules find in each document, in the order of the documents. What they find concerns the file of the
    document alone, so nothing is looked for in files that nobody asked about."""
    if not rules:
        return [{}] * len(facts.project.document_facts)
    return [
        known[id(document)]
        if id(document) in known
        else _in_document(rules, document, failures)
        if files is None or document.file in files
        else {}
        for document in facts.project.document_facts
    ]


def _in_document(rules: list[DocumentRule], document: DocumentFacts, failures: dict[str, Failure]) -> Found:
    by_rule = {}
    alone = DocumentFacts(document.file, document.start, document.open) if document.open.objects else None
    for rule in rules:
        try:
            problems = tuple(rule.check_document(document))
            if alone is not None:
                # What stands in objects with placeholders, whatever these are filled in with.
                problems += tuple(item for item in rule.check_document(alone) if is_literal(item, rule.ABOUT))
        except Exception:  # noqa: BLE001 - as above
            failures.setdefault(rule.ABOUT.id, _broken_down(rule.ABOUT.id))
            continue
        if problems:
            by_rule[rule.ABOUT.id] = problems
    return by_rule


def _listed(problems: Iterable[Problem]) -> Iterator[Problem]:
    """The problems to list, with the best help; beyond MOST_ALIKE on one object, only how many more there are."""
    suggested = 0
    seen: dict[Origin | str, int] = {}
    last: dict[Origin | str, Problem] = {}
    for problem in problems:
        about = problem.subject.origin if problem.subject else problem.place.file
        seen[about] = seen.get(about, 0) + 1
        if seen[about] > MOST_ALIKE:
            last.setdefault(about, problem)
            continue
        if problem.suggest is not None and suggested < _MOST_SUGGESTED:
            suggested += 1
            problem = problem._replace(help=problem.suggest() or problem.help)
        yield problem
    for about, problem in last.items():
        more = seen[about] - MOST_ALIKE
        message = f"{more:,} more of these are not listed, the first of them here: {problem.message}"
        yield problem._replace(message=message, value=f"{more} more")


def _shortened(message: str) -> str:
    if len(message) <= _LONGEST_MESSAGE:
        return message
    half = _LONGEST_MESSAGE // 2
    return f"{message[:half]} […] {message[-half:]}"


_LONGEST_MESSAGE = 2_000


def _finding(rule: str, severity: Severity, problem: Problem, locator: Locator) -> Finding:
    return Finding(
        rule=rule,
        severity=severity,
        message=_shortened(problem.message),
        why=problem.why,
        help=_shortened(problem.help),
        subject=problem.subject,
        path=_show(problem.place, problem.subject),
        location=locator.locate(problem.place),
        related=tuple(RelatedLocation(locator.locate(item.place), item.message) for item in problem.related),
        value=problem.value,
        place=problem.place,
        answers=problem.answers,
        layer=problem.layer,
    )


def _with_values(finding: Finding, project: Project) -> Finding:
    """The finding, related to the places of the values that a template fills in at its location."""
    source = project.sources.get(finding.location.file) if project.values and finding.subject is not None else None
    if source is None or source.written is None or finding.subject is None:
        return finding
    files = project.values.get((source.name, finding.subject.pool), ())
    locations = values_behind(finding.location, source.written, (ValuesFile(*item) for item in files))
    return finding._replace(related=(*finding.related, *locations))


def _show(place: Place, subject: Object | None) -> str:
    path = place.path
    if subject is not None and (subject.origin.file, subject.origin.document) == (place.file, place.document):
        path = path[len(subject.origin.path) :]
    inner = f"#{show_path(place.inner)}" if place.inner else ""
    return show_path(path) + inner


def _is_asked_about(finding: Finding, facts: Facts, files: frozenset[str] | None) -> bool:
    """Findings outside the manifests concern the project as a whole: always asked about."""
    if files is None or finding.location.file not in facts.project.sources:
        return True
    return not files.isdisjoint(files_of(finding))
