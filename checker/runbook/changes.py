"""When the role's permissions last changed, as far as AWS and the cluster say it.

IAM keeps a date for managed policies only. Of an inline policy it is known when the ACK controller last looked at the
role (its Synced condition is rewritten in every loop), which dates a change of its own, but not one made by hand: where
inline policies take part, an old date is therefore no date.
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
    latest = max(0.0, min(ages)) if ages else None
    if case.value("inline-names") and latest is not None and latest > SETTLED_SECONDS:
        return None
    return latest
