"""What the proxy's log proves: that refreshes fail, that they succeed again, or why it is no evidence of health."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...ack.objects import mapping, text
from ...live.log.sequences import WINDOW_SECONDS
from ...live.record.effective_role import status_of
from ..case.case import Case
from ..case.log_view import moment
from ..check import Check


def log_check(case: Case) -> Check:
    if case.pod is None and not case.log.is_read:
        return Check("log", 5, "skipped", "there is no pod to look at")
    if not case.log.is_read:
        return Check("log", 5, "unknown", case.log.problem)
    log = case.log
    lines = "1 line" if log.line_count == 1 else f"{log.line_count} lines"
    span = f"{lines} from {moment(log.first)} to {moment(log.last)} UTC" if log.first else lines
    cut = ", cut: the log is longer than what was read" if log.is_cut else ""
    if log.failing:
        often = f"{_many(log.failing, 'failure', 'failures')}, at most {log.peak} within 3 minutes"
        alert = "which confirms the alert" if log.peak >= 4 else "fewer than the 4 that the alert takes"
        return Check("log", 5, "failed", f"{often}, {alert}; {_last_failure(case)}{span}{cut}")
    good = (
        _recovered(case)
        or f"no failure of the refresh{' since' if log.ended else ''}, {_many(log.refreshes, 'success', 'successes')}"
    )
    problems = tuple(_problems(case))
    if problems:
        return Check("log", 5, "unknown", f"{'; '.join(problems)}; {good}; {span}{cut}")
    return Check("log", 5, "ok", f"{good}; {span}")


def _problems(case: Case) -> Iterator[str]:
    """Why a log without failures is no evidence of health."""
    log = case.log
    if log.trouble:
        yield f"{_many(len(log.trouble), 'kind', 'kinds')} of trouble that checker cannot place: {log.trouble[0][:200]}"
    if log.mentioned:
        yield f"since the last success it says again and again: {log.mentioned[0][:200]} ({_SITE_WORDING})"
    if log.left_out:
        yield f"{log.left_out} more kinds of lines were left out"
    if log.ended:
        ago = _ago(case.age(log.last_failure) or 0)
        yield f"{_many(log.ended, 'failure', 'failures')} ended {ago} ago without a success that was seen"
    if log.silent:
        wording = f"no line says that a refresh succeeded ({_SITE_WORDING})"
        yield wording if not log.refreshes else f"no refresh succeeded in {', '.join(log.silent)}"
    others = [name for name in log.tables if not _is_of(name, case.table_arn)]
    if others:
        yield f"its successes name table {others[0]}, and {case.table_arn} was judged"
    if log.is_cut:
        yield "the log is longer than what was read"
    if not log.first:
        yield "its lines have no time, so nobody can tell how old they are"
    if (ahead := -(case.age(log.last) or 0)) > _AHEAD_SECONDS:
        yield f"its last line is {_ago(ahead)} in the future: a clock is wrong, or its times are local and name no zone"
    yield from restarted(case, case.pod or {})
    quiet = case.age(log.quietest) or 0
    if quiet > QUIET_SECONDS:
        yield f"the last line is {quiet / 60:.0f} minutes old"
    elif not log.silent and (case.age(log.oldest_refresh) or 0) > QUIET_SECONDS:
        yield f"the last refresh is {(case.age(log.oldest_refresh) or 0) / 60:.0f} minutes old"


def _is_of(name: str, arn: str) -> bool:
    """Whether a name may be that of the table: a proxy may call it auth_keys, whatever the cell calls it."""
    if not arn or name.startswith("arn:"):
        return not arn or name.lower() == arn.lower()
    return name.lower().replace("_", "-") in arn.rpartition(":table/")[2].lower().replace("_", "-")


_SITE_WORDING = "live.log.success in checker.yaml takes the proxy's wording"
_AHEAD_SECONDS = 120


def restarted(case: Case, pod: dict[str, Any]) -> Iterator[str]:
    """That the container of a pod has just been started again, or is again and again: who is stopped by a probe that
    fails may well end without an error, and what was wrong stands in the log of the run before."""
    status = status_of(pod, case.record.target.container)
    last = mapping(mapping(status.get("lastState")).get("terminated"))
    started = text(mapping(mapping(status.get("state")).get("running")).get("startedAt"))
    since = case.age(started) if started and last else None
    if since is None:
        return
    count = status.get("restartCount") or 0
    how = "with an error" if last.get("exitCode") or last.get("reason") == "OOMKilled" else "without an error"
    if since < WINDOW_SECONDS:
        yield f"the container runs again for {_ago(since)} only, after it ended {how}"
    elif count >= _MANY_RESTARTS and since < _LONG_SECONDS:
        yield f"the container was started again {count} times, the last time {_ago(since)} ago"


_MANY_RESTARTS = 10
_LONG_SECONDS = 1_800
"""The kubelet waits at most five minutes between two starts (Kubernetes, "Pod Lifecycle")."""


def _last_failure(case: Case) -> str:
    if not case.log.last_failure:
        return ""
    age = case.age(case.log.last_failure)
    ago = f"the last one {_ago(age)} ago" if age is not None else "the last one without a time"
    since = case.log.refreshes_since
    return f"{ago}, {_many(since, 'success', 'successes') if since else 'no success'} since; "


def _recovered(case: Case) -> str:
    """That refreshes failed and succeed again, or ""."""
    log = case.log
    if not log.recovered_at:
        return ""
    when = f" since {moment(log.recovered_at)} UTC" if log.recovered_at != "?" else ""
    last = f", the last one at {moment(log.last_failure)}" if log.last_failure != "?" else ""
    return (
        f"healthy again{when}, after {_many(log.failures, 'failure', 'failures')}{last};"
        f" {_many(log.refreshes_since, 'success', 'successes')} since"
    )


def _many(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"


def _ago(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} minutes"


QUIET_SECONDS = 420
"""A proxy that has logged nothing for this long may hang; what it does not log is no evidence of health."""
