"""The logs of the container, taken together: how the refreshes went, and why they may not prove health."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from ...iam.values import NamedTuple
from ...live.log.log import has_ended, has_recovered
from ...live.log.sorting import sort
from ...live.record.record import Reading


class LogView(NamedTuple):
    """The logs of the container, taken together. `is_read`: a current log was read and has lines; `problem` says
    why not; `peak` is the most failures within 3 minutes. `failing` counts the failures of pods that have not
    recovered, `recovered_at` is when the first refresh succeeded after the last failure of all (""), `ended` counts
    failures that ended without a success that was seen, `silent` names logs in which no refresh succeeded,
    `trouble` are the lines that nobody could place, `mentioned` calm ones that stand again and again since the last
    success, `failing_lines` those of the failures that have not ended. `quietest` is the earliest of the pods' last
    lines, `oldest_refresh` the earliest of their last refreshes: one of several pods may hang. `tables` are those that
    successes name.
    """

    is_read: bool
    problem: str
    line_count: int
    first: str
    last: str
    failures: int
    peak: int
    is_cut: bool
    failing: int = 0
    refreshes: int = 0
    refreshes_since: int = 0
    last_failure: str = ""
    last_refresh: str = ""
    recovered_at: str = ""
    ended: int = 0
    silent: tuple[str, ...] = ()
    trouble: tuple[str, ...] = ()
    mentioned: tuple[str, ...] = ()
    failing_lines: tuple[str, ...] = ()
    left_out: int = 0
    quietest: str = ""
    oldest_refresh: str = ""
    tables: tuple[str, ...] = ()


def log_view(logs: Mapping[str, Reading], now: float) -> LogView:
    read = {name: item.value for name, item in logs.items() if item.value}
    values = list(read.values())
    problem = "; ".join(f"{item.source}: {item.detail or item.status}" for item in logs.values() if not item.value)
    if not logs:
        problem = "no log was asked for"
    elif not any(item["lineCount"] for item in values):
        problem = problem or "the log has no line in this time"
    failing = [item for item in values if item["failures"] and not has_ended(item, now)]
    ended = [item for item in values if item["failures"] and not has_recovered(item, now) and item not in failing]
    # While some pods fail, the last failure is taken from their logs alone; else from all logs with failures.
    with_failures = failing or [item for item in values if item["failures"]]
    recovered = [] if failing or ended else [item["recoveredAt"] for item in with_failures]
    return LogView(
        is_read=any(item["lineCount"] for item in values),
        problem=problem,
        line_count=sum(item["lineCount"] for item in values),
        first=min((item["first"] for item in values if item["first"]), default=""),
        last=max((item["last"] for item in values if item["last"]), default=""),
        failures=sum(item["failures"] for item in values),
        peak=max((item["peak"] for item in values), default=0),
        is_cut=any(item["isCut"] for item in values),
        failing=sum(item["failures"] for item in failing),
        refreshes=sum(item.get("refreshes", 0) for item in values),
        refreshes_since=min((item.get("refreshesSince", 0) for item in with_failures or values), default=0),
        last_failure=_latest(item.get("lastFailure") or _last_of(item) for item in with_failures),
        last_refresh=_latest(item.get("lastRefresh", "") for item in values),
        recovered_at=_latest(recovered),
        ended=sum(item["failures"] for item in ended),
        silent=tuple(name for name, item in read.items() if not item.get("refreshes")),
        trouble=_texts(values, "trouble"),
        mentioned=_texts(values, "mention"),
        failing_lines=tuple(
            line["text"]
            for item in failing
            for line in sorted(item["lines"], key=lambda line: -int(line["count"]))
            if kind_of(line) == "failure"
        ),
        left_out=sum(item.get("leftOut", 0) for item in values),
        quietest=min((item["last"] for item in values if item["last"]), default=""),
        oldest_refresh=min(
            (item["lastRefresh"] for item in values if item.get("lastRefresh") not in (None, "", _UNTIMED)), default=""
        ),
        tables=tuple(dict.fromkeys(name for item in values for name in item.get("tables", ()))),
    )


_UNTIMED = "?"
"""What stands for the time of something in a log without times."""


def _texts(values: Iterable[dict[str, Any]], kind: str) -> tuple[str, ...]:
    return tuple(line["text"] for item in values for line in item["lines"] if kind_of(line) == kind)


def _latest(stamps: Iterable[str]) -> str:
    """The latest of times; `?` where something is known to have been, and no log says when; "" where nothing was."""
    given = set(stamps) - {""}
    return max(given - {_UNTIMED}, default=_UNTIMED if given else "")


def _last_of(value: dict[str, Any]) -> str:
    """When the last failure was, from the lines of an older record."""
    return max((line["last"] for line in value["lines"] if kind_of(line) == "failure"), default="")


def kind_of(line: dict[str, Any]) -> str:
    """The kind of a recorded line; older records do not say it."""
    return str(line.get("kind") or sort(line["text"]))


def moment(stamp: str) -> str:
    """A time as people read it: hours, minutes and seconds, UTC."""
    try:
        return datetime.fromisoformat(stamp.replace("Z", "+00:00")).strftime("%H:%M:%S")
    except ValueError:
        return stamp
