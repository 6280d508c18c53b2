"""When the role's permissions last changed, as far as AWS and the cluster tell.

IAM keeps a date for managed policies and for the making of a role. What the ACK objects say is dated by managedFields:
when somebody last wrote to them. Their conditions date nothing, since the controller writes them anew in every loop,
and in every restart. A change of an inline policy by hand has no date at all: so where the role has inline policies,
an old date proves nothing.
"""

from __future__ import annotations

from ...live.record.record import under
from ..case.case import Age, Case
from .standing import edited_at, objects

SETTLED_SECONDS = 120
"""After this long a change of IAM is taken for visible everywhere."""


def latest_change(case: Case) -> Age | None:
    """Seconds between the last change and the collection; None where nothing tells."""
    stamps = [item.value["changed"] for item in under(case.record, "policy/").values() if item.value]
    role = case.value("role")
    stamps += [role["created"]] if role else []
    stamps += [edited for item in objects(case) if (edited := edited_at(item))]
    ages = [age for stamp in stamps if (age := case.age(stamp)) is not None]
    latest = max(0.0, min(ages)) if ages else None
    if case.value("inline-names") and latest is not None and latest > SETTLED_SECONDS:
        return None
    return latest
