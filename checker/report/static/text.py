"""Findings for people: one block each, with a frame of the source; nothing but the summary when all is well."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ...findings.severity import SEVERITIES
from ...gate.report import Report
from ..style.frame import frame, safe, safe_path
from ..style.links import linked
from ..style.look import Look
from ..style.paint import paint
from ..style.wrapping import wrapped
from .fixable import Fixable, statistics
from .standing import could_not_check, standing, verdict

CARRIES_FIXES = True

if TYPE_CHECKING:
    from ...findings.groups import Group
    from ...fix.planning.propose import Proposal
    from ...requirements.check import Outcome
    from ...suppression.covering import Covered


def render(report: Report, look: Look, fixes: Sequence[Proposal] = ()) -> str:
    """The whole output. With `look.quiet`, findings only; with `look.verbose`, also what was skipped or suppressed, and
    grants. Findings that one edit cures are one block."""
    fixable = Fixable(fixes)
    parts = _findings(report, look, fixable) if report.findings else []
    parts += [_failure(failure.rule, failure.details, look) for failure in report.failures]
    parts += [f"{safe_path(path)}: could not be read: {safe(reason)}\n" for path, reason in report.unreadable]
    if look.verbose:
        parts += [
            f"{safe_path(item.file)}: {'checked in part' if item.in_part else 'skipped'} ({item.reason}):"
            f" {safe(_one_line(item.detail))}\n"
            for item in report.skipped
        ]
        parts += [f"{safe_path(path)}: left out ({reason})\n" for path, reason in report.left_out]
        parts += [_suppressed(item) for item in report.suppressed]
        parts += [line + "\n" for outcome in report.outcomes for line in _grants(outcome)]
    if look.statistics and report.findings:
        parts.append("".join(f"{line}\n" for line in statistics(report.findings, fixable)))
    if not look.quiet:
        parts.append(_summary(report, look, fixable))
    return "\n".join(parts) if report.findings else "".join(parts)


def _findings(report: Report, look: Look, fixable: Fixable) -> list[str]:
    from ...findings.groups import grouped

    return [_finding(group, report, look, fixable) for group in grouped(report.findings)]


def _finding(group: Group, report: Report, look: Look, fixable: Fixable) -> str:
    finding, at = group.finding, group.finding.location
    head, severity = f"{safe_path(at.file)}:{at.start.line}:{at.start.column}:", f"{finding.severity}[{finding.rule}]"
    lines = wrapped(f"{head} {severity}: {safe(group.message)}", "", look)
    # Painted after wrapping: escape sequences take no columns.
    lines[0] = lines[0].replace(head, linked(paint(head, "bold", look), at.file, look), 1)
    titled = next((offset for offset, text in enumerate(lines) if severity in text), 0)
    lines[titled] = lines[titled].replace(severity, paint(severity, finding.severity, look), 1)
    number, line, caret = frame(report.sources[at.file], at, look.width)
    gutter = " " * len(number)
    lines += [
        paint(f"{gutter} |", "dim", look),
        f"{paint(f'{number} |', 'dim', look)} {line}".rstrip(),
        f"{paint(f'{gutter} |', 'dim', look)} {paint(caret, finding.severity, look)}",
    ]
    remarks = (("also", group.named), ("why", finding.why), ("help", finding.help), ("fix", fixable.said(*group.all)))
    for name, text in remarks:
        lines += _titled(gutter, name, safe(text), look) if text else []
    for item in finding.related:
        offset = f"{safe(item.location.file)}:{item.location.start.line}:{item.location.start.column}"
        lines += wrapped(
            f"{gutter} = {paint('see', 'bold', look)}: {offset}: {safe(item.message)}", f"{gutter}   ", look
        )
    return "\n".join(lines) + "\n"


def _titled(gutter: str, name: str, text: str, look: Look) -> list[str]:
    first, *rest = wrapped(f"{gutter} = {name}: {text}", f"{gutter}   ", look)
    return [first.replace(name, paint(name, "bold", look), 1), *rest]


def _failure(rule: str, details: str, look: Look) -> str:
    head = paint("error[checker-internal]", "error", look)
    message = f"{head}: the rule {rule} broke down, so its part was not checked; please report this:"
    return f"{message}\n{textwrap.indent(details, '  ')}"


def _suppressed(item: Covered) -> str:
    at, by = item.finding.location, item.suppression
    place = f"{safe_path(at.file)}:{at.start.line}:{at.start.column}"
    return f"{place}: suppressed by {by.how}: {item.finding.rule}: {safe(by.reason or 'no reason given')}\n"


def _summary(report: Report, look: Look, fixable: Fixable) -> str:
    heaviest = next((severity for severity in SEVERITIES if report.count(severity)), None)
    style = heaviest or ("error" if could_not_check(report) else "good")
    lines = [paint(verdict(report, fixable.counted()), style, look), *standing(report)]
    lines += [f"checker explain {report.findings[0].rule} says more about a rule."] if report.findings else []
    return "\n".join(line for text in lines for line in wrapped(text, "", look)) + "\n"


def _grants(outcome: Outcome) -> Iterator[str]:
    for check in outcome.checks:
        for question in check.required:
            verdict = question.proof.verdict if question.proof else "unknown"
            clauses = question.proof.decision.clauses if question.proof else ()
            decided = ", ".join(dict.fromkeys(clause.policy.label for clause in clauses))
            line = f"{verdict}: {check.role.name}: {question.action} on {question.resource}"
            yield safe(f"{line} by {decided}" if decided else line)
    yield from (safe(line) for line in dict.fromkeys(_not_seen(outcome)))


def _not_seen(outcome: Outcome) -> Iterator[str]:
    """Resources whose own policies are not in the project."""
    from ...iam.arns import parse_arn

    for check in outcome.checks:
        for question in check.required:
            named = parse_arn(question.resource)
            tables = check.around.tables
            known = any(question.resource == arn or question.resource.startswith(f"{arn}/") for arn in tables)
            is_guarded = len(check.layers_on(question.resource)) > len(check.stack.layers)
            if question.proof and question.proof.verdict == "granted" and named and not (known or is_guarded):
                does = "a Deny in it takes access away, an Allow for the role gives more"
                if named.service == "kms":
                    does = "it has to leave the decision to the account, as the default of KMS does"
                yield f"not seen: the policy that {question.resource} has of its own, if any; {does}"


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 80 else line[:79] + "…"
