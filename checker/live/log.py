"""A container's log reduced to its lines of trouble: redacted, counted, with the first and last time of each kind.

Lines that differ only in numbers and ids are one. What is kept is what may speak of a failure; the rest of a proxy's
log is its customers' traffic and stays out of the record.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, NamedTuple

from .redaction import redact

WINDOW_SECONDS = 180
"""The alert counts failures within 3 minutes."""

MAX_KINDS = 200
_MAX_LINE = 2000
_STAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d) ?")
_TROUBLE = re.compile(
    r"denied|not authorized|unauthorized|error|exception|fail|refused|reset by peer|time[d ]?-?out|no such host|throttl"
    r"|expired|invalid|unable|could not|couldn't|cannot|not found|does not exist|unreachable|no valid providers|panic"
    r"|deadline|unsupported|too ?many|forbidden|\b[45]\d\d\b",
    re.IGNORECASE,
)
_ANSWERED = re.compile(r"\b(?:GET|POST|PUT|DELETE|PATCH|HEAD|OPTIONS) /\S*", re.IGNORECASE)
_VARYING = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[A-Z0-9]{52}|0x[0-9a-f]+|\d+", re.IGNORECASE)
_PRINCIPAL = re.compile(r"arn:(aws[a-z-]*):sts::(\d{12}):assumed-role/([\w+=,.@-]+)/([\w+=,.@-]+)")
_NODE_SESSION = re.compile(r"i-[0-9a-f]+")
_TOLD = re.compile(
    r"refresh|dynamodb|\bsts\b|credential|assumerole|accessdenied|\bkms\b|(?:auth|api).?keys\b|amazonaws\.com|\.api\.aws"
    r"|security token included|signature (?:expired|not)|imds",
    re.IGNORECASE,
)


def read(data: bytes, limit_bytes: int, limit_lines: int) -> dict[str, Any]:
    """The log (lines with RFC 3339 stamps, as `timestamps=true` gives them) as a value for the record.

    `lines` are the kinds of trouble with text, count, first and last time; `peak` is the most failures of the refresh
    within 3 minutes, `isCut` says that the log was longer than what was read.
    """
    rows = data.decode("utf-8", "replace").splitlines()
    kinds: dict[str, dict[str, Any]] = {}
    failures: list[float] = []
    first = last = ""
    left_out = 0
    for row in rows:
        found = _STAMP.match(row)
        stamp = f"{found[1]}{found[3]}" if found else ""
        body = row[found.end() :] if found else row
        if stamp:
            first, last = first or stamp, stamp
        if not is_trouble(body):
            continue
        if stamp and is_told_of_keys(body):
            failures.append(seconds(stamp))
        key = _VARYING.sub("#", body[:_MAX_LINE])
        if key in kinds:
            kinds[key]["count"] += 1
            kinds[key]["last"] = stamp or kinds[key]["last"]
        elif len(kinds) < MAX_KINDS:
            shown = redact(body[:_MAX_LINE].strip())
            kinds[key] = {"text": shown, "count": 1, "first": stamp, "last": stamp}
        else:
            left_out += 1
    return {
        "lineCount": len(rows),
        "byteCount": len(data),
        "isCut": len(data) >= limit_bytes or len(rows) >= limit_lines,
        "first": first,
        "last": last,
        "failures": len(failures),
        "peak": _peak(failures),
        "lines": list(kinds.values()),
        "leftOut": left_out,
    }


def is_trouble(line: str) -> bool:
    """Whether a line may speak of a failure. Access logs of the proxy's own traffic do not."""
    return _TROUBLE.search(line) is not None and (_ANSWERED.search(line) is None or is_told_of_keys(line))


def is_told_of_keys(line: str) -> bool:
    """Whether a line is about the refresh of keys or a call to AWS, and not about the proxy's own traffic."""
    return _TOLD.search(line) is not None


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
    found = _PRINCIPAL.search(text)
    return Session(*found.groups()) if found else None


def seconds(stamp: str) -> float:
    """An RFC 3339 time as seconds since the epoch; 0 for anything else."""
    try:
        moment = datetime.fromisoformat(stamp.replace("Z", "+00:00"))
    except ValueError:
        return 0.0
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _peak(times: list[float]) -> int:
    ordered = sorted(times)
    start = best = 0
    for end, moment in enumerate(ordered):
        while moment - ordered[start] > WINDOW_SECONDS:
            start += 1
        best = max(best, end - start + 1)
    return best
