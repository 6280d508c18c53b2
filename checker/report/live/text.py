"""A diagnosis for people: the verdict and what to do in at most 12 lines, then the runbook's steps; `-v` shows all."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from ...runbook.check import Check, State
from ...runbook.diagnose import Cause, Diagnosis
from ..style.frame import cut, display_width, safe
from ..style.look import Look
from ..style.paint import paint, unpainted
from .first_step import first_step
from .told import VERDICTS, consequences, log_count, log_line, next_commands, recovery, role

_MARKS: dict[State, tuple[str, str]] = {
    "ok": ("✓", "good"), "failed": ("✗", "error"), "unknown": ("?", "warning"), "skipped": ("-", "dim"),
}  # fmt: skip
_LABEL = 10
_PAGE = 12
"""Lines before the details."""
_ALWAYS = 2
"""Entries that are shown whatever the width."""


def render_all(diagnoses: Sequence[Diagnosis], look: Look) -> str:
    """One diagnosis after the other; a first step that several need is told once."""
    shown = []
    index_of_step: dict[str, str] = {}
    for diagnosis in diagnoses:
        before = index_of_step.setdefault(first_step(diagnosis), diagnosis.case.record.target.index_name)
        is_new = before == diagnosis.case.record.target.index_name
        shown.append(render(diagnosis, look, "" if is_new else f"as for index {safe(before)}, above"))
    return "\n".join(shown)


def render(diagnosis: Diagnosis, look: Look, first: str = "") -> str:
    """The whole output. With `look.quiet`, the verdict's part only; with `look.verbose`, everything that was seen.
    `first` replaces the text of the first step."""
    entries = [_labelled(label, text, look) for label, text in _head(diagnosis, look, first)]
    last = [line for label, text in _foot(diagnosis) for line in _labelled(label, text, look, keep=True)]
    # In a narrow terminal the last entries are left out, whole; never the verdict, what to do, or the command.
    room = _PAGE - sum(_rows(line, look) for line in last)
    lines: list[str] = []
    for number, entry in enumerate(entries):
        if not look.verbose and number >= _ALWAYS and len(lines) + len(entry) > room:
            break
        lines += entry
    lines += last
    if not look.quiet:
        record = diagnosis.case.record
        took = paint(f"collected in {record.elapsed_ms / 1000:.1f} s, {record.collected_at[:19]}Z", "dim", look)
        lines += ["", *(_step(check, look) for check in diagnosis.checks), took]
    if look.verbose:
        lines += ["", *(line for text in _details(diagnosis) for line in _wrapped(text, "  ", look))]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _head(diagnosis: Diagnosis, look: Look, first: str) -> Iterator[tuple[str, str]]:
    case, causes = diagnosis.case, diagnosis.causes
    target = case.record.target
    style = {"healthy": "good", "cause-found": "error", "inconclusive": "warning"}[diagnosis.verdict]
    verdict = recovery(diagnosis) or VERDICTS[diagnosis.verdict]
    if diagnosis.verdict == "cause-found":
        verdict += f": {causes[0].id}, {causes[0].confidence}"
    account = f", account {target.account_id}" if target.account_id else ""
    yield "VERDICT", f"{paint(verdict, style, look)} (index {safe(target.index_name)}{safe(account)})"
    if causes:
        # What is merely possible is nothing to act upon yet.
        yield (
            "do" if diagnosis.verdict == "cause-found" else "perhaps",
            f"{causes[0].title}. {causes[0].remediation} ({consequences(causes[0])})",
        )
    step = first_step(diagnosis)
    if step:
        yield "first", first or safe(step)
    for number, sentence in enumerate(_evidence(causes[:1])):
        yield "evidence" if number == 0 else "", safe(sentence)
    line = log_line(diagnosis)
    if line:
        counted = log_count(diagnosis)
        yield "log", _cut(safe(line), look)
        if counted:
            yield "", counted
    yield "role", safe(role(case))
    for check in diagnosis.checks:
        if check.state == "failed" and not check.is_vital:
            yield "beware", safe(check.detail)
    if len(causes) > 1:
        others = ", ".join(f"{cause.id} ({cause.confidence})" for cause in causes[1:5])
        yield "also", others + (f" and {len(causes) - 5} more" if len(causes) > 5 else "")
    if diagnosis.verdict == "healthy":
        proven = {check.id: check.detail for check in diagnosis.checks}
        yield "because", safe(f"{proven['access']}; {proven['log']}")


def _foot(diagnosis: Diagnosis) -> Iterator[tuple[str, str]]:
    unknowns = diagnosis.unknowns
    if unknowns and diagnosis.verdict == "inconclusive":
        more = f" (and {len(unknowns) - 1} more, -v shows them)" if len(unknowns) > 1 else ""
        yield "unknown", safe(unknowns[0]) + more
    for number, command in enumerate(next_commands(diagnosis)):
        yield "next" if not number else "then", safe(command)


def _evidence(causes: tuple[Cause, ...]) -> list[str]:
    """At most two sentences of evidence, none that only repeats the log line."""
    sentences = [sentence for cause in causes for sentence in cause.evidence]
    return [item for item in sentences if not item.startswith("log: ")][:2]


def _details(diagnosis: Diagnosis) -> Iterator[str]:
    for cause in diagnosis.causes:
        yield f"{cause.id} ({cause.confidence}): {cause.title}"
        for sentence in cause.evidence:
            yield f"  - {safe(sentence)}"
        yield f"  do: {cause.remediation} ({consequences(cause)})"
        for command in cause.next:
            yield f"  next: {safe(command)}"
    for question in diagnosis.case.deployed.questions if diagnosis.case.deployed else ():
        verdict = question.proof.verdict if question.proof else "unknown"
        yield f"{verdict}: {question.action} on {safe(question.resource)}"
    for item in diagnosis.findings:
        yield f"{item.severity}[{item.rule}]: {safe(item.message)}"
    # Many are dismissed for the same reason, which is told once.
    reasons: dict[tuple[str, str], list[str]] = {}
    for cause in diagnosis.dismissed:
        reasons.setdefault((cause.confidence, cause.evidence[0] if cause.evidence else ""), []).append(cause.id)
    for (sure, why), ids in reasons.items():
        yield f"{sure}: {', '.join(ids)}" + (f": {safe(why)}" if why else "")
    for sentence in diagnosis.unknowns:
        yield f"not known: {safe(sentence)}"


def _step(check: Check, look: Look) -> str:
    mark, style = _MARKS[check.state]
    name = f"{check.step} {check.id}"
    took = f"{check.elapsed_ms} ms" if check.elapsed_ms else ""
    room = (look.width or 120) - 19 - len(took) - 2
    detail = safe(check.detail)
    detail = detail if look.verbose else cut(detail, max(room, 11))
    return f"{paint(mark, style, look)} {name:<16} {detail}" + (f"  {paint(took, 'dim', look)}" if took else "")


def _rows(line: str, look: Look) -> int:
    """The rows of the terminal that a line takes."""
    return -(-display_width(unpainted(line)) // look.width) if look.width else 1


def _labelled(label: str, text: str, look: Look, *, keep: bool = False) -> list[str]:
    head = f"{label:<{_LABEL}}"
    lines = [text] if keep and label in ("next", "then") else _wrapped(text, "", look, _LABEL)
    return [paint(head, "bold", look) + lines[0], *(" " * _LABEL + line for line in lines[1:])]


def _wrapped(text: str, indent: str, look: Look, used: int = 0) -> list[str]:
    width = (look.width or 10_000) - used
    if display_width(unpainted(text)) <= width:
        return [text]
    lines = textwrap.wrap(text, max(width, 20), subsequent_indent=indent, break_on_hyphens=False)
    return lines or [text]


def _cut(line: str, look: Look) -> str:
    """A log line in two or three lines of the terminal, its middle left out: the reason stands at the end. Whole with
    -v, and where there is no terminal."""
    room = (3 if (look.width or 0) >= 100 else 2) * ((look.width or 0) - _LABEL - 4)
    if look.width is None or look.verbose or len(line) <= room:
        return line
    head = room // 4
    return f"{line[:head]} … {line[head - room + 3 :]}"
