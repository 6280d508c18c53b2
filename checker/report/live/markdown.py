"""A diagnosis for an incident channel: verdict, log line, evidence, the command to copy.

Text that comes from the cluster or from the log stands in code or is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...runbook.diagnose import Diagnosis
from ..style.commonmark import fenced, plain
from ..style.look import Look
from .first_step import first_step
from .told import VERDICTS, consequences, log_count, log_line, next_commands, recovery, role

_MARKS = {"ok": "✓", "failed": "✗", "unknown": "?", "skipped": "–"}


def render_all(diagnoses: Sequence[Diagnosis], look: Look) -> str:
    """One diagnosis after the other."""
    return "\n".join(render(diagnosis, look) for diagnosis in diagnoses)


def render(diagnosis: Diagnosis, look: Look) -> str:
    """The whole text; with `look.quiet` without the steps."""
    target, causes = diagnosis.case.record.target, diagnosis.causes
    verdict = recovery(diagnosis) or VERDICTS[diagnosis.verdict]
    shown = f"{verdict}: {causes[0].id} ({causes[0].confidence})" if diagnosis.verdict == "cause-found" else verdict
    parts = [f"**auth_keys_refresh_failure, index {plain(target.index_name)}: {shown}**"]
    step = first_step(diagnosis)
    if step:
        parts.append(plain(step))
    if causes:
        parts.append(f"{plain(causes[0].title)}. {plain(causes[0].remediation)} ({consequences(causes[0])})")
    line = log_line(diagnosis)
    if line:
        parts.append(fenced(line) + (f"\n{plain(log_count(diagnosis))}" if log_count(diagnosis) else ""))
    facts = [f"- role: {plain(role(diagnosis.case))}"]
    facts += [f"- {plain(sentence)}" for cause in causes[:1] for sentence in cause.evidence]
    facts += [f"- also {cause.id} ({cause.confidence})" for cause in causes[1:]]
    if diagnosis.verdict == "inconclusive":
        facts += [f"- not known: {plain(sentence)}" for sentence in diagnosis.unknowns[:5]]
    parts.append("\n".join(facts))
    commands = next_commands(diagnosis)
    if commands:
        parts.append(f"Next:\n{fenced(commands[0])}")
    if not look.quiet:
        steps = [f"{_MARKS[item.state]} {item.step} {item.id}" for item in diagnosis.checks]
        parts.append(" · ".join(steps) + f" · {diagnosis.case.record.elapsed_ms / 1000:.1f} s")
    return "\n\n".join(parts) + "\n"
