"""What a cause is: a module with its title, what helps, and how to look for it; its docstring is its page."""

from __future__ import annotations

from typing import Protocol

from .case.case import Case
from .case.witnesses import Seen


class KnownCause(Protocol):
    """A module in `causes/`. `MANIFEST_HELPS`: an edit of the manifests can cure it; `RESTART_NEEDED`: and the pod has
    to be made anew then; `REMEDIATION` is what to do, in the imperative."""

    ID: str
    TITLE: str
    MANIFEST_HELPS: bool
    RESTART_NEEDED: bool
    REMEDIATION: str
    __doc__: str | None

    def look(self, case: Case) -> Seen:
        """What the log and the APIs say of it."""
        ...
