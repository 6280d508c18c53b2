"""What can be broken in the embedded cell: one function a cause, which leaves the cell as that cause leaves a real one.

To add one, write it into the module it belongs to, with `@stages("cause", "index")`. What a broken proxy logs is in
lines.py: recorded wording, not something that the cell works out.
"""

from __future__ import annotations

from . import access as broken_access
from . import delivery as broken_delivery
from . import identity as broken_identity
from . import pod as broken_pod
from . import services as broken_services
from .staging import BREAKS, Break

FAMILIES = (broken_access, broken_identity, broken_delivery, broken_services, broken_pod)
"""The modules that stage something; importing them fills BREAKS."""

__all__ = ["BREAKS", "FAMILIES", "Break"]
