"""When the role's permissions last changed, as far as AWS and the cluster say it.

IAM keeps a date for managed policies only; for inline policies the last loop of the ACK controller is the best there is
(its Synced condition is rewritten in every loop), so a change is never dated earlier than it was.
"""

from __future__ import annotations

from ..ack.controller import conditions
from ..live.record import under
from .case import Age, Case

SETTLED_SECONDS = 120
"""After this long a change of IAM is taken for visible everywhere."""


def latest_change(case: Case) -> Age | None:
    """Seconds between the last change and the collection; None where nothing tells."""
    stamps = [item.value["changed"] for item in under(case.record, "policy/").values() if item.value]
    role = case.value("role")
    stamps += [role["created"]] if role else []
    if case.declared is not None:
        synced = conditions(case.declared.source.role.object).get("ACK.ResourceSynced")
        stamps += [synced.since] if synced else []
    ages = [age for stamp in stamps if (age := case.age(stamp)) is not None]
    return max(0.0, min(ages)) if ages else None
