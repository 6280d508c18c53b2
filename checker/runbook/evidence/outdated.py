"""Refusals in the log that the policies in IAM no longer explain: they are from before somebody mended them."""

from __future__ import annotations

from ...live.log.moments import seconds
from ..case.case import Age, Case
from ..case.signatures import Event
from .trust import trusting


def outdated(case: Case) -> tuple[Event, ...]:
    """Refused calls that the policies allow now, and refused sessions where the trust policy lets the pod in now."""
    refusals: tuple[Event, ...] = ()
    if case.deployed is not None and case.deployed.verdict == "granted":
        refusals += case.allowed_denials
    trust = trusting(case)
    if trust is not None and trust.truth is True:
        events = case.having("assume-denied", "pod-identity-denied")
        # A refused session of another role says nothing about this one's trust policy.
        refusals += tuple(event for event in events if event.resource in ("", case.arn))
    return refusals


def age_of_last(case: Case, events: tuple[Event, ...]) -> Age | None:
    """Seconds between the last of these and the collection; None where none has a time."""
    stamps = [seconds(event.last) for event in events if event.last and not event.is_previous]
    return max(0.0, seconds(case.record.collected_at) - max(stamps)) if stamps else None
