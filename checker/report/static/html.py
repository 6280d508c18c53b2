"""A page for a browser: what was found, to be filtered; the roles against the requirements, as a picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ...findings.groups import Group, grouped
from ...findings.severity import SEVERITIES
from ...gate.report import Report
from ...inventory.objects import called
from ..page import svg
from ..page.page import chip, escaped, excerpt, page
from ..style.look import Look
from ..style.wrapping import count
from .fixable import Fixable
from .standing import could_not_check, standing, verdict

if TYPE_CHECKING:
    from ...fix.planning.propose import Proposal
    from ...requirements.check import Outcome, RoleCheck

CARRIES_FIXES = True

_SIZE, _GAP, _COLUMNS = 14, 3, 40


def render(report: Report, look: Look, fixes: Sequence[Proposal] = ()) -> str:
    """One file that loads nothing."""
    fixable = Fixable(fixes)
    sentence = verdict(report, fixable.counted())
    heaviest = next((severity for severity in SEVERITIES if report.count(severity)), None)
    style = heaviest or ("error" if could_not_check(report) else "good")
    parts = [f'<h1 class="{style}">{escaped(sentence)}</h1>', *(f"<p>{escaped(line)}</p>" for line in standing(report))]
    for outcome in report.outcomes:
        parts += _picture(outcome)
    parts += _not_checked(report)
    if report.findings:
        parts.append(_filter(report))
        parts += [_finding(group, report, fixable) for group in grouped(report.findings)]
    return page(f"checker: {sentence}", parts)


def _filter(report: Report) -> str:
    blocks = Counter(group.finding.severity for group in grouped(report.findings))
    boxes = "".join(
        f'<label><input type="checkbox" value="{name}" checked> {escaped(count(blocks[name], name))}</label>'
        for name in SEVERITIES
        if blocks[name]
    )
    field = (
        '<input type="search" placeholder="a rule, a role, a file …" aria-label="show only findings with these words">'
    )
    return f'<h2>Findings</h2><div class="filter">{field}{boxes}<output class="dim"></output></div>'


def _finding(group: Group, report: Report, fixable: Fixable) -> str:
    finding, at = group.finding, group.finding.location
    place = f"{at.file}:{at.start.line}:{at.start.column}"
    kind = chip(finding.severity, finding.severity)
    parts = [
        f'<article class="{finding.severity}" data-severity="{finding.severity}">',
        f"<p>{kind} <strong>{escaped(finding.rule)}</strong> <code>{escaped(place)}</code></p>",
        f"<p>{escaped(group.message)}</p>",
        excerpt(report.sources[at.file], at) if at.file in report.sources else "",
        f'<p class="dim">{escaped(finding.why)}</p>' if finding.why else "",
        f"<p><strong>Help:</strong> <code>{escaped(finding.help)}</code></p>" if finding.help else "",
    ]
    fix = fixable.said(*group.all)
    parts += [f'<p class="good"><strong>Fix:</strong> {escaped(fix)}</p>'] if fix else []
    for item in finding.related:
        where = f"{item.location.file}:{item.location.start.line}:{item.location.start.column}"
        parts.append(f"<p>See <code>{escaped(where)}</code>: {escaped(item.message)}</p>")
    if group.others:
        names = "".join(
            f"<li>{escaped(called(item.subject))}</li>" for item in group.others if item.subject is not None
        )
        parts.append(f"<details><summary>{count(len(group.others), 'more object')}</summary><ul>{names}</ul></details>")
    return "\n".join([*filter(None, parts), "</article>"])


def _not_checked(report: Report) -> Iterator[str]:
    lines = [f"{path}: could not be read: {reason}" for path, reason in report.unreadable]
    lines += [f"the rule {item.rule} broke down, so its part was not checked" for item in report.failures]
    lines += [
        f"{item.file}: {'checked in part' if item.in_part else 'not checked'} ({item.reason})"
        for item in report.skipped
    ]
    if lines:
        yield "<h2>Not checked, or in part</h2>"
        yield f"<ul>{''.join(f'<li>{escaped(line)}</li>' for line in dict.fromkeys(lines))}</ul>"


def _picture(outcome: Outcome) -> Iterator[str]:
    """The roles of a requirement as squares, each in the colour of its worst state."""
    checks = outcome.checks
    if not checks:
        return
    named = f"{outcome.cell}: {outcome.requirement.name}" if outcome.cell else outcome.requirement.name
    step, columns = _SIZE + _GAP, min(len(checks), _COLUMNS)
    squares = []
    for number, check in enumerate(checks):
        state = _state(check)
        title = f"{called(check.role.object)}: {state.replace('-', ' ')}"
        squares.append(svg.rect(number % columns * step, number // columns * step, _SIZE, _SIZE, state, title))
    label = f"{named}: {count(len(checks), 'role')}, one square each"
    yield f"<h2>{escaped(named)}</h2>"
    yield svg.drawing(label, columns * step, -(-len(checks) // columns) * step, squares, "fits")
    states = Counter(map(_state, checks))
    counted = ", ".join(f"{number} {state.replace('-', ' ')}" for state, number in states.items())
    yield f"<p><small>{escaped(counted)}; point at a square for its role</small></p>"


def _state(check: RoleCheck) -> str:
    """The worst of a role: it lacks what is required, can do what is forbidden, or cannot be assumed."""
    verdicts = {question.proof.verdict if question.proof else "unknown" for question in check.required}
    excess = {question.proof.verdict for question in check.excess if question.proof is not None}
    entry = check.trust or check.entry
    if "not-granted" in verdicts:
        return "not-granted"
    if "granted" in excess:
        return "forbidden"
    if entry.truth is False:
        return "not-assumed"
    is_unknown = "unknown" in verdicts | excess or (entry.truth is None and not entry.is_open)
    return "unknown" if is_unknown else "conditional" if "conditional" in verdicts | excess else "granted"
