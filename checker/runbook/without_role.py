"""Signs in the log that the container works without a role of its own."""

from __future__ import annotations

import re

from .case import Case
from .signatures import Event

_NODE_SESSION = re.compile(r":assumed-role/[^/]+/i-[0-9a-f]+")


def without_role(case: Case) -> tuple[Event, ...]:
    """Failures to find credentials, and calls made in a session that is named after an instance: the node's role."""
    as_node = tuple(event for event in case.denials if _NODE_SESSION.search(event.principal))
    return (*case.having("no-credentials"), *as_node)
