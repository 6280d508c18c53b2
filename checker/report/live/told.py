"""What every format tells of a diagnosis: the line of the log, the role, the command to type next."""

from __future__ import annotations

from ...runbook.case.case import Case
from ...runbook.case.log_view import moment
from ...runbook.commands import addressed, command, describe_pod, logs
from ...runbook.diagnose import Cause, Diagnosis

VERDICTS = {
    "healthy": "healthy",
    "cause-found": "cause found",
    "inconclusive": "inconclusive, the cause could not be told",
}


def log_line(diagnosis: Diagnosis) -> str:
    """The log line of the most frequent failure (of equals the latest), redacted; "" where there is none. Lines since
    the last restart go before older ones."""
    events = [event for event in diagnosis.case.events if not event.is_previous] or list(diagnosis.case.events)
    if not events:
        # What no signature names is shown as it stands: somebody who knows the proxy may.
        unnamed = (*diagnosis.case.log.failing_lines, *diagnosis.case.log.trouble)
        return unnamed[0] if unnamed else ""
    return max(events, key=lambda event: (event.times, event.last)).line


def log_count(diagnosis: Diagnosis) -> str:
    """How many failures, and how dense, for the log line."""
    case = diagnosis.case
    if not case.log.failing:
        return ""
    failures = "1 failure" if case.log.failing == 1 else f"{case.log.failing} failures"
    return f"{failures}, at most {case.log.peak} within 3 minutes"


def recovered_at(diagnosis: Diagnosis) -> str | None:
    """When a proxy that is healthy again first succeeded (RFC 3339); None where nothing had failed, or the log has no
    times."""
    stamp = diagnosis.case.log.recovered_at.strip("?")
    return stamp if stamp and diagnosis.verdict == "healthy" else None


def recovery(diagnosis: Diagnosis) -> str:
    """For a healthy verdict: since when, after how many failures and of what; "" where nothing had failed."""
    log = diagnosis.case.log
    if diagnosis.verdict != "healthy" or not log.recovered_at:
        return ""
    since = f" since {moment(log.recovered_at)} UTC" if log.recovered_at != "?" else ""
    kinds = list(dict.fromkeys(event.signature.replace("-", " ") for event in diagnosis.case.past))
    named = f" ({', '.join(kinds[:3])})" if kinds else ""
    return f"healthy again{since}, after {log.failures} {'failure' if log.failures == 1 else 'failures'}{named}"


def role(case: Case) -> str:
    """The effective role and how it was found."""
    effective = case.effective
    text = f"{effective.arn or 'not known'} ({effective.described})"
    if case.arn and case.arn != effective.arn:
        text += f"; due: {case.arn}"
    return text


def next_commands(diagnosis: Diagnosis) -> tuple[str, ...]:
    """What to type next: the first cause's command; else what gets an answer."""
    if diagnosis.verdict == "cause-found":
        return diagnosis.causes[0].next
    case = diagnosis.case
    if diagnosis.verdict == "healthy":
        return ()
    pods = case.reading("pods")
    if case.pod is None and pods.status == "ok":
        where = ("-n", case.record.target.namespace) if case.record.target.namespace else ("-A",)
        grep = command("grep", "-F", "--", case.record.target.index_name)
        typed = f"{command('kubectl', 'get', 'pods', *where)} | {grep}"
    elif case.pod is None:
        return ()
    else:
        typed = logs(case) if case.container is not None else describe_pod(case)
    return (addressed(typed, case.record.target),)


def consequences(cause: Cause) -> str:
    """Whether a manifest change helps and whether a restart is needed."""
    manifest = "a manifest change helps" if cause.manifest_helps else "no manifest change helps"
    restart = "restart the pod afterwards" if cause.restart_needed else "no restart needed"
    return f"{manifest}, {restart}"
