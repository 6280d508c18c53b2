"""Values of options that are more than a word."""

from __future__ import annotations

from ...errors import UsageError
from ...iam.expressions import expression

_DURATION = expression(r"(\d{1,7})([smh]?)")
_LONGEST = 7 * 24 * 3600
_NAME = expression(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9])?")


def duration(given: str, option: str) -> int:
    """Seconds from `90`, `90s`, `15m` or `2h`. Raises UsageError."""
    match = _DURATION.fullmatch(given)
    seconds = int(match[1]) * {"": 1, "s": 1, "m": 60, "h": 3600}[match[2]] if match else 0
    if not 0 < seconds <= _LONGEST:
        raise UsageError(f"{option} {given[:20]}: write a time such as 90s, 15m or 2h, 7 days at most")
    return seconds


def name(given: str, option: str) -> str:
    """The name of a namespace, pod, container, region or cluster; "" for none. Raises UsageError."""
    if given and not _NAME.fullmatch(given):
        raise UsageError(f"{option} {given[:40]!r}: this is no name (letters, digits, '-', '_', '.')")
    return given


def settings(given: list[str]) -> dict[str, str]:
    """Parameters from `--set KEY=VALUE`. Raises UsageError."""
    parameters = {}
    for item in given:
        key, equals, value = item.partition("=")
        if not equals or not key.isidentifier() or not value:
            raise UsageError(f"--set {item}: write --set KEY=VALUE")
        parameters[key] = value
    return parameters


def names(given: list[str]) -> tuple[str, ...]:
    """Names from a repeated option, each perhaps a list with commas."""
    return tuple(name.strip() for item in given for name in item.split(",") if name.strip())
