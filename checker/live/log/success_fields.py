"""The fields beside a success: whether all of them go with one.

`keys refreshed source=redis`, `fromCache: true`, `valid=0 total=14`: the words say that a refresh succeeded, and a
field says that nothing came from the table. Nobody knows all the fields that proxies log, so what counts is what goes
with a success (fields.yaml): what says where keys came from must name the table or the network, what counts must not be
0, what is true must be good news. A line with anything else is no proof that the table was read.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ...iam.expressions import expression
from .fields import Field, Names, fields, names
from .moments import seconds


def goes_with_success(text: str) -> bool:
    """Whether every field of a line that tells of a success goes with one."""
    known, given = names(), tuple(fields(text))
    is_fine = all(is_fine(item, known) for item in given for is_fine in _QUESTIONS)
    return is_fine and _is_of_now(given, text) and not _falls_short(given, known)


_YES, _NO = ("true", "yes", "on", "y", "t"), ("false", "no", "off", "n", "f", "never")
_FROM_AFAR = expression(
    r"dynamo|ddb|\baws\b|amazonaws|table|remote|upstream|origin|network|database|\bdb\b|\bapi\b|live|proxy|refresh|sync"
    r"|keys?\b|load|poll|std(?:out|err)|timer|tick|sched|cron|\bmain\b|server|worker|app\b|leader|strong|arn:|irsa"
    r"|(?:web|pod).?identity|credential|[a-z]{2}(?:-[a-z]+)+-\d\b"
)
_FROM_NEAR = expression(
    r"cache|memory|\bmem\b|disk|redis|valkey|\blkg\b|last|peer|neighbou?r|sibling|replica\b|grace|stale|backup|snapshot"
    r"|\bs3\b|bucket|\bfile\b|local|fallback|static|bootstrap|default|\benv|secret|embedded|mock|fake|fixture|previous"
    r"|\bold\b|\bmiss\b|^l[12]$|config(?!\w* table)|sqlite|postgres|mysql|mongo|vault|etcd|consul|export|127\.0\.0\.1"
    r"|\.(?:json|ya?ml|db|txt|csv|bin)\b|^/"
)
_POSITION = expression(r"[\w./@-]+\.(?:go|py|rs|java|kt|js|ts|lua|cc?|cpp|cs|rb|exs?)(?::\d+)?")
_OF_CODE = frozenset({"function", "func", "line", "caller", "lineno", "module", "class", "method"})


def _comes_from_afar(item: Field, known: Names) -> bool:
    """What says where keys came from must name the table, or what is reached over the network."""
    is_flag = item.value in (*_YES, *_NO) or not re.search("[a-z]", item.value)
    if is_flag or item.words & _OF_CODE or not item.words & known.origin:
        return True
    if _POSITION.fullmatch(item.value):
        return True  # where in the program the line comes from
    return _FROM_NEAR.search(item.value) is None and _FROM_AFAR.search(item.value) is not None


def _is_good_news(item: Field, known: Names) -> bool:
    """What is true must be good, and what is good must be true."""
    if item.value in _YES:
        is_bad = bool(item.words & known.bad) and not item.words & known.written
        return not is_bad and bool(item.words & known.good)
    if item.value == "1" and item.words & known.bad and not item.words & known.written:
        return bool(item.words & known.counted) and not item.words & known.origin
    if item.value in _NO and (item.words | item.around) & known.afar and not item.words & known.weightless:
        return False
    return item.value not in _NO or not item.words & known.good or bool(item.words & (known.bad | known.weightless))


_ZERO = expression(r"0+(?:\.0+)?")


def _is_no_zero(item: Field, known: Names) -> bool:
    """What counts must have counted something, unless it counts what may well be none."""
    words = item.words | item.around
    return _ZERO.fullmatch(item.value) is None or not item.words or bool(words & (known.bad | known.may_be_zero))


_EMPTY = ("", "map[]", "[]", "{}", "()", "null", "nil", "none", "<nil>")


def _holds_something(item: Field, known: Names) -> bool:
    is_of_keys = bool(item.words & known.held) and not item.words & (known.bad | known.may_be_zero)
    return item.value not in _EMPTY or not is_of_keys


_COUNT = expression(r"[1-9]\d*")


def _left_nothing(item: Field, known: Names) -> bool:
    """What counts things that were not done, or that failed, must be 0."""
    is_of_before = bool(item.words & (_OF_BEFORE | _CLEANED))
    return _COUNT.fullmatch(item.value) is None or is_of_before or not item.words & known.not_done


_OF_BEFORE = frozenset({"prev", "previous", "before", "total", "cumulative", "lifetime"})
_CLEANED = frozenset({"removed", "evicted", "purged", "deleted", "expired"})
_ERROR = frozenset({"error", "errors", "err", "exception"})


def _says_no_error(item: Field, known: Names) -> bool:
    is_nothing = item.value in (*_EMPTY, *_NO) or _ZERO.fullmatch(item.value) is not None
    return is_nothing or not (item.words | item.around) & _ERROR or bool(item.words & {"rate", "budget"})


_DURATION = expression(
    r"(?<![\d.])(\d{1,12}(?:\.\d{1,12})?)\s?(ns|us|µs|ms|s|sec\w*|m|min\w*|h|hours?|d|days?|w|weeks?)(?![a-z])"
)
_UNITS = ("ms", "s", "sec", "secs", "seconds", "min", "minutes", "hours", "days")
_SECONDS = {
    "n": 1e-9, "u": 1e-6, "µ": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0, "w": 604_800.0,
}  # fmt: skip
_MOST_SECONDS = 600
_OF_OTHERS = frozenset({"max", "oldest", "newest", "limit", "key"})
"""A limit, or the age of one key."""


def _is_young(item: Field, known: Names) -> bool:
    """What says how old the keys are must say minutes at most."""
    if not item.words & known.old or item.words & _OF_OTHERS:
        return True
    unit = next((name for name in _UNITS if name in item.words), "s")
    given = _DURATION.findall(item.value) or _DURATION.findall(f"{item.value} {unit}")
    return sum(float(count) * _SECONDS["ms" if of == "ms" else of[0]] for count, of in given) <= _MOST_SECONDS


_DATE = expression(r"\d{4}-\d\d-\d\d[t ]\d\d:\d\d\S*|1[6-9]\d{8}(?:\d{3})?")
_OF_THE_LINE = frozenset({"ts", "timestamp", "logged", "emitted", "time"})


_SINCE = frozenset({"at", "last", "since", "from", "of", "snapshot", "watermark"})
_TO_COME = frozenset({"next", "until"})
_FIRST_DATE = expression(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d[^\s\"',]*")


def _is_of_now(given: tuple[Field, ...], text: str) -> bool:
    """What says since when the keys are as they are (refreshed_at, last_refresh) is no news, for it may say days ago:
    only where it is the time of the line itself, as far as that has one."""
    dated = [item for item in given if _DATE.fullmatch(item.value)]
    not_since = _TO_COME | (_OF_THE_LINE - {"time"})
    since = [item for item in dated if item.words & _SINCE and not item.words & not_since]
    if not since:
        return True
    own = [item.value for item in dated if item.words & _OF_THE_LINE and not item.words & (_SINCE | _TO_COME)]
    own += [date[0] for date in [_FIRST_DATE.match(text)] if date]
    times = [_moment(value) for value in own]
    return bool(times) and all(abs(_moment(item.value) - max(times)) <= _MOST_SECONDS for item in since)


def _moment(date: str) -> float:
    """A date as seconds since the epoch; 0 for one that is none."""
    if date.isdigit():
        return int(date) / (1_000 if len(date) > 10 else 1)
    return seconds(date.upper().replace(",", "."))


_NO_MODE = expression(
    r"offline|degraded|fallback|^cached?$|read.?only|\bdry|static|maintenance|emergency|safe\b|stale|bootstrap|local|limp"
    r"|grace|mock|lkg|last|disconnect"
)
_TOKEN = expression(r"[a-z]+|\d+")
_UNCHANGED = expression(r"not[ _-]?(?:modified|changed)|un(?:changed|modified)|up[ _-]?to[ _-]?date")


def _is_in_a_good_state(item: Field, known: Names) -> bool:
    """What says how it ended, or how things are, must say so in good words."""
    if item.words & _OF_BEFORE or item.value in (*_YES, *_NO, *_EMPTY):
        return True
    if item.words & known.mode:
        return _NO_MODE.search(item.value) is None
    if item.words & {"rc", "exit"}:
        return _COUNT.fullmatch(item.value) is None
    if not item.words & known.state:
        return True
    tokens = _TOKEN.findall(_UNCHANGED.sub(" ok ", item.value))
    return all(re.fullmatch(r"0|[23]\d\d", token) or token in known.fine for token in tokens)


_UNREAD = frozenset({"unreached", "skip", "none", "bypassed", "unread", "miss"})


def _is_not_down(item: Field, known: Names) -> bool:
    """Whatever it is, it must not be down."""
    is_open = item.value in ("open", "half-open", "half_open") and item.words & {"circuit", "breaker", "cb"}
    is_unread = bool(item.words & known.afar) and item.value in _UNREAD
    return bool(item.words & _OF_BEFORE) or (item.value not in known.down and not is_open and not is_unread)


def _is_no_hit(item: Field, known: Names) -> bool:
    return item.words != {"cache"} or re.match("hit|stale|local", item.value) is None


_QUESTIONS: tuple[Callable[[Field, Names], bool], ...] = (
    _comes_from_afar,
    _is_good_news,
    _is_no_zero,
    _holds_something,
    _left_nothing,
    _says_no_error,
    _is_young,
    _is_in_a_good_state,
    _is_not_down,
    _is_no_hit,
)


_NOT_VALID = frozenset({"expired", "disabled", "revoked", "inactive"})
"""Keys that are there, and let nobody in."""


def _falls_short(given: tuple[Field, ...], known: Names) -> bool:
    """Whether a line counts fewer than it says were expected, or there are."""
    counts = [(item.words, int(item.value)) for item in given if re.fullmatch(r"\d{1,9}", item.value)]
    have = [count for words, count in counts if words & known.have and not words & known.wanted]
    wanted = [count for words, count in counts if words & known.wanted]
    good = [count for words, count in counts if words & known.valid]
    total = [count for words, count in counts if "total" in words and not words & (known.valid | _CLEANED)]
    good = [max(good) + sum(count for words, count in counts if words & _NOT_VALID)] if good else []
    return (bool(have and wanted) and max(have) < max(wanted)) or (bool(good and total) and max(good) < max(total))
