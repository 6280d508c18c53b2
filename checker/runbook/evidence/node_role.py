"""Signs in the log that the container works without a role of its own."""

from __future__ import annotations

from ...live.log.log import principal
from ..case.case import Case
from ..case.signatures import Event


def without_role(case: Case) -> tuple[Event, ...]:
    """Failures to find credentials, and calls made as the node's role."""
    return (*case.having("no-credentials", "imds-unreachable"), *as_node(case))


def as_node(case: Case) -> tuple[Event, ...]:
    """Calls made in a session that is named after an instance: the node's role."""
    sessions = [(event, principal(event.principal)) for event in case.denials]
    return tuple(event for event, session in sessions if session is not None and session.is_of_a_node)
