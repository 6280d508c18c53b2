"""What a cause sees in the record, and how sure that makes it. The rule is mechanical, so anybody can check it.

Two witnesses count: the log, and an API that was asked independently. Both agree: confirmed. One of them: likely. A log
line that merely fits: possible. What an API refutes is ruled out, whatever the log said before. What neither witness
can tell is reported as unknown.
"""

from __future__ import annotations

from typing import Literal

from ...iam.values import NamedTuple

Log = Literal["names", "fits", "silent", "unread"]
"""What the log says: names this very cause; has failures that this cause would bring; was read and has neither; could
not be read."""

Api = Literal["shows", "refutes", "no-word", "unread"]
"""What AWS or the cluster says: shows the cause; shows that it is not so; has nothing to say about it by nature; could
not be asked."""

Confidence = Literal["confirmed", "likely", "possible", "ruled-out", "unknown"]

SUREST_FIRST: tuple[Confidence, ...] = ("confirmed", "likely", "possible", "unknown", "ruled-out")


class Seen(NamedTuple):
    """One cause's view: both witnesses, what they rest on (sentences), and, where the case gives a better one than the
    cause's own, what to do and which command to type. `restart` overrides the cause's RESTART_NEEDED.
    `is_partial`: something that would tell this cause from another was not read, so it is likely at most.
    """

    log: Log
    api: Api
    evidence: tuple[str, ...] = ()
    remediation: str = ""
    next: tuple[str, ...] = ()
    restart: bool | None = None
    is_partial: bool = False


def confidence(seen: Seen) -> Confidence:
    """How sure a cause is, by its two witnesses alone."""
    if seen.api == "refutes":
        return "ruled-out"
    if seen.api == "shows":
        return "confirmed" if seen.log in ("names", "fits") and not seen.is_partial else "likely"
    if seen.log == "names":
        return "likely"
    if seen.log == "fits":
        return "possible"
    return "ruled-out" if seen.log == "silent" and seen.api == "no-word" else "unknown"
