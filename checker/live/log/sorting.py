"""What an event of the log is: a refresh that failed or succeeded, an attempt, traffic, or trouble nobody can place.

The words are data (words.yaml) and a site's own (`live.log.success` and `live.log.failure` in checker.yaml). When
in doubt, an event is trouble: what this does not understand must not pass for silence.
"""

from __future__ import annotations

import re
from typing import Literal

from ...iam.expressions import expression
from .fields import are_ours
from .layouts import parse, without_nothing
from .success_fields import goes_with_success
from .words import NO_SITE, Site, Words, any_of, words

Kind = Literal["failure", "success", "retry", "trouble", "mention", "traffic", "quiet"]
"""A mention speaks of the refresh, calmly, in words that say neither that it succeeded nor that it failed."""


_WORDS = (
    r"denied|not authorized|unauthorized|err(?:or)?s?\b|exception|fail|refused|reset by peer|no such host"
    r"|time[d ]?-?out"
    r"|throttl|expired|invalid|unable|could ?n[o']t|cannot|can't|not found|does not exist|doesn't exist|unreachable"
    r"|no valid providers|panic|deadline|unsupported|too ?many|forbidden|\bstale\b|outdated|abort|\bEOF\b"
    r"|(?-i:\bE[A-Z]{4,}\b)"
    r"|\bunknown\b|unavailable|unhandled|missing|corrupt|rejected|handshake|\bgoroutine \d|OutOfMemory|killed|fatal"
    r"|broken pipe|(?:connection|socket|stream) (?:is |was )?closed|network is down|no route|misbehaving|x509"
    r"|bad certificate"
    r"|cancell?ed|undefined is|nil value|NoneType|impossible|unsuccessful|boom\b"
    r"|crash|class ?path|exhausted|exceeded|giving up|gave up"
    r"|no space left|disk (?:is )?full|read-only file ?system|bulkhead\b.{0,80}\bfull\b|\bnot permit"
    r"|circuit(?!.{0,40}\bclosed\b).{0,40}\bopen\b(?![\"']?\s?[=:]\s?(?:0|false))|\bdegraded\b"
    r"|\blast[ -](?:known[ -])?good\b|\bkeeping (?:the )?(?:previous|old|last)\b|\bno response\b|exited on signal"
    r"|\bnot (?:answering|responding|reachable|available)\b|\bno credentials\b"
    r"|fehler|fehlgeschlagen|verweigert|échec|erreur|refusé|falló|denegad|falha|negad[oa]|errore\b|fallit"
    r"|失败|错误|拒绝|超时|失敗|拒否|エラー|실패|거부|오류|ошибк|отказан|не удал"
    r"|\bnot (?:be(?:en)? )?(?:refreshed|reloaded|updated|loaded|synced|fetched)\b"
)
_HINTS = (
    "denied", "authori", "err", "exception", "fail", "refused", "reset by peer", "time", "no such host", "throttl",
    "expired", "invalid", "unable", "could", "can", "not ", "n't", "unreachable", "no valid", "panic", "deadline",
    "support", "too many", "toomany", "forbidden", "stale", "outdated", "abort", "eof", "unknown", "unavail",
    "unhandled", "missing", "corrupt", "reject", "handshake", "goroutine", "outofmemory", "killed", "fatal",
    "crash", "class path", "classpath", "exhaust", "exceed", "giving up", "warn", "wrn", "crit", "severe",
    "refresh", "sync", "load", "updated", "fetch", "cached", "succe", "complete", "finished", "done", "up-to-date",
    "up to date", "retr", "key", "repeated", "suppressed", "attempt", "dynamo", "ddb", "credential", "amazon",
    "boto", "broken pipe", "closed", "network", "no route", "misbehaving", "x509", "certificate", "undefined",
    "circuit", "degraded", "good", "keeping", "backing off", "alert", "emerg", "signal", "no response", "fehl",
    "verweigert", "deneg", "falha", "negad", "fallit",
    "space left", "disk", "read-only", "bulkhead",
    "nil value", "nonetype", "impossible", "boom", "unsucc", "gave", "problem", "trouble", "lost", "\"level\":4",
    "\"level\":5", "\"level\":6", "\"level\": 4", "\"level\": 5", "\"level\": 6",
)  # fmt: skip
"""An event with none of these words and no code (`_CODES`) is quiet or traffic: this costs far less than `sort`."""
_FOREIGN_HINTS = (
    "échec", "refus", "falló", "失败", "错误", "拒绝", "超时", "失敗", "拒否", "エラー", "실패", "거부", "오류",
    "ошибк", "отказан", "не удал",
)  # fmt: skip
"""Those that stand only in text beyond ASCII."""

_CODES = expression(r"\bE[A-Z]{4,}\b|^[WEF]\d{4} |\b[45]\d\d\b")
_COUNTS = expression(
    r":443\b|(?<=\b[1-3]\d\d )\d+\b|(?<=\d\.)\d{1,3}:\d{2,5}\b|\bport[\"']?[=: ]+\d+"
    r"|\b\w*(?:ms|took|count|items|size|bytes|duration|dur|latency|elapsed|keys|rows|lines)[\"']?\s?[=:]\s?[\"']?\d+"
    r"|\b\d+ ?(?:ns|µs|us|ms|s|sec\w*|items?|keys?|rows?|records?|entries|bytes|[KM]i?B|tenants?|requests?)\b",
    re.IGNORECASE,
)
"""Numbers that are no status codes: ports, counts, sizes and durations."""

_TIMES = expression(r"message repeated (\d{1,6}) times")
_SUPPRESSED = expression(r"\b(?:suppressed|repeated|dropped_logs|times)[\"']?[=:] ?[\"']?(\d{1,6})\b", re.IGNORECASE)
_OWN = expression(r"\bkey\w{0,40}\.(?:lua|go|py|js|ts|rs|java)\b|refresh|\bsync")
_SUBREQUEST = expression(r"subrequest: \"[^\"]{0,200}(?:key|refresh|sync)", re.IGNORECASE)
_TROUBLE_WORDS = expression(_WORDS, re.IGNORECASE)
_REFRESHING = expression(r"refresh|reload|sync|fetch|\bload|poll|reader", re.IGNORECASE)
_REFUSED = expression(
    r"denied|not authorized|forbidden|refused|could ?n[o']t|cannot|unable|exception|timed? ?out|throttl|rejected"
    r"|unreachable|unavailable|circuit(?!.{0,40}\bclosed\b).{0,40}\bopen\b|\bdegraded\b|\blast[ -](?:known[ -])?good\b"
    r"|\bkeeping (?:the )?(?:previous|old|last)\b|\bnot (?:answering|responding|reachable)\b",
    re.IGNORECASE,
)
_TROUBLE = expression(_WORDS + r"|\b[45]\d\d\b", re.IGNORECASE)


_ARN = expression(r"arn:aws[\w-]*:\S+")
_NEEDED_BY_ALL = expression(
    r"credential|assume-?role|(?:web|pod) ?identity|get identity|\bkms\b|token|UnrecognizedClient|\bsts\b",
    re.IGNORECASE,
)
"""What every call to AWS needs: without it, writes fail as reads do."""
_NEEDED = expression(_NEEDED_BY_ALL.pattern + r"|dynamo|\bddb\b|security token", re.IGNORECASE)
"""The same, and the table itself."""
_TOKEN = expression(r"\b\w*token", re.IGNORECASE)
_OF_CUSTOMERS = expression(r"\b(?:api|auth)[ _-]?key\b|\bclient\b|\bcustomer|\buser\b", re.IGNORECASE)


def is_interesting(text: str) -> bool:
    """Whether an event may be more than quiet or traffic. Cheap, and never False where `sort` finds more."""
    lowered = text.lower()
    hinted = any(hint in lowered for hint in _HINTS) or _CODES.search(text) is not None
    return hinted or (not lowered.isascii() and any(hint in lowered for hint in _FOREIGN_HINTS))


def is_about_keys(text: str) -> bool:
    """Whether a text speaks of the refresh of keys or of a call to AWS."""
    return words().aws.search(text) is not None or words().keys.search(text) is not None


def names_keys(text: str) -> bool:
    """Whether a text speaks of keys, or of a refresh, by other words than the names of resources."""
    return words().keys.search(_ARN.sub(" ", text)) is not None


def is_of_another_token(text: str) -> bool:
    """Whether another service of AWS refused a token, which may be a customer's as well as the pod's own."""
    bare = _ARN.sub(" ", text)
    is_ours = words().keys.search(bare) or _NEEDED.search(_TOKEN.sub(" ", bare))
    return words().other_service.search(text) is not None and not is_ours


def sort(text: str, site: Site = NO_SITE) -> Kind:
    """The kind of one event (plain text, see layouts.plain)."""
    if site.failure and any_of(site.failure).search(text):
        return "failure"
    if site.success and any_of(site.success).search(text):
        return "success"
    level, said = parse(text)
    said = _OF_A_CUSTOMER.sub(" ", said)
    known = words()
    others = _about_us(said, known)
    if others is None:
        return "traffic"
    if level not in ("info", "debug") and is_of_another_token(others):
        return "trouble"
    said = known.harmless.sub(" ", others)
    if said != others and level != "error" and not _is_odd(said, known):
        return "quiet"
    is_of_aws = known.aws.search(said) is not None
    has_failed = known.failure.search(said) is not None
    # nginx appends the current request to every line, also to one about a refresh that failed.
    is_own = level == "error" and _OWN.search(said) is not None
    if level in ("warn", "error"):
        is_own = is_own or _SUBREQUEST.search(text) is not None or known.refreshing.search(said) is not None
        is_own = is_own or (known.component.search(said) is not None and not _OF_CUSTOMERS.search(said))
    is_late = known.late.search(said) is not None
    is_own = is_own or (is_late and known.refreshing.search(said) is not None)
    is_of_us = is_of_aws or known.keys.search(said) is not None or known.refreshing.search(said) is not None
    has_failed = has_failed and (is_of_us or known.request.search(text) is None)
    is_own_request = known.own_request.search(text) is not None
    if not is_of_aws and not has_failed and not is_own and known.traffic.search(text):
        return "trouble" if is_own_request else "traffic"
    if is_own_request and not has_failed:
        return "trouble"
    is_of_keys = is_of_aws or is_own or known.keys.search(said) is not None
    bare = _COUNTS.sub(" ", _without_level(said) if level else said)
    is_trouble = has_failed or _TROUBLE.search(bare) is not None
    if is_of_keys and not has_failed and (known.empty.search(without_nothing(text)) or known.empty.search(said)):
        return "trouble"
    if not has_failed and level in ("", "info", "debug") and _is_told(text) and _has_succeeded(said, known):
        # A number is no code here: it may be how many keys there were, or how long it took.
        if _TROUBLE_WORDS.search(said):
            return "failure"
        if known.not_well.search(text):
            return "trouble"
        if known.not_really.search(without_nothing(text)) is not None:
            return "trouble" if is_late else _calm(said, text, known, is_of_keys=True)
        return "success" if goes_with_success(text) else "mention"
    if known.retry.search(said) and not known.given_up.search(said) and level != "error":
        if is_of_keys and level != "debug" and known.refused.search(said):
            return "failure"
        if is_of_keys and (is_trouble or is_late):
            return "retry"
        return "quiet" if level == "debug" else _calm(said, text, known, is_of_keys=is_of_keys)
    if level == "debug":
        # An SDK's search for credentials fails in passing; a refresh of keys that failed is one at any level.
        has_keys = known.keys.search(said) is not None
        tells_why = has_keys and _REFRESHING.search(said) and (_REFUSED.search(said) or known.erring.search(said))
        return "failure" if has_failed and has_keys else "trouble" if tells_why else "quiet"
    if level == "info":
        # Most of what is told for information is no trouble, whatever words it has; that keys were refused is.
        is_of_refresh = is_of_aws or (is_of_keys and _REFRESHING.search(said) is not None)
        is_odd = is_of_refresh and (_REFUSED.search(said) or known.erring.search(said) or known.not_well.search(text))
        if has_failed or is_odd or (is_of_keys and is_late):
            return "failure" if has_failed else "trouble"
        return _calm(said, text, known, is_of_keys=is_of_keys)
    if has_failed or (is_of_keys and (level in ("warn", "error") or is_trouble)):
        return "failure"
    if level == "error" or is_trouble or (is_of_keys and is_late):
        return "trouble"
    return _calm(said, text, known, is_of_keys=is_of_keys)


def _calm(said: str, text: str, known: Words, *, is_of_keys: bool) -> Kind:
    """What a line is that says neither success nor failure. What customers ask for with their keys is no mention: it
    takes the words of a refresh, or the name of what refreshes."""
    is_of_refresh = is_of_keys and _REFRESHING.search(said) is not None
    if known.other_service.search(said) or not (is_of_refresh or known.component.search(said)):
        return "quiet"
    return "quiet" if known.traffic.search(text) and not is_of_refresh else "mention"


def _about_us(said: str, known: Words) -> str | None:
    """What a line says without the refreshes of other things; None where it is about other services, about writes, or
    about such a refresh alone."""
    bare = _ARN.sub(" ", said)
    is_of_keys = known.keys.search(bare) is not None
    if known.other_service.search(said) and not (is_of_keys or _NEEDED.search(bare)):
        return None
    if known.writes.search(said) and not (is_of_keys or _NEEDED_BY_ALL.search(bare)):
        return None
    others = known.other_refresh.sub(" ", said)
    is_ours = any(words.search(others) for words in (known.aws, known.refreshing, known.keys))
    return others if others == said or is_ours else None


def _is_odd(said: str, known: Words) -> bool:
    """Whether what is left of a line beside harmless words is trouble, or about the refresh itself."""
    is_told = known.refreshing.search(said) is not None or known.late.search(said) is not None
    return is_told or _TROUBLE_WORDS.search(_without_level(said)) is not None


def times(text: str) -> int:
    """How many events a line stands for: `message repeated 4 times`, `suppressed=7` (which come on top of it)."""
    repeated = _TIMES.search(text)
    if repeated:
        return int(repeated[1])
    suppressed = _SUPPRESSED.search(text)
    return 1 + int(suppressed[1]) if suppressed else 1


_LEVEL_WORD = expression(
    r"\b(?:level|lvl|severity)[\"']?\s*[=:]\s*[\"']?\w+|^[^a-z]{0,60}\b(?:ERROR|WARN(?:ING)?)\b|\[(?:error|warn)\]",
    re.IGNORECASE,
)


def _without_level(said: str) -> str:
    """The level says how bad a line is meant, not what it is about."""
    return _LEVEL_WORD.sub(" ", said)


_OF_A_CUSTOMER = expression(
    r"\b(?:(?:x-)?api[_-]?key(?:[_-]?(?:id|prefix|hash))?|key_?id)[\"']?\s?[=:]\s?[\"']?"
    r"(?!\d+\b)(?=[\w*.\u2026-]{0,79}[\d*])[\w*.\u2026-]{2,80}"
    r"|\broute[\"']?\s?[=:]\s?[\"']?/\S{1,200}",
    re.IGNORECASE,
)
"""A field that holds one key (words alone are none), or the way of a request: it speaks of a customer."""
_MESSAGE = expression(r"\b(?:msg|message|event)[\"']?\s?[=:]\s?[\"']((?:[^\"\\]|\\.){0,400})")
_OF_THE_REFRESH = expression(r"key|refresh|reload|sync", re.IGNORECASE)


def _is_told(text: str) -> bool:
    """Whether the message of a line, where it has one, speaks of keys or a refresh: other fields may hold anything."""
    told = _MESSAGE.findall(text)
    return not told or any(_OF_THE_REFRESH.search(item) for item in told)


_BEFORE_KEYS = expression(
    r"(?<![=\w./-])(?:(?:index|tenant|account|cell)[ :=-]\S{1,80}|([a-z][\w'-]*))[ _-]$", re.IGNORECASE
)
"""What stands before "keys", which says whose they are."""


def _has_succeeded(said: str, known: Words) -> bool:
    said = _EVENT.sub(lambda name: _PARTS.sub(" ", name[0]), said)
    success = known.success.search(said)
    if success is None:
        return False
    at = said.lower().find("key", success.start())
    named = _BEFORE_KEYS.search(said, max(0, at - 60), at) if at >= 0 else None
    if named is not None and named[1] is not None and not are_ours(named[1]):
        return False
    before = said[max(0, success.start() - 60) : success.end()]
    return known.not_yet.search(before) is None and not re.match(r".{0,20}\bago\b", said[success.end() :])


_EVENT = expression(r"(?<![\w./-])(?:(?:[a-z]+[_.])+[a-z]+|[A-Z][a-z]+(?:[A-Z][a-z]+)+)(?![\w=./-]|[\"']?\s?[=:])")
"""The name of an event (auth_keys_refreshed, keys.refreshed, AuthKeysRefreshed), which is a sentence in one word."""
_PARTS = expression(r"[_.]|(?<=[a-z])(?=[A-Z])")
