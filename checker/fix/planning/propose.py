"""One round of fixes: a plan for each finding, made into edits, and all of them proven together.

Proven means: the edited files are judged again by the same gate, every finding that was to be cured is gone, and no new
one has come. Where the fixes do not hold together, each is tried alone. Fixes that touch the same characters are never
merged: the later one waits for the next round.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

from ...findings.finding import Finding
from ...gate.judge import judge
from ...gate.judged import Judged
from ...gate.prepared import Prepared, with_texts
from ...gate.report import Report
from ...iam.values import NamedTuple
from ...progress import Observe, unobserved
from ...requirements.check import RoleCheck
from ...rules import BY_ID
from ...text.source import as_written
from ...text.splices import OverlapError, splice
from ..edits.patch import Patch
from ..edits.realize import Edited, NoEditError
from ..edits.sourced import at_its_source
from ..plans import STAGES
from .effort import MOST_VERIFIED, TOO_MANY, Budget, size_of
from .plan import NoPlan, Plan, Planner, Survey
from .taken import Taken
from .written import changed_elsewhere, edits_of, unwritten

Admitted = Callable[[Plan], bool]
Key = tuple[str, ...]
Barred = tuple[Key, str]


class Proposal(NamedTuple):
    """A fix: the finding, what is done about it, and the edits of the files as they were in this round."""

    finding: Finding
    plan: Plan
    edits: tuple[Edited, ...]


class Refusal(NamedTuple):
    """A finding without a fix, and why; `plan` is the unsafe plan that was not admitted. `later`: a later round may fix
    it. `disproven` is the title of a plan that did not hold.
    """

    finding: Finding
    reason: str
    plan: Plan | None = None
    later: bool = False
    disproven: str = ""


class Round(NamedTuple):
    """What came of a round: fixes that hold, findings without one, the gate's view of the edited files, and their
    edits."""

    proposals: tuple[Proposal, ...]
    refusals: tuple[Refusal, ...]
    made: Prepared
    judged: Judged
    edits: tuple[Edited, ...] = ()


def propose(
    made: Prepared,
    judged: Judged,
    admitted: Admitted,
    barred: Mapping[Barred, str] = MappingProxyType({}),
    about: Callable[[Finding], bool] = lambda finding: True,
    *,
    all_stages: bool = False,
    budget: int = sys.maxsize,
    observe: Observe = unobserved,
) -> Round:
    """A round over all findings that it is `about`, without the plans in `barred` (by finding and title, with the
    reason); without `all_stages`, it ends with the first stage in which there is something to cure. The edited
    project is judged at most `budget` times; fixes that are not proven by then are refused."""
    findings = [finding for finding in judged.report.findings if about(finding)]
    survey = Survey(judged.facts, sees_all=not made.terms.is_partial)
    refusals: list[Refusal] = []
    known = {rule for stage in STAGES for module in stage for rule in module.RULES}
    for finding in findings:
        if finding.rule not in known:
            refusals.append(Refusal(finding, "no edit is known for this rule; the finding says what to write"))
    taken: list[Proposal] = []
    spots = Taken()
    verified = 0
    for stage in STAGES:
        if taken and not all_stages:
            rules = {rule for module in stage for rule in module.RULES}
            refusals += [Refusal(item, "its turn comes next", later=True) for item in findings if item.rule in rules]
            continue
        for module in stage:
            for finding in findings:
                if finding.rule not in module.RULES:
                    continue
                observe("planning fixes", len(taken) + len(refusals), len(findings))
                if budget < sys.maxsize and verified > MOST_VERIFIED:
                    refusals.append(Refusal(finding, TOO_MANY))
                    continue
                verified += size_of(finding, survey.facts.project)
                entry = _proposal(survey, module, finding, made, admitted, (taken, spots), barred)
                if isinstance(entry, Proposal):
                    taken.append(entry)
                    spots.add(entry.edits)
                else:
                    refusals.append(entry)
    return _proven(made, judged, taken, refusals, Budget(budget))


def _proposal(
    survey: Survey,
    planner: Planner,
    finding: Finding,
    made: Prepared,
    admitted: Admitted,
    others: tuple[list[Proposal], Taken],
    barred: Mapping[Barred, str],
) -> Proposal | Refusal:
    project = survey.facts.project
    if any(_is_open(answer.check) for answer in finding.answers):
        return Refusal(finding, _OPEN)
    reasons: list[str] = []
    unsafe: Plan | None = None
    for item in _plans(survey, planner, finding):
        if isinstance(item, NoPlan):
            reasons.append(item.reason)
            continue
        if (key_of(finding), item.title) in barred:
            reasons.insert(0, barred[key_of(finding), item.title])
            continue
        item = item._replace(patches=tuple(at_its_source(patch, project) for patch in item.patches))
        changed = changed_elsewhere(finding, item)
        if changed:
            reasons.append(changed)
            continue
        outside = {patch.place.file for patch in item.patches} - {item.source.name for item in made.material.files}
        if outside:
            reasons.append(f"the edit belongs to {', '.join(sorted(outside))}, which was not passed")
        elif not admitted(item):
            unsafe = unsafe or item
        else:
            try:
                edits = edits_of(item.patches, project)
            except NoEditError as error:
                reasons.append(unwritten(finding, str(error)))
                continue
            taken, spots = others
            meets = None if spots.has(edits) else spots.meeting(edits)
            if meets is not None:
                reason = f"its edit meets that of {taken[meets].finding.rule}; run again after that"
                return Refusal(finding, reason, later=True)
            return Proposal(finding, item, edits)
    if unsafe is not None:
        return Refusal(finding, f"unsafe: {unsafe.danger}", unsafe)
    return Refusal(finding, reasons[0] if reasons else "no edit is known for this case")


_OPEN = "its policies are filled in later: say with what (placeholders: of the cell in checker.yaml), and run again"


def _is_open(check: RoleCheck) -> bool:
    """Whether policies of a role have unfilled placeholders: an edit made for one cell would apply to all cells."""
    documents = (source.text.parsed.document for source in check.stack.sources.values() if source.text is not None)
    return any(document.holes for document in documents if document is not None)


def _plans(survey: Survey, planner: Planner, finding: Finding) -> Iterator[Plan | NoPlan]:
    try:
        yield from planner.plan(survey, finding)
    # A defect in one plan must not hide the finding, nor the fixes of others.
    except Exception as error:  # noqa: BLE001
        yield NoPlan(
            f"the plan for it broke down ({type(error).__name__}: {error}); this is a defect, please report it"
        )


def fixes_for(
    made: Prepared,
    judged: Judged,
    budget: int,
    about: Callable[[Finding], bool] = lambda finding: True,
    admitted: Admitted = lambda plan: True,
) -> tuple[Proposal, ...]:
    """An edit for each finding that has one and that is asked `about`, unsafe ones too unless `admitted` says
    otherwise, all of the unedited files, for reports. `budget` limits how often the project is judged for them: with
    hundreds of fixes of which some do not hold, it takes minutes to find out which."""
    return propose(made, judged, admitted, about=about, all_stages=True, budget=budget).proposals


def _proven(made: Prepared, judged: Judged, taken: list[Proposal], refusals: list[Refusal], budget: Budget) -> Round:
    holding, after = _holding(made, judged, taken, refusals, budget)
    if after is not None and len(after.proposals) < len(holding) and budget.left > 0:
        budget.left -= 1
        together = _after(made, judged, holding)
        after = together if isinstance(together, Round) else after
    if after is None:
        return Round((), tuple(refusals), made, judged)
    # What holds alone and not with these is for the next round.
    refusals += [
        Refusal(item.finding, "it does not go together with another fix", later=True)
        for item in holding
        if item not in after.proposals
    ]
    return after._replace(refusals=tuple(refusals))


def _holding(
    made: Prepared, judged: Judged, taken: list[Proposal], refusals: list[Refusal], budget: Budget
) -> tuple[list[Proposal], Round | None]:
    """The fixes that hold, and a round of those that were proven together: all fixes, if they hold together; else those
    that hold in each half, which were not proven together, and the round of the larger half."""
    if not taken:
        return [], None
    if budget.left <= 0:
        refusals += [Refusal(item.finding, TOO_MANY) for item in taken]
        return [], None
    budget.left -= 1
    after = _after(made, judged, taken)
    if isinstance(after, Round):
        return taken, after
    if len(taken) == 1:
        refusals.append(Refusal(taken[0].finding, after, disproven=taken[0].plan.title))
        return [], None
    half = len(taken) // 2
    first, of_first = _holding(made, judged, taken[:half], refusals, budget)
    second, of_second = _holding(made, judged, taken[half:], refusals, budget)
    rounds = [item for item in (of_first, of_second) if item is not None]
    return [*first, *second], max(rounds, key=lambda item: len(item.proposals), default=None)


def _after(made: Prepared, judged: Judged, taken: list[Proposal]) -> Round | str:
    """The world after these fixes; or what is wrong with it."""
    project = judged.facts.project
    patches: list[Patch] = []
    for item in taken:
        # Two findings may have the very same cure.
        patches += [patch for patch in item.plan.patches if patch not in patches]
    try:
        edits = edits_of(patches, project)
        texts = {item.file: splice(as_written(project.sources[item.file]).text, item.splices) for item in edits}
    except (NoEditError, OverlapError) as error:
        return str(error)
    changed = made._replace(material=with_texts(made.material, texts, made.terms.placeholders))
    again = judge(*changed, earlier=judged.earlier)
    wrong = _wrong(_all(judged.report), _all(again.report), taken)
    return wrong or Round(tuple(taken), (), changed, again, edits)


def _wrong(before: Iterable[Finding], after: Iterable[Finding], taken: list[Proposal]) -> str:
    """What the edited files have against the fixes: a finding that is still there, or a new one; or ""."""
    had, has = Counter(map(key_of, before)), Counter(map(key_of, after))
    for item in taken:
        if has[key_of(item.finding)] >= had[key_of(item.finding)]:
            return "the finding would still be there"
    revealing = {edit.file for item in taken if item.plan.reveals for edit in item.edits}
    for finding in after:
        if BY_ID[finding.rule].ABOUT.judges_suppressions:
            continue  # what a suppression was for may be cured with something else
        seen_from = {finding.location.file, *(item.location.file for item in finding.related)}
        is_revealed = not seen_from.isdisjoint(revealing) and finding.rule not in _NEVER_REVEALED
        if has[key_of(finding)] > had[key_of(finding)] and not is_revealed:
            return f"it would bring another finding: {finding.message} ({finding.rule})"
    return ""


def _all(report: Report) -> tuple[Finding, ...]:
    """The findings of a report, suppressed ones too: no fix may bring what somebody only accepted elsewhere."""
    return (*report.findings, *(item.finding for item in report.suppressed))


_NEVER_REVEALED = ("open-trust", "wide-subject", "excess-grant")
"""Findings on access that nobody had while the text could not be read: no fix opens it, whoever wrote it."""


def key_of(finding: Finding) -> Key:
    """What makes two findings the same while lines and numbers of list items move."""
    item = finding.subject
    named = (item.kind, item.namespace, item.name) if item else ("", "", "")
    # A refusal by another layer is another finding: curing one may bring the next to light.
    path = re.sub(r"\[\d+\]", "[]", finding.path)
    return finding.rule, finding.location.file, *named, finding.layer, path, finding.value
