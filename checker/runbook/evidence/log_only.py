"""The view of a cause that only the log can name: no API knows of it."""

from __future__ import annotations

from collections.abc import Sequence

from ..case.case import Case
from ..case.signatures import Event
from ..case.witnesses import Seen
from .refusals import said


def in_log(case: Case, events: Sequence[Event], command: str, fitting: Sequence[Event] = ()) -> Seen:
    """What the log shows: events that name the cause, or merely fit it; `command` is what to type next."""
    return Seen(case.says(events, fitting), "no-word", tuple(said(event) for event in events[:2]), next=(command,))
