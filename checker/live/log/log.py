"""A container's log reduced to what matters: how often the refresh failed and succeeded, and the lines of trouble,
redacted, counted, with the first and last time of each kind.

Lines that differ only in numbers and ids are one. What is kept is what may speak of a failure; the rest of a proxy's
log is its customers' traffic and stays out of the record.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from ...iam.expressions import expression
from ...iam.values import NamedTuple
from ..record.redaction import redact
from .events import LogRow, events
from .fields import tables_named
from .moments import seconds
from .sequences import WINDOW_SECONDS, in_vain, peak, said_again
from .sorting import Kind, is_interesting, sort, times
from .words import NO_SITE, Site

MOST_KINDS: dict[Kind, int] = {"failure": 120, "trouble": 60, "retry": 20, "mention": 20}
"""How many different lines of each kind are kept; one limit a kind, so that none crowds another out."""

_MOST_SHOWN = 2000
_HEAD_SHOWN = 600
_VARYING = expression(r"[0-9a-f]{8}-[0-9a-f-]{27}|[A-Z0-9]{52}|0x[0-9a-f]+|\d+", re.IGNORECASE)
_FRAME = expression(r"\n[ \t]*(?:at |File |\.{3} \d+ more|goroutine )[^\n]*")
_DECISIVE = expression(
    r"is not authorized to perform|Not authorized|AccessDenied|ExpiredToken|InvalidIdentityToken|ResourceNotFound"
    r"|Throttling|ProvisionedThroughput|no such host|timed? ?out|refused|UnknownHost|Exception",
    re.IGNORECASE,
)
_PRINCIPAL = expression(r"arn:(aws[a-z-]*):sts::(\d{12}):assumed-role/([\w+=,.@-]+)/([\w+=,.@-]+)")
_NODE_SESSION = expression(r"i-[0-9a-f]+")


class Run(NamedTuple):
    """How the refreshes went, in their order: how many succeeded, when the last one failed and the last one succeeded,
    how many succeeded since the last that failed and when the first of those did, and whether successes and failures
    took turns.
    """

    refreshes: int = 0
    lastFailure: str = ""  # noqa: N815 - names of the record
    lastRefresh: str = ""  # noqa: N815
    refreshesSince: int = 0  # noqa: N815
    recoveredAt: str = ""  # noqa: N815
    onAndOff: bool = False  # noqa: N815


def after(run: Run, kind: Kind, stamp: str) -> Run:
    """The run with one more event in it."""
    if kind == "failure":
        turns = run.onAndOff or (bool(run.lastFailure) and run.refreshesSince > 0)
        return run._replace(lastFailure=stamp or "?", refreshesSince=0, recoveredAt="", onAndOff=turns)
    if kind == "success":
        begins = bool(run.lastFailure) and not run.refreshesSince
        return run._replace(
            refreshes=run.refreshes + 1,
            lastRefresh=stamp or "?",
            refreshesSince=run.refreshesSince + 1,
            recoveredAt=(stamp or "?") if begins else run.recoveredAt,
        )
    return run


def has_recovered(value: dict[str, Any], now: float) -> bool:
    """Whether a log that was read shows that refreshes failed and succeed again: one succeeded after the last that
    failed; where they take turns, nothing has failed for as long as the alert looks back."""
    if not value.get("recoveredAt"):
        return False
    return not value.get("onAndOff") or now - seconds(value["lastFailure"]) > WINDOW_SECONDS


_ENDED_SECONDS = 420
"""The alert takes 4 failures within 3 minutes, so a proxy that still fails says so more often than this."""


def has_ended(value: dict[str, Any], now: float) -> bool:
    """Whether the failures of a log have ended: it recovered, or has gone on for minutes without one more. The latter
    says nothing about health: silence is no success."""
    failed = seconds(value.get("lastFailure") or max((line["last"] for line in value["lines"]), default=""))
    goes_on = seconds(value["last"]) - failed > WINDOW_SECONDS
    return has_recovered(value, now) or bool(failed and goes_on and now - failed > _ENDED_SECONDS)


def read(data: bytes, limit_bytes: int, limit_lines: int, site: Site = NO_SITE) -> dict[str, Any]:
    """The log (lines with RFC 3339 stamps, as `timestamps=true` gives them) as a value for the record.

    `lines` are the kinds of failures, attempts, trouble and mentions with text, count, first and last time; `failures`
    and `trouble` count events, `peak` is the most failures within 3 minutes; `isCut` says that the log was longer than
    what was read, `leftOut` how many kinds were not kept, `tables` those of the last success that names any; the rest
    is a Run.
    """
    rows = data.decode("utf-8", "replace").splitlines()
    kinds: dict[tuple[Kind, str], dict[str, Any]] = {}
    kept: dict[Kind, int] = {}
    failed: dict[str, dict[str, int]] = {}
    run = Run()
    tables: tuple[str, ...] = ()
    trouble = left_out = 0
    first = last = ""
    sorted_events = [(event, _kind(event, site)) for event in _in_order(events(rows))]
    failing_retries = in_vain(sorted_events)
    waiting = said_again(sorted_events)
    for position, (event, sorted_kind) in enumerate(sorted_events):
        first, last = first or event.stamp, event.stamp or last
        kind: Kind = "failure" if position in failing_retries else sorted_kind
        if kind in ("traffic", "quiet") or (kind == "mention" and position not in waiting):
            continue
        many = times(event.text)
        run = after(run, kind, event.stamp)
        trouble += many if kind == "trouble" else 0
        if kind == "success":
            # What counts is where the last ones came from.
            tables = tuple(name for name in tables_named(event.text) if redact(name) == name)[:_MOST_TABLES] or tables
            continue
        key = (kind, _alike(event.text))
        if kind == "failure":
            alike = failed.setdefault(event.stamp, {})
            alike[key[1]] = alike.get(key[1], 0) + many
        if key in kinds:
            kinds[key]["count"] += many
            kinds[key]["last"] = event.stamp or kinds[key]["last"]
        elif kept.get(kind, 0) < MOST_KINDS[kind]:
            kept[kind] = kept.get(kind, 0) + 1
            stamps = {"first": event.stamp, "last": event.stamp}
            shown = _without_values(event.text) if kind == "mention" else _shown(event.text)
            kinds[key] = {"text": shown, "count": many, **stamps, "kind": kind}
        elif kind != "mention":
            left_out += 1
    # Differently worded lines of one second are one failure: the SDK, the proxy and a handler each log it.
    failures = [(stamp, max(alike.values()) if stamp else sum(alike.values())) for stamp, alike in failed.items()]
    return {
        "lineCount": len(rows),
        "byteCount": len(data),
        "isCut": len(data) >= limit_bytes or len(rows) >= limit_lines,
        "first": first,
        "last": last,
        "failures": sum(many for _, many in failures),
        "peak": peak([seconds(stamp) for stamp, many in failures for _ in range(min(many, 100)) if stamp]),
        "trouble": trouble,
        **run._asdict(),
        "lines": list(kinds.values()),
        "leftOut": left_out,
        **({"tables": sorted(set(tables))} if tables else {}),
    }


_MOST_TABLES = 5


def _in_order(rows: Iterable[LogRow]) -> list[LogRow]:
    """The events by their times: what is exported may begin with the newest (logcli does), and the logs of several pods
    may stand one behind the other. An event without a time stays behind the one before it."""
    given = list(rows)
    stamped = [seconds(event.stamp) for event in given if event.stamp]
    if stamped == sorted(stamped):
        return given
    if stamped[0] > stamped[-1] and stamped == sorted(stamped, reverse=True):
        given.reverse()
    moment, moments = 0.0, []
    for event in given:
        moment = seconds(event.stamp) if event.stamp else moment
        moments.append(moment)
    return [given[position] for position in sorted(range(len(given)), key=moments.__getitem__)]


_VALUE = expression(
    r"(?<![\w.-])(?!\"?(?:msg|message|level|component|logger)\b)([\w.-]{1,60}=|\"[\w.-]{1,60}\"\s?:\s?)(?:\"[^\"]*\"|[^\s\",}]+)"
)
_NO_WORD = expression(r"[^\s\"{}\[\]()=,…]*[\d@/\\?&%][^\s\"{}\[\]()=,…]*")


def _without_values(text: str) -> str:
    """A mention as it is recorded: the words of its message. Values and all that is no plain word may be a customer's,
    and nothing has failed that they would explain."""
    return _shown(_NO_WORD.sub("…", _VALUE.sub(r"\1…", text[:_HEAD_SHOWN])))


def _alike(text: str) -> str:
    """The text without what differs from one event of a kind to the next."""
    return _VARYING.sub("#", text[:_MOST_SHOWN])


def _kind(event: LogRow, site: Site) -> Kind:
    if not (is_interesting(event.text) or site.success or site.failure):
        return "quiet"
    return sort(event.text, site)


def _shown(text: str) -> str:
    """The text for the record: without the frames of stack traces; of a very long one, its head and the part around
    the decisive words."""
    whole = redact(_FRAME.sub("", text).strip())
    if len(whole) <= _MOST_SHOWN:
        return whole
    decisive = _DECISIVE.search(text, _HEAD_SHOWN)
    if decisive is None:
        return whole[:_MOST_SHOWN]
    # Redacted together with the text before it, so that a value is never seen without its name.
    margin = max(0, decisive.start() - 2 * _HEAD_SHOWN)
    around = redact(text[margin : decisive.end() + _MOST_SHOWN])
    offset = around.find(decisive[0])
    tail = around[max(0, offset - 200) : offset + _MOST_SHOWN - _HEAD_SHOWN] if offset >= 0 else ""
    return f"{whole[:_HEAD_SHOWN]} … {tail}"


class Session(NamedTuple):
    """A role session as a log line names it. Its ARN drops the role's path (IAM User Guide, "IAM identifiers")."""

    partition: str
    account: str
    role: str
    name: str

    @property
    def is_of_a_node(self) -> bool:
        """Whether it is named after an instance: then it is the session of the node's role (EC2 User Guide, "IAM roles
        for Amazon EC2")."""
        return _NODE_SESSION.fullmatch(self.name) is not None


def principal(text: str) -> Session | None:
    """The first role session in a text."""
    match = _PRINCIPAL.search(text)
    return Session(*match.groups()) if match else None
