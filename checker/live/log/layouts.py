"""A log line read by its format: its level, and its text without what only looks like trouble.

It reads logfmt, JSON (zap, zerolog, pino, Serilog, tracing, log4j's layout), klog, log4j, Python's logging, nginx and
plain text, with or without colours and with the prefix of the container runtime.
"""

from __future__ import annotations

import json
import re
from typing import Any, Literal

from ...iam.expressions import expression
from ...iam.values import NamedTuple

Level = Literal["debug", "info", "warn", "error", ""]

MAX_LINE = 65_536
"""Characters of an event that are looked at."""

_INVISIBLE = expression("\x1b\\[[0-9;]*[A-Za-z]|[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_RUNTIME = expression(r"\d{4}-\d\d-\d\dT\S+ (?:stdout|stderr) [FP] ")
_ESCAPED = expression(r"\\u00([2-7][0-9a-fA-F])")
_LEVELS: dict[str, Level] = {
    "trace": "debug", "debug": "debug", "dbg": "debug", "verbose": "debug", "d": "debug", "info": "info",
    "information": "info", "inf": "info", "notice": "info", "i": "info", "warn": "warn", "warning": "warn",
    "wrn": "warn", "w": "warn", "error": "error", "err": "error", "fatal": "error", "critical": "error",
    "crit": "error", "panic": "error", "alert": "error", "emerg": "error", "severe": "error", "e": "error",
    "f": "error", "ftl": "error", "dpanic": "error", "trce": "debug", "dbug": "debug", "fail": "error",
}  # fmt: skip
_FIELD = expression(
    r"(?<![\w.])(?:level|lvl|severity|loglevel|log\.level)[\"']?\s*[=:]\s*[\"']?([A-Za-z]+)", re.IGNORECASE
)
_KLOG = expression(r"([IWEF])\d{4} \d\d:\d\d:\d\d")
# java.util.logging: time, class and method in a row of their own, then the level and the message.
_JUL = expression(r"[A-Z][a-z]{2} \d{1,2}, \d{4},? \d{1,2}:\d\d:\d\d [AP]M \S{1,200} \S{1,100}(?:\n|$)")
# .NET's console logger: `fail: Some.Category[0]`, the message in the next row.
_DOTNET = expression(r"(trce|dbug|info|warn|fail|crit): [\w.]{1,200}\[\d+\]")
_WORD = expression(
    r"(?:^|[\s\[(|<])(TRACE|DEBUG|DBG|INFO|INF|NOTICE|WARN|WARNING|WRN|ERROR|ERR|FATAL|FTL|CRITICAL|CRIT|SEVERE)(?=[\s\])|>:,]|$)"
    r"|\[(trace|debug|info|notice|warn|warning|error|crit|alert|emerg|fatal)\]"
)
_JSON_LEVELS = (
    "severitytext", "severity_text", "level", "lvl", "severity", "@l", "levelname", "log.level", "loglevel",
    "log_level", "severitynumber", "severity_number",
)  # fmt: skip
_NUMBERS: tuple[tuple[int, Level], ...] = ((50, "error"), (40, "warn"), (30, "info"), (10, "debug"))
"""pino, bunyan and Python's logging count so. Below ten a number is syslog's (3 is an error), zap's (2) or .NET's (4):
which, a line does not say."""
_OTEL_NUMBERS: tuple[tuple[int, Level], ...] = ((17, "error"), (13, "warn"), (9, "info"), (1, "debug"))
"""OpenTelemetry, "Logs Data Model", SeverityNumber."""
_NOTHING = expression(
    r"(?:err(?:or)?s?|fail(?:ed|ures?)?|timeouts?|time_out|retries|retried|denied|exceptions?|throttl\w+|invalid|expired"
    r"|rejected|refused|dropped|panics?|degraded|circuit_?open|stale|partial|missing|unreachable|unavailable|skipped"
    r"|ignored|lost|not_?found|unauthori[sz]ed|aborted|cancell?ed|warnings?|corrupt(?:ed)?)(?:_?(?:count|total|num|rate|keys|items))?[\"']?\s*[=:]\s*[\"']?"
    r"(?:0(?:\.0+)?%?|null|nil|none|false|no|<nil>|\{\}|\[\]|[\"']{1,2})(?=[\"',;)}\]]|\s*$|\s+[\w.-]{1,40}[\"']?[=:])"
    r"|(?:time_?-?out|deadline|expir\w*|ttl|interval)(?:_?(?:ms|s|sec|seconds))?[\"']?\s*[=:]\s*[\"']?\d[\d.]*\s*(?:ns|us|µs|ms|s|m|h|sec\w*|min\w*)?\b"
    r"|\b(?:0|no|zero|without(?: any)?) (?:err(?:or)?s?|failures?|failed(?: \w+)?|timeouts?|exceptions?|problems?)\b"
    r"(?![\"']?\s?[=:])"
    r"|\b(?:0|zero) (?:expired|stale|missing|outdated|invalid|denied|rejected|refused|dropped|skipped|ignored|lost"
    r"|unreachable|throttled|aborted|cancell?ed|corrupt(?:ed)?)(?: (?:auth |api )?keys?)?\b(?![\"']?\s?[=:])"
    r"|\b(?:prev(?:ious)?|old|from)_?(?:state|status)[\"']?\s?[=:]\s?[\"']?\w+"
    r"|\berror (?:budget|rate|page|handler|log)\b|[\"']?errors?[\"']?\s*[:=]\s*\{\s*[\"']?count[\"']?\s*[:=]\s*0\s*\}"
    r"|\bafter \d+ (?:failed |unsuccessful )?(?:attempts?|retries|failures|errors|tries)\b"
    r"(?=.{0,200}\b(?:succe|ok|recover)|[\"']|\s*$)"
    r"|\b(?:total|previous|prev|cumulative|lifetime)_?(?:failures?|errors?|failed|retries)[\"']?\s?[=:]\s?\d+"
    r"|\b(?:failures?|errors?)_?total[\"']?\s?[=:]\s?\d+",
    re.IGNORECASE,
)
_REQUEST = expression(
    r"\b(?:GET|POST|PUT|DELETE|PATCH|HEAD|OPTIONS) (https?://[^\s/\"]+)?/\S*?(?=[\"\s]|$)"
    r"|\b(?:path|uri|query|q|referr?er|user_?-?agent|request_uri|search)[\"']?\s*[=:]\s*(?:\\?\"[^\"]*\"|'[^']*'|\S+)",
    re.IGNORECASE,
)
_OF_CALLERS = expression(
    r"(\"(?:GET|POST|PUT|DELETE|PATCH|HEAD|OPTIONS|-) ?[^\"]*\" [1-5]\d\d \S+) \"[^\"]*\" \"[^\"]*\""
    r"|(?<![\w.-])[\w.-]{1,253}\.compute(?:-1)?\.amazonaws\.com"
)
"""Referrer and user agent in the combined log format, and names of instances: they are the caller's."""
_UPSTREAM = expression(r"(\bupstream: \"https?://[^/\"]+)/[^\"]*")
_DROPPED = (
    "requestpath",
    "path",
    "uri",
    "query",
    "q",
    "referer",
    "referrer",
    "user_agent",
    "useragent",
    "request_uri",
    "search",
)


class Said(NamedTuple):
    """The level ("" where the line has none), what the line says, and whether it is one record of a structured log."""

    level: Level
    text: str


WRAPPED = '{"log":"'
"""How a row of Docker's json-file log begins."""


def plain(row: str) -> str:
    """A row without colours, invisible characters, what the runtime puts around it, and needless escapes."""
    if row.startswith(WRAPPED):
        row = _unwrapped(row)
    text = _INVISIBLE.sub("", row) if not row.isascii() or "\x1b" in row else row
    prefix = _RUNTIME.match(text)
    text = text[prefix.end() :] if prefix else text
    return _ESCAPED.sub(lambda code: chr(int(code[1], 16)), text) if "\\u00" in text else text


def _unwrapped(row: str) -> str:
    """The row in one of Docker's records."""
    try:
        record = json.loads(row)
    except (ValueError, RecursionError):
        return row
    keys = record.keys() if isinstance(record, dict) else set()
    is_wrapped = {"log", "stream", "time"} <= keys <= {"log", "stream", "time", "attrs"}
    line = record["log"] if is_wrapped else None
    return line.rstrip("\n") if isinstance(line, str) else row


def parse(text: str) -> Said:
    """What a plain row, or an event of several, says."""
    text = text[:MAX_LINE]
    try:
        record = _record(text)
        if record is not None:
            return Said(_level_of(record), _without_noise("; ".join(_flat(record))))
    except RecursionError:
        pass  # nested deeper than anything a logger writes: it is read as plain text
    head = _DOTNET.match(text) or _JUL.match(text)
    return Said(_level(text), _without_noise(text[head.end() :] if head else text))


def without_nothing(text: str) -> str:
    """The text without fields that say that nothing happened."""
    return _NOTHING.sub(" ", text[:MAX_LINE])


def _without_noise(text: str) -> str:
    # The host of a request that the proxy makes itself stays: it may be AWS.
    text = _UPSTREAM.sub(r"\1", _OF_CALLERS.sub(r"\1", text))
    return _NOTHING.sub(" ", _REQUEST.sub(lambda found: f" {found[1] or ''} ", text))


def _record(text: str) -> dict[str, Any] | None:
    start = text.find("{")
    if start < 0 or (start > 0 and text[:start].strip()) or not text.rstrip().endswith("}"):
        return None
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def _level_of(record: dict[str, Any]) -> Level:
    named = {str(key).lower(): item for key, item in record.items()}
    for name in _JSON_LEVELS:
        value = named.get(name)
        if isinstance(value, str):
            return _LEVELS.get(value.lower(), "")
        if isinstance(value, int | float) and not isinstance(value, bool):
            numbers = _OTEL_NUMBERS if name.startswith("severity") and name.endswith("number") else _NUMBERS
            return next((level for least, level in numbers if value >= least), "")
    nested = record.get("log")
    return _level_of(nested) if isinstance(nested, dict) and "level" in nested else ""


def _flat(value: Any, name: str = "") -> list[str]:
    """`name: value` for every scalar that says something; messages come without their names."""
    if isinstance(value, dict):
        kept = ((str(key), item) for key, item in value.items() if str(key).lower() not in (*_DROPPED, *_JSON_LEVELS))
        return [part for key, item in kept for part in _flat(item, key)]
    if isinstance(value, list):
        return [part for item in value for part in _flat(item, name)]
    if value is None or value is False or value in ("", 0):
        return []
    if name.lower() == "@mt":
        return [_PROPERTY.sub(r"\1", str(value))]
    return [str(value) if name.lower() in ("msg", "message", "@m") else f"{name}={value}"]


_PROPERTY = expression(r"\{[@$]?(\w++)[^{}]*\}")
"""A property in a message template of Serilog (messagetemplates.org)."""


def _level(text: str) -> Level:
    head = text[:400]
    klog = _KLOG.match(head)
    if klog:
        return _LEVELS[klog[1].lower()]
    dotnet = _DOTNET.match(head)
    if dotnet:
        return _LEVELS[dotnet[1]]
    field = _FIELD.search(head)
    if field and field[1].lower() in _LEVELS:
        return _LEVELS[field[1].lower()]
    word = _WORD.search(head[:160])
    return _LEVELS[(word[1] or word[2]).lower()] if word else ""
