"""Fixes for people: what is changed and why, the diff, what it does to access, and what is left."""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.finding import Finding
from ...fix.edits.diff import unified
from ...fix.planning.effects import Effect
from ...fix.planning.effects import told as told_of
from ...fix.planning.propose import Proposal, Refusal
from ...fix.planning.repair import FileChange
from ...inventory.objects import called
from ..style.frame import safe
from ..style.look import Look
from ..style.paint import paint
from ..style.wrapping import count, wrapped
from .told import Told

_PAINTS = {"+": "good", "-": "error", "@": "note"}


def render(told: Told, look: Look) -> str:
    """The whole output; the diffs in it can be piped into `git apply`. With `look.quiet`, only those."""
    repair = told.repair
    parts: list[str] = []
    for change in repair.changes:
        if not look.quiet:
            edits: dict[object, list[Proposal]] = {}
            for item in repair.fixes:
                if item.edits[0].file == change.file:
                    edits.setdefault((item.plan.title, item.edits), []).append(item)
            parts += [_fix(item, len(others), look) for item, *others in edits.values()]
        parts.append(_diff(change, look))
    if look.quiet:
        return "".join(parts)
    alike: dict[tuple[str, ...], list[Effect]] = {}
    for effect in repair.effects:
        alike.setdefault(tuple(text.replace(called(effect.role), "", 1) for text in told_of(effect)), []).append(effect)
    gained = [
        f"access{f' (the same for {len(others)} more)' if others else ''}: {safe(text)}"
        for effect, *others in alike.values()
        for text in told_of(effect)
    ]
    access = [line for text in gained for line in wrapped(text, "  ", look)]
    left = [line for item in repair.refusals for line in _left(item, look)]
    report = repair.after.report
    unread = [f"{safe(path)}: could not be read: {safe(reason)}" for path, reason in report.unreadable]
    unread += [f"the rule {failure.rule} broke down, so its part was not checked" for failure in report.failures]
    left += [line for text in unread for line in wrapped(text, "  ", look)]
    summary = [line for text in _summary(told) for line in wrapped(safe(text), "", look)]
    return "\n".join([*parts, *("\n".join(lines) + "\n" for lines in (access, left, summary) if lines)])


def _fix(item: Proposal, others: int, look: Look) -> str:
    """A fix, which also cures `others` further findings."""
    finding, plan = item.finding, item.plan
    head, rule = f"{_at(finding)}:", f"fix[{finding.rule}]"
    lines = wrapped(f"{head} {rule}: {safe(plan.title)}", "", look)
    lines = [
        line.replace(rule, paint(rule, "good", look), 1).replace(head, paint(head, "bold", look), 1) for line in lines
    ]
    remarks = [("finding", finding.message)]
    remarks += [("also", f"the same of {count(others, 'other object')}")] if others else []
    remarks += [("why", plan.why)]
    remarks += [("unsafe", plan.danger)] if plan.danger else []
    remarks += [("note", note) for note in plan.notes]
    for name, text in remarks:
        first, *rest = wrapped(f"  = {name}: {safe(text)}", "    ", look)
        lines += [first.replace(name, paint(name, "bold", look), 1), *rest]
    return "\n".join(lines) + "\n"


def _diff(change: FileChange, look: Look) -> str:
    lines = []
    for line in unified(change):
        ending = "\r" if line.endswith("\r") else ""
        # Tabs and line ends have to stay as they are, or the diff cannot be applied.
        text = "\t".join(map(safe, line.removesuffix("\r").split("\t")))
        style = "bold" if line.startswith(("---", "+++")) else _PAINTS.get(line[:1])
        lines.append((paint(text, style, look) if style else text) + ending)
    return "\n".join(lines) + "\n"


def _left(item: Refusal, look: Look) -> Iterator[str]:
    finding = item.finding
    head, rule = f"{_at(finding)}:", f"{finding.severity}[{finding.rule}]"
    lines = wrapped(f"{head} {rule}: {safe(finding.message)}", "", look)
    yield from (line.replace(rule, paint(rule, finding.severity, look), 1) for line in lines)
    if item.plan is not None:
        yield from wrapped(f"  = not fixed: {safe(item.plan.title)} is unsafe: {safe(item.plan.danger)}", "    ", look)
        yield from wrapped("  = help: --unsafe admits it", "    ", look)
    else:
        yield from wrapped(f"  = not fixed: {safe(item.reason)}", "    ", look)
        if finding.help:
            yield from wrapped(f"  = help: {safe(finding.help)}", "    ", look)


def _summary(told: Told) -> Iterator[str]:
    repair = told.repair
    files = count(len(repair.changes), "file")
    fixes = "1 fix" if len(repair.fixes) == 1 else f"{len(repair.fixes)} fixes"
    left = f" {count(len(repair.refusals), 'finding')} left." if repair.refusals else ""
    if repair.after.report.unreadable or repair.after.report.failures:
        yield "Could not check everything."
    if not repair.fixes:
        yield f"Nothing to fix.{left}" if not repair.refusals else f"No fix.{left}"
    elif told.outcome == "written":
        yield f"Wrote {fixes} to {files}.{left}"
    elif told.outcome == "copied":
        yield f"Wrote {fixes} to {', '.join(told.names)}.{left}"
    else:
        yield f"Shown: {fixes} in {files}, not written; --write edits in place.{left}"


def _at(finding: Finding) -> str:
    at = finding.location
    return f"{safe(at.file)}:{at.start.line}:{at.start.column}"
