"""Groups the rows of a log into events: a stack trace, its cause and text split over several rows are one event."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ...iam.expressions import expression
from ...iam.values import NamedTuple
from .layouts import MAX_LINE, WRAPPED, plain

_STAMP = expression(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d) ?")
_GOES_ON = expression(
    r"[ \t]+\S|[}\])]|\.{3} \d+ |(?:Caused by|Suppressed|caused by|During handling|The above exception)\b"
    r"|-+> |at \S+\(|goroutine \d|\^+$"
)
_HEAD = expression(
    r"[\[{<]|(?:level|time|ts|severity|lvl)[=:]|\d{2,4}[-/:]\d\d|[IWEF]\d{4} |\d{10}"
    r"|(?:TRACE|DEBUG|DBG|INFO|INF|NOTICE|WARN|WARNING|WRN|ERROR|ERR|FATAL|CRITICAL|SEVERE|message repeated)\b"
    r"|(?:trce|dbug|fail|crit): [\w.]{1,200}\[\d|[A-Z][a-z]{2} \d{1,2}, \d{4} \d",
    re.IGNORECASE,
)
_BAD = expression(r"err|warn|fail|exception|fatal|panic|crit|severe|timeout|denied|^[WEF]\d{4} ", re.IGNORECASE)
_LEVEL_HEAD = expression(r"\s*\[?(?:trace|debug|info|notice|warn|error|fatal|crit)", re.IGNORECASE)
_RECORD = expression(
    r"\s+(?:(?:level|lvl|time|ts)=|\d{4}[-/]\d\d[-/]\d\d[T ]\d|\{\"(?:level|time|ts|msg|@t)\"|[IWEF]\d{4} \d)"
)
_JUL_HEAD = expression(r"[A-Z][a-z]{2} \d{1,2}, \d{4},? \d{1,2}:\d\d:\d\d [AP]M \S{1,200} \S{1,100}")
_JUL_LEVEL = expression(r"(?:SEVERE|WARNING|INFO|CONFIG|FINE|FINER|FINEST): ")
_CLASS = expression(r"[\w.$:']{1,200}(?:Exception|Error|Failure|Fault)\b")
_TRACEBACK = "Traceback (most recent call last)"


class LogRow(NamedTuple):
    """An event: when (RFC 3339, whole seconds; "" where the log has no stamps), and its text."""

    stamp: str
    text: str


def events(rows: Iterable[str]) -> Iterator[LogRow]:
    """The events of a log whose rows may begin with RFC 3339 stamps, as `timestamps=true` gives them."""
    parts: list[str] = []
    begun, size, is_in_traceback = "", 0, False
    for row in rows:
        prefix = _STAMP.match(row)
        stamp = f"{prefix[1]}{prefix[3]}" if prefix else ""
        body = row[prefix.end() :] if prefix else row
        if (
            not body.isascii()
            or "\x1b" in body
            or "\\u00" in body
            or " F " in body[:60]
            or " P " in body[:60]
            or body.startswith(WRAPPED)
        ):
            body = plain(body)
        if parts:
            ends_traceback = is_in_traceback and _GOES_ON.match(body) is None
            if ends_traceback or _belongs(parts, begun, stamp, body):
                is_in_traceback = (is_in_traceback and not ends_traceback) or body.startswith(_TRACEBACK)
                if size < MAX_LINE:
                    parts.append(body)
                    size += len(body)
                continue
            yield LogRow(begun, "\n".join(parts))
        parts, begun, size = [body], stamp, len(body)
        is_in_traceback = _TRACEBACK in body
    if parts:
        yield LogRow(begun, "\n".join(parts))


def _belongs(parts: list[str], begun: str, stamp: str, body: str) -> bool:
    """Whether a row goes on with the event before it."""
    if not body.strip():
        return False
    if _GOES_ON.match(body):
        # A structured record is an event of its own: one that begins with a brace or a level, or an indented one.
        is_record = body[0] == "{" or _LEVEL_HEAD.match(body) is not None
        return not (is_record if body[0] not in " \t" else _RECORD.match(body))
    if len(parts) == 1 and _JUL_HEAD.fullmatch(parts[0]):
        return _JUL_LEVEL.match(body) is not None
    if stamp != begun:
        return False
    if body.startswith(_TRACEBACK):
        return True
    # A row without a head, right after a row with one, continues that row's text.
    if _HEAD.match(body):
        return _is_detail(body, parts)
    if not _BAD.search(parts[0]) or parts[0].rstrip().endswith("}"):
        # After a line without trouble, or a complete record, a row is an event of its own.
        return False
    return _HEAD.match(parts[0]) is not None or (_CLASS.match(body) is not None and _CLASS.match(parts[0]) is None)


def _is_detail(body: str, parts: list[str]) -> bool:
    """The body of an answer, `{u'Message': …}`, after the line that announces it."""
    return body[0] == "{" and not body.startswith('{"') and _HEAD.match(parts[0]) is not None
