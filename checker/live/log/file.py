"""A log from a file: what `kubectl logs` printed, or what was exported from Loki or CloudWatch, as rows with times.
What `aws logs filter-log-events` and `get-log-events` print is JSON, with the events in it.

A row's time is the stamp of Kubernetes in front of it, else the first time in its beginning (ISO 8601, nginx's form, or
seconds or milliseconds since the epoch in front). A row without one belongs to the time of the row before it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

from ...iam.expressions import expression
from .events import events

_KUBERNETES = expression(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d) ")
_ISO = expression(
    r"(?<![\d-])(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,]\d{1,9})? ?(Z|[+-]\d\d:?\d\d(?!\d))?"
)
_EPOCH = expression(r"[\"']?(1\d{9})(\d{3})?(?:\.\d+)?[\"']?[\s,]")
_LOOKED_AT = 300


def stamped(data: bytes) -> bytes:
    """The rows of a file, each with an RFC 3339 stamp in front where it or a row before it has a time."""
    stamp = ""
    rows = []
    for row in _rows(data.decode("utf-8", "replace")):
        if _KUBERNETES.match(row):
            stamp = ""
            rows.append(row)
            continue
        stamp = time_of(row) or stamp
        rows.append(f"{stamp} {row}" if stamp else row)
    return ("\n".join(rows) + "\n").encode()


def _rows(text: str) -> list[str]:
    """The rows of a log; those of CloudWatch's events, each with its time, where it is what `aws logs` prints."""
    given = _cloudwatch(text) if text.lstrip("\ufeff \r\n")[:1] == "{" and '"events"' in text else None
    return text.splitlines() if given is None else given


def _cloudwatch(text: str) -> list[str] | None:
    try:
        found = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return None
    listed = found.get("events") if isinstance(found, dict) else None
    if not isinstance(listed, list) or not all(isinstance(event, dict) and "message" in event for event in listed):
        return None
    rows = []
    for event in listed:
        moment = event.get("timestamp")
        is_known = isinstance(moment, int) and 0 < moment < _LATEST
        stamp = f"{_text(datetime.fromtimestamp(moment / 1000, UTC))} " if is_known else ""
        rows += [stamp + row for row in str(event["message"]).splitlines()]
    return rows


_LATEST = 10**14
"""Milliseconds since the epoch that are still a date."""


def time_of(row: str) -> str:
    """The time in the beginning of a row as RFC 3339, UTC where it names no zone; "" where there is none."""
    epoch = _EPOCH.match(row)
    if epoch:
        return _text(datetime.fromtimestamp(int(epoch[1]), UTC))
    iso = _ISO.search(row[:_LOOKED_AT])
    if iso is None:
        return ""
    zone = (iso[7] or "Z").replace("Z", "+00:00")
    zone = zone if ":" in zone else f"{zone[:3]}:{zone[3:]}"
    year, month, day, hour, minute, second = iso.groups()[:6]
    try:
        moment = datetime.fromisoformat(f"{year}-{month}-{day}T{hour}:{minute}:{second}{zone}").astimezone(UTC)
    except (ValueError, OverflowError):
        return ""
    return _text(moment)


def played(data: bytes, *, ago: float = 20, every: float = 30, span: float = 840) -> Iterator[tuple[float, str]]:
    """The rows of a file as if they were being written now: (seconds ago, row), oldest first. Distances between times
    are kept; rows without any are laid out one event every `every` seconds, within `span` seconds."""
    timed: list[tuple[datetime | None, list[str]]] = []
    for event in events(stamped(data).decode().splitlines()):
        timed.append((_moment(event.stamp), event.text.split("\n")))
    moments = [moment for moment, _ in timed if moment is not None]
    step = min(every, span / max(1, len(timed)))
    for number, (moment, rows) in enumerate(timed):
        if moments:
            since = (max(moments) - (moment or min(moments))).total_seconds()
        else:
            since = (len(timed) - 1 - number) * step
        for row in rows:
            yield ago + max(0.0, since), row


def _moment(stamp: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError:
        return None  # nothing, or digits that only look like a time
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
