"""A diagnosis as a page for a browser: the way from the pod to the table, and the failures on a time line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from ...iam.values import NamedTuple
from ...runbook.case.log_view import LogView
from ...runbook.case.signatures import Event
from ...runbook.check import Check
from ...runbook.diagnose import Diagnosis
from ..page import svg
from ..page.page import chip, escaped, page
from ..style.look import Look
from .first_step import first_step
from .told import VERDICTS, consequences, log_count, log_line, next_commands, recovery, role

_STYLES = {"healthy": "good", "cause-found": "error", "inconclusive": "warning"}
_WAY = (
    ("pod", "pod"), ("container", "sidecar"), ("effective-role", "role in use"), ("trust", "trust policy"),
    ("role", "role in IAM"), ("access", "policies"), ("table", "table"), ("key", "key"),
)  # fmt: skip
"""The checks on the way from the pod to the keys, with what each is about."""
_BOX, _GAP, _HIGH = 96, 22, 54
_WIDE, _MARGIN, _ROW = 900, 20, 22


def render_all(diagnoses: Sequence[Diagnosis], look: Look) -> str:
    """One file that loads nothing, one section an index."""
    title = ", ".join(f"{item.case.record.target.index_name}: {VERDICTS[item.verdict]}" for item in diagnoses)
    return page(f"checker: {title}", [part for item in diagnoses for part in _section(item, look)])


def render(diagnosis: Diagnosis, look: Look) -> str:
    """The page of one diagnosis."""
    return render_all([diagnosis], look)


def _section(diagnosis: Diagnosis, look: Look) -> Iterator[str]:
    target, causes = diagnosis.case.record.target, diagnosis.causes
    verdict = recovery(diagnosis) or VERDICTS[diagnosis.verdict]
    yield f'<h1 class="{_STYLES[diagnosis.verdict]}">Index {escaped(target.index_name)}: {escaped(verdict)}</h1>'
    step = first_step(diagnosis)
    yield f"<p>{escaped(step)}</p>" if step else ""
    yield from _way(diagnosis.checks)
    yield from _time(diagnosis)
    for number, cause in enumerate(causes):
        style = "note" if number else "error"
        yield f'<article class="{style}"><p>{chip(cause.confidence, style)} <strong>{escaped(cause.id)}</strong></p>'
        what = f"{escaped(cause.title)}. {escaped(cause.remediation)}"
        yield f"<p>{what} <small>({escaped(consequences(cause))})</small></p>"
        yield f"<ul>{''.join(f'<li>{escaped(sentence)}</li>' for sentence in cause.evidence)}</ul>"
        yield "".join(f"<pre>{escaped(command)}</pre>" for command in cause.next) + "</article>"
    if not causes:
        yield "".join(f"<pre>{escaped(command)}</pre>" for command in next_commands(diagnosis))
    if diagnosis.verdict == "inconclusive":
        yield f"<h2>Not known</h2><ul>{''.join(f'<li>{escaped(text)}</li>' for text in diagnosis.unknowns)}</ul>"
    line = log_line(diagnosis)
    if line:
        yield f"<h2>The log says</h2><pre>{escaped(line)}</pre><p>{escaped(log_count(diagnosis))}</p>"
    yield f"<p>Role: <code>{escaped(role(diagnosis.case))}</code></p>"
    if not look.quiet:
        rows = "".join(map(_row, diagnosis.checks))
        head = "<tr><th>Step<th>Check<th>State<th>What</tr>"
        yield f'<h2>The runbook</h2><div class="wide"><table>{head}{rows}</table></div>'


def _row(item: Check) -> str:
    state = chip(item.state, _OF_STATE[item.state])
    return f"<tr><td>{item.step}<td>{escaped(item.id)}<td>{state}<td>{escaped(item.detail)}</tr>"


_OF_STATE = {"ok": "good", "failed": "error", "unknown": "warning", "skipped": "dim"}


def _way(checks: Sequence[Check]) -> Iterator[str]:
    """The way from the pod to the table, with the links that are broken."""
    states = {item.id: item for item in checks}
    way = [(states[name], shown) for name, shown in _WAY if name in states]
    if way:
        label = "; ".join(f"{shown}: {item.state}" for item, shown in way)
        yield "<h2>From the pod to the keys</h2>"
        yield svg.drawing(label, len(way) * (_BOX + _GAP) - _GAP, _HIGH, _links(way))


def _links(way: Sequence[tuple[Check, str]]) -> Iterator[str]:
    for number, (item, shown) in enumerate(way):
        x = number * (_BOX + _GAP)
        if number:
            kind = "broken" if item.state in ("failed", "unknown") else "link"
            yield svg.line(x - _GAP, _HIGH / 2, x, _HIGH / 2, kind)
        yield svg.rect(x, 1, _BOX, _HIGH - 2, "box", f"{item.id}: {item.detail}")
        yield svg.circle(x + 14, 17, 6, item.state)
        yield svg.text(x + 26, 21, item.state)
        yield svg.text(x + 8, 43, shown)


class _Span(NamedTuple):
    """Failures of one kind, from when to when (seconds)."""

    begun: float
    ended: float
    event: Event


def _time(diagnosis: Diagnosis) -> Iterator[str]:
    """The failures on a time line, with the last refresh that went well."""
    log = diagnosis.case.log
    first, last = _moment(log.first), _moment(log.last)
    spans = []
    for event in (*diagnosis.case.events, *diagnosis.case.past):
        begun, ended = _moment(event.first), _moment(event.last)
        if begun is not None and ended is not None:
            spans.append(_Span(begun, ended, event))
    if first is not None and last is not None and last > first and spans:
        yield "<h2>What the log tells</h2>"
        good = _moment(log.last_refresh)
        label = "; ".join(f"{span.event.signature} from {span.event.first} to {span.event.last}" for span in spans)
        yield svg.drawing(label, _WIDE, _ROW * len(spans) + 44, _line_of(spans, (first, last), good, log))


def _line_of(spans: Sequence[_Span], whole: tuple[float, float], good: float | None, log: LogView) -> Iterator[str]:
    first, last = whole
    bottom = _ROW * len(spans) + 22

    def at(moment: float) -> float:
        return _MARGIN + (_WIDE - 2 * _MARGIN) * min(max((moment - first) / (last - first), 0), 1)

    yield svg.line(_MARGIN, bottom, _WIDE - _MARGIN, bottom, "link")
    yield svg.text(_MARGIN, bottom + 18, log.first, "dim")
    yield svg.text(_WIDE - _MARGIN, bottom + 18, log.last, "dim", "end")
    for row, span in enumerate(spans):
        x, y, event = at(span.begun), 6 + _ROW * row, span.event
        width = max(at(span.ended) - x, 4)
        yield svg.rect(x, y, width, 14, "failed", f"{event.times} times, {event.first} to {event.last}")
        is_late = x > _WIDE / 2
        words = f"{event.signature} ({event.times})"
        yield svg.text(x - 6 if is_late else x + width + 6, y + 11, words, anchor="end" if is_late else "start")
    if good is not None and first <= good <= last:
        yield svg.circle(at(good), bottom, 6, "ok", f"the last refresh that went well: {log.last_refresh}")


def _moment(stamp: str) -> float | None:
    """A time stamp of the log in seconds; None for other text."""
    try:
        return datetime.fromisoformat(stamp.strip("?")).timestamp()
    except ValueError:
        return None
